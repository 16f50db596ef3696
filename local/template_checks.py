"""Checks of the template: as it is written, and as CloudFormation gets it once SAM has translated it."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .emulator import ENVIRONMENTS, REGION, ROOT, LocalStackError, without_aws

TEMPLATE = ROOT / "template.yaml"
_TRANSLATED = ROOT / ".local" / "checks" / "translated.json"


def check_template() -> None:
    """Runs every check, and prints what each says. Raises `LocalStackError` when one of them failed."""
    _TRANSLATED.parent.mkdir(parents=True, exist_ok=True)
    _TRANSLATED.write_text(json.dumps(translate(TEMPLATE), indent=2))
    sam, dev, checkov = (ENVIRONMENTS / name / "bin" for name in ("sam", "dev", "checkov"))
    policies = ["--framework", "cloudformation", "--compact", "--quiet", "--skip-download"]
    checks: list[list[str | Path]] = [
        [sam / "sam", "validate", "--lint", "--template-file", TEMPLATE],
        [dev / "cfn-lint", TEMPLATE],
        [dev / "cfn-lint", _TRANSLATED],
        [checkov / "checkov", "--file", TEMPLATE, *policies],
        [checkov / "checkov", "--file", _TRANSLATED, *policies],
    ]
    with ThreadPoolExecutor() as pool:  # each is a process of its own
        results = list(pool.map(_run, checks))
    for check, result in zip(checks, results, strict=True):
        print(f"$ {' '.join(Path(part).name for part in check)}\n{result.stdout.strip()}\n")
    failed = [" ".join(map(str, check)) for check, result in zip(checks, results, strict=True) if result.returncode]
    if failed:
        raise LocalStackError("\n".join(f"Failed: {check}" for check in failed))


def translate(template: Path) -> dict[str, Any]:
    """The CloudFormation template that SAM makes of one of its own."""
    # Imported here, as it takes a second, and the other commands have no use for it.
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415
    from samtranslator.translator.transform import transform  # noqa: PLC0415

    plain = json.loads(json.dumps(cfn_yaml.load(str(template))))
    for resource in plain["Resources"].values():
        # `sam package` does this: the translator takes no paths.
        for name in {"CodeUri", "ContentUri"} & resource["Properties"].keys():
            resource["Properties"][name] = {"Bucket": "packaged", "Key": "packaged"}
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    translated: dict[str, Any] = transform(plain, {}, _NoManagedPolicies())
    return translated


class _NoManagedPolicies:
    """The template names no managed policy, so none need be asked for."""

    def load(self) -> dict[str, str]:
        return {}


def _run(check: list[str | Path]) -> subprocess.CompletedProcess[str]:
    environment = without_aws(os.environ) | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}
    environment |= {"__SAM_CLI_APP_DIR": str(_TRANSLATED.parent)}
    return subprocess.run(
        check, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
