"""The built functions under the real Lambda runtime interface, with nothing on its path but what Lambda has there.

The emulated AWS runs functions in its own Python, where its own packages can be imported: what is missing from the
layer or from the package would go unnoticed. Here the runtime interface emulator that AWS ships, which aws-sam-cli
carries, calls the build of `sam build`, with boto3 beside it, and nothing else of this project or its tools.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from article_pipeline.keys import clean_key, rejected_key, report_key
from local import runtime
from local.runtime import Runtime, lambda_runtime
from local.sample_events import Case, read_cases
from local.stack import Stack

pytestmark = pytest.mark.skipif(not runtime.IS_HERE, reason="The runtime interface emulator is for Linux.")

CASES = read_cases()
INPUT, OUTPUT = "runtime-in", "runtime-out"
FUNCTIONS = ("CleanArticleFunction", "BackfillArticlesFunction")


@dataclass(frozen=True)
class Functions:
    """The functions behind the runtime interface, by their names in the template, with two plain buckets."""

    stack: Stack
    runtimes: dict[str, Runtime]

    def written(self) -> set[str]:
        listed = self.stack.s3.list_objects_v2(Bucket=OUTPUT)
        return {entry["Key"] for entry in listed.get("Contents", [])}

    def empty(self) -> None:
        for bucket in (INPUT, OUTPUT):
            for entry in self.stack.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                self.stack.s3.delete_object(Bucket=bucket, Key=entry["Key"])


@pytest.fixture(scope="module")
def functions(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    build = stack.home / "build"
    resources = json.loads(_template(build))["Resources"]
    for bucket in (INPUT, OUTPUT):
        stack.s3.create_bucket(Bucket=bucket)
    environment = stack.emulator.client_environment() | {
        "INPUT_BUCKET": INPUT,
        "OUTPUT_BUCKET": OUTPUT,
        "MAX_ARTICLE_BYTES": "5242880",
        "POWERTOOLS_SERVICE_NAME": "clean-article",
        "POWERTOOLS_METRICS_NAMESPACE": "ArticleCleanup",
    }
    with ExitStack() as running:
        runtimes = {}
        for name in FUNCTIONS:
            paths, home = [build / name, build / "CleanupLayer" / "python"], tmp_path_factory.mktemp("runtime")
            handler = resources[name]["Properties"]["Handler"]
            runtimes[name] = running.enter_context(lambda_runtime(handler, paths, environment, home=home))
        yield Functions(stack, runtimes)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_sample_events_come_out_as_their_case_says(functions: Functions, case: Case) -> None:
    function = functions.runtimes["BackfillArticlesFunction" if case.is_backfill else "CleanArticleFunction"]
    functions.empty()
    for key, content in case.objects.items():
        functions.stack.s3.put_object(Bucket=INPUT, Key=key, Body=content)
    answer = function.invoke(case.event(input_bucket=INPUT, output_bucket=OUTPUT))
    if case.raises:
        assert answer["errorType"] == case.raises
    elif case.is_backfill:
        assert tuple(result["resultCode"] for result in answer["results"]) == case.results
    else:
        failed = [{"itemIdentifier": message} for message in case.failed]
        assert answer == ({"batchItemFailures": failed} if case.name.startswith("sqs-") else {})
    cleaned = {name for key in case.cleaned for name in (clean_key(key), report_key(key))}
    assert functions.written() == cleaned | {rejected_key(key) for key in case.rejected}


def _template(build: Path) -> str:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes a second, in this test only

    return json.dumps(cfn_yaml.load(str(build / "template.yaml")))
