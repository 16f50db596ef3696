"""The deployed system, on an emulated AWS: built and deployed by SAM from the same template as everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from .emulator import ENVIRONMENTS, REGION, ROOT, Emulator, LocalStackError, without_aws

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

STACK_NAME = "article-cleanup"
_SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """What the template's outputs name."""

    input_bucket: str
    output_bucket: str
    rules_bucket: str
    dead_letter_queue: str
    function: str
    backfill_function: str


class Stack:
    """The system as deployed on an emulator of its own, which keeps all its files in `home`."""

    def __init__(self, home: Path, *, keeps_state: bool = False) -> None:
        self.home = home
        self.emulator = Emulator(home, keeps_state=keeps_state)
        self._clients: list[BaseClient] = []

    def deploy(self, parameters: Mapping[str, str] | None = None) -> None:
        """Builds and deploys the template. Raises `LocalStackError` with what SAM printed when that fails.

        `parameters` are the template's, over the defaults and the architecture of this machine.
        """
        given = {"Architecture": host_architecture()} | dict(parameters or {})
        build = self.home / "build"
        self._sam("build", "--build-dir", build, "--cache-dir", self.home / "build-cache")
        self._sam(
            "deploy", "--config-env", "local", "--config-file", ROOT / "samconfig.toml",
            "--template-file", build / "template.yaml",
            "--parameter-overrides", *(f"{name}={value}" for name, value in given.items()),
        )  # fmt: skip
        self._deployed.write_text(json.dumps({"sources": _fingerprint(), "endpoint": self.emulator.endpoint}))

    def is_deployed(self) -> bool:
        """Whether the emulator runs, with what the sources say now."""
        if not self.emulator.is_running() or not self._deployed.exists():
            return False
        expected = {"sources": _fingerprint(), "endpoint": self.emulator.endpoint}
        return bool(json.loads(self._deployed.read_text()) == expected)

    @cached_property
    def outputs(self) -> Outputs:
        """What is deployed where."""
        described = self.cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
        values = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        return Outputs(
            input_bucket=values["InputBucket"],
            output_bucket=values["OutputBucket"],
            rules_bucket=values["RulesBucket"],
            dead_letter_queue=values["DeadLetterQueue"],
            function=values["CleanArticleFunction"],
            backfill_function=values["BackfillArticlesFunction"],
        )

    @cached_property
    def s3(self) -> S3Client:
        """A client that waits for nobody but this machine."""
        return cast("S3Client", self._client("s3"))

    @cached_property
    def sqs(self) -> SQSClient:
        """A client of its queues."""
        return cast("SQSClient", self._client("sqs"))

    @cached_property
    def lambda_(self) -> LambdaClient:
        """A client of its functions."""
        return cast("LambdaClient", self._client("lambda"))

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """A client of its logs."""
        return cast("CloudWatchLogsClient", self._client("logs"))

    @cached_property
    def cloudwatch(self) -> Any:  # noqa: ANN401 - only tests need it: not worth another package of stubs
        """A client of its alarms and metrics."""
        return self._client("cloudwatch")

    @cached_property
    def iam(self) -> IAMClient:
        """A client of its roles and users."""
        return cast("IAMClient", self._client("iam"))

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """A client of its stacks."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    def function_log(self, *, since: float) -> list[str]:
        """What the function has logged since a time (in seconds since 1970), a line each."""
        group = f"/aws/lambda/{STACK_NAME}/clean-article"
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=int(since * 1000))
        return [event["message"].rstrip() for page in pages for event in page["events"]]

    def restart(self) -> None:
        """Stops the emulator, which must be one that keeps its state, and starts it again in the same place."""
        port = int(self.emulator.endpoint.rpartition(":")[2])
        self.stop()
        self.emulator.start(port=port)

    def stop(self) -> None:
        """Stops the emulator. Connections to it are closed first, or it would wait for that."""
        for client in self._clients:
            client.close()
        self.emulator.stop()

    @property
    def _deployed(self) -> Path:
        return self.home / "deployed.json"

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session("test", "test", region_name=REGION)

    def _client(self, service: str) -> BaseClient:
        # Its 400 overloads take no name but a literal.
        connect = cast("Callable[..., BaseClient]", self._session.client)
        client = connect(
            service,
            endpoint_url=self.emulator.endpoint,
            verify=str(self.emulator.authority),
            config=Config(retries={"mode": "standard"}, max_pool_connections=50, s3={"addressing_style": "path"}),
        )
        self._clients.append(client)
        return client

    def _sam(self, command: str, *arguments: str | Path) -> None:
        log = self.home / f"sam-{command}.log"
        environment = without_aws(os.environ) | self.emulator.client_environment()
        environment |= {
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.2",  # in seconds: nothing here takes minutes
            "__SAM_CLI_APP_DIR": str(self.home / "sam-settings"),  # not in the home of whoever works here
        }
        with log.open("wb") as output:
            done = subprocess.run(
                [ENVIRONMENTS / "sam" / "bin" / "sam", command, *arguments],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            )  # fmt: skip
        if done.returncode:
            raise LocalStackError(f"`sam {command}` failed. It printed:\n\n{log.read_text(errors='replace').strip()}")


def host_architecture() -> str:
    """This machine's processor, as Lambda names it."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _fingerprint() -> str:
    """What the deployed system is made from, as one number."""
    digest = hashlib.sha256()
    for path in _source_files():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for name in _SOURCES:
        root = ROOT / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
