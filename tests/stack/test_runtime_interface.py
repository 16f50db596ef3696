"""The built functions under the real Lambda runtime interface, with nothing on its path but what Lambda has there.

The emulated AWS runs functions in its own Python, where its own packages can be imported: what is missing from the
layer or from the package would go unnoticed. Here the runtime interface emulator that AWS ships, which aws-sam-cli
carries, calls the build of `sam build`, with boto3 beside it, and nothing else of this project or its tools.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from article_pipeline.keys import clean_key, rejected_key, report_key
from local.emulator import ENVIRONMENTS, without_aws
from local.sample_events import Case, read_cases
from local.stack import Stack, host_architecture

from .conftest import wait_until

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="The runtime interface emulator is for Linux.")

CASES = read_cases()
# What AWS has in its runtime for Python, besides Python.
RUNTIME_PACKAGES = (
    "awslambdaric", "boto3", "botocore", "dateutil", "jmespath", "runtime_client", "s3transfer", "simplejson", "six",
    "snapshot_restore_py", "urllib3",
)  # fmt: skip


BUCKETS = {"input_bucket": "runtime-in", "output_bucket": "runtime-out"}
FUNCTIONS = ("CleanArticleFunction", "BackfillArticlesFunction")


class Runtime:
    """A function behind the runtime interface, with two plain buckets of its own."""

    def __init__(self, stack: Stack, port: int, log: Path) -> None:
        self.s3 = stack.s3
        self.port = port
        self.log = log
        self.buckets = BUCKETS

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations", json.dumps(event).encode()
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            answer: dict[str, Any] = json.loads(response.read())
        return answer

    def is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def written(self) -> set[str]:
        listed = self.s3.list_objects_v2(Bucket=self.buckets["output_bucket"])
        return {entry["Key"] for entry in listed.get("Contents", [])}

    def empty(self) -> None:
        for bucket in self.buckets.values():
            for entry in self.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                self.s3.delete_object(Bucket=bucket, Key=entry["Key"])


@pytest.fixture(scope="module")
def runtimes(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Runtime]]:
    """Both functions, by the names that they have in the template."""
    for bucket in BUCKETS.values():
        stack.s3.create_bucket(Bucket=bucket)
    with ExitStack() as running:
        yield {
            name: running.enter_context(_serve(name, stack, tmp_path_factory.mktemp("runtime"))) for name in FUNCTIONS
        }


@contextmanager
def _serve(name: str, stack: Stack, home: Path) -> Iterator[Runtime]:
    build = stack.home / "build"
    function = json.loads(_template(build))["Resources"][name]["Properties"]
    port, api_port = _free_port(), _free_port()
    runtime = Runtime(stack, port, home / "runtime.log")
    environment = without_aws(os.environ) | stack.emulator.client_environment()
    environment |= {
        "PYTHONPATH": os.pathsep.join(
            map(str, [build / name, build / "CleanupLayer" / "python", _runtime_packages(home)])
        ),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "clean-article",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
        "INPUT_BUCKET": runtime.buckets["input_bucket"],
        "OUTPUT_BUCKET": runtime.buckets["output_bucket"],
        "MAX_ARTICLE_BYTES": "5242880",
        "POWERTOOLS_SERVICE_NAME": "clean-article",
        "POWERTOOLS_METRICS_NAMESPACE": "ArticleCleanup",
    }
    interface = _interface_emulator()
    with runtime.log.open("wb") as log:
        process = subprocess.Popen(
            [
                interface, "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
                "--runtime-api-address", f"127.0.0.1:{api_port}",
                # -S: nothing of this environment's own packages can be imported.
                sys.executable, "-S", "-m", "awslambdaric", function["Handler"],
            ],
            cwd=build / name, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_until(runtime.is_listening)
        yield runtime
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_sample_events_come_out_as_their_case_says(runtimes: dict[str, Runtime], case: Case) -> None:
    runtime = runtimes["BackfillArticlesFunction" if case.is_backfill else "CleanArticleFunction"]
    runtime.empty()
    for key, content in case.objects.items():
        runtime.s3.put_object(Bucket=runtime.buckets["input_bucket"], Key=key, Body=content)
    answer = runtime.invoke(case.event(**runtime.buckets))
    if case.raises:
        assert answer["errorType"] == case.raises
    elif case.is_backfill:
        assert tuple(result["resultCode"] for result in answer["results"]) == case.results
    else:
        failed = [{"itemIdentifier": message} for message in case.failed]
        assert answer == ({"batchItemFailures": failed} if case.name.startswith("sqs-") else {})
    cleaned = {name for key in case.cleaned for name in (clean_key(key), report_key(key))}
    assert runtime.written() == cleaned | {rejected_key(key) for key in case.rejected}


def _template(build: Path) -> str:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes a second, in this test only

    return json.dumps(cfn_yaml.load(str(build / "template.yaml")))


def _runtime_packages(home: Path) -> Path:
    """A folder with those packages of this environment that Lambda has as well."""
    folder = home / "packages"
    folder.mkdir()
    for name in RUNTIME_PACKAGES:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        place = Path(found.origin)
        place = place.parent if place.name == "__init__.py" else place
        folder.joinpath(place.name).symlink_to(place)
    return folder


def _interface_emulator() -> Path:
    suffix = "arm64" if host_architecture() == "arm64" else "x86_64"
    (binary,) = (ENVIRONMENTS / "sam").glob(f"lib/python3.*/site-packages/samcli/local/rapid/aws-lambda-rie-{suffix}")
    binary.chmod(binary.stat().st_mode | 0o100)
    return binary


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
