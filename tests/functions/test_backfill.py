from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from article_pipeline import cleaning
from article_pipeline.keys import clean_key, rejected_key, report_key
from article_pipeline.model import ObjectRef, Outcome
from backfill_articles.app import UnknownRequest, describe_outcome, handler, read_tasks
from local.sample_events import Case, read_cases

from .conftest import INPUT, OUTPUT, Buckets
from .test_handler import CANARY, Context, clean_for_ever, lines, metrics

CASES = {name: case for name, case in read_cases().items() if case.is_backfill}
DAMAGED = "The night ferry returns in spring, said the harbour board.\nVideo\nFares stay at 14 crowns.\n"


def call(event: dict[str, Any]) -> dict[str, Any]:
    return handler(event, Context())  # type: ignore[arg-type]


def request(key: str, **task: object) -> dict[str, Any]:
    task = {"taskId": "task-1", "s3Key": key, "s3VersionId": None, "s3Bucket": INPUT} | task
    return {
        "invocationSchemaVersion": "2.0",
        "invocationId": "invocation-1",
        "job": {"id": "job-1", "userArguments": {}},
        "tasks": [task],
    }


def result(event: dict[str, Any]) -> tuple[str, str]:
    (result,) = call(event)["results"]
    assert result["taskId"] == "task-1"
    return result["resultCode"], result["resultString"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_sample_requests_come_out_as_their_case_says(deployed: Buckets, case: Case) -> None:
    for key, content in case.objects.items():
        deployed.drop(key, content)
    event = case.event(input_bucket=INPUT, output_bucket=OUTPUT)
    if case.raises:
        with pytest.raises(UnknownRequest, match="no request of S3 Batch Operations"):
            call(event)
    else:
        answer = call(event)
        results = answer.pop("results")
        assert answer == {
            "invocationSchemaVersion": event["invocationSchemaVersion"],
            "invocationId": event["invocationId"],
            "treatMissingKeysAs": "TemporaryFailure",
        }
        assert tuple(result["resultCode"] for result in results) == case.results
        assert [result["taskId"] for result in results] == [task["taskId"] for task in event["tasks"]]
        assert all(result["resultString"].endswith(".") for result in results)
    cleaned = {name for key in case.cleaned for name in (clean_key(key), report_key(key))}
    assert deployed.written() == cleaned | {rejected_key(key) for key in case.rejected}


@pytest.mark.parametrize("arn", ["arn:aws:s3:::articles-in", "arn:aws-cn:s3:us-east-1:0123456789:articles-in"])
def test_a_bucket_comes_by_its_name_or_by_its_arn(arn: str) -> None:
    (by_arn,) = read_tasks(request("a+b%2B.txt", s3BucketArn=arn, s3Bucket=None)).values()
    (by_name,) = read_tasks(request("a+b%2B.txt", s3VersionId="v1")).values()
    assert by_arn == ObjectRef(bucket="articles-in", key="a b+.txt")
    assert by_name == ObjectRef(bucket="articles-in", key="a b+.txt", version_id="v1")


@pytest.mark.parametrize(
    "event",
    [{}, {"Records": []}, {"tasks": 1, "invocationSchemaVersion": "1.0", "invocationId": "1"}, request(7)],  # type: ignore[arg-type]
)
def test_what_is_no_request_is_refused_in_words(event: dict[str, Any]) -> None:
    with pytest.raises(UnknownRequest, match="no request of S3 Batch Operations"):
        read_tasks(event)


def test_a_result_tells_a_person_what_came_of_the_object(deployed: Buckets) -> None:
    deployed.drop("a.txt", DAMAGED)
    deployed.drop("a.jsonl", "\n".join([json.dumps({"text": DAMAGED})] * 3 + ["no JSON"]))
    deployed.drop("a.html", "<html>")
    assert result(request("a.txt")) == ("Succeeded", "Cleaned: 6 of 90 characters removed.")
    code, text = result(request("a.jsonl"))
    assert (code, text) == (
        "Succeeded", "Cleaned: 18 of 270 characters removed. 3 articles. Lines passed through: 1 not-json."
    )  # fmt: skip
    code, text = result(request("a.html"))
    assert code == "PermanentFailure"
    assert text.startswith("Rejected (unsupported-format): It is an HTML or XML page. Extract")
    code, text = result(request("gone.txt"))
    assert (code, text[:32]) == ("PermanentFailure", "Rejected (gone): The object was ")


def test_an_older_version_is_not_cleaned_over_the_latest_and_the_result_says_so(deployed: Buckets) -> None:
    old = deployed.s3.put_object(Bucket=INPUT, Key="a.txt", Body=b"The ferry stops.\n")["VersionId"]
    new = deployed.s3.put_object(Bucket=INPUT, Key="a.txt", Body=b"The ferry returns.\n")["VersionId"]
    code, text = result(request("a.txt", s3VersionId=old))
    assert (code, deployed.read("clean/a.txt")) == ("Succeeded", b"The ferry returns.\n")
    assert f"of the latest version, {new}, and not of {old}." in text
    assert "latest" not in result(request("a.txt", s3VersionId=new))[1]


@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "AccessDenied", "RequestTimeout"])
def test_a_fault_that_may_pass_is_tried_again(deployed: Buckets, capsys: pytest.CaptureFixture[str], code: str) -> None:
    deployed.drop("a.txt", DAMAGED)
    fault = ClientError({"Error": {"Code": code, "Message": CANARY}}, "PutObject")
    with patch("article_pipeline.cleaning.write_report", side_effect=fault):
        assert result(request("a.txt")) == (
            "TemporaryFailure", f"Failed for now: {code} at PutObject. The function's log says more."
        )  # fmt: skip
    out = capsys.readouterr().out
    assert metrics(out)["ObjectsFailed"] == 1
    (line,) = [line for line in lines(out) if line.get("message") == "object failed"]
    assert (line["key"], line["code"]) == ("a.txt", code)
    assert CANARY not in out
    assert result(request("a.txt"))[0] == "Succeeded"


def test_what_does_not_find_its_time_is_tried_again(deployed: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.drop("a.txt", "endless\n")
    monkeypatch.setattr(cleaning, "clean", clean_for_ever)
    monkeypatch.setattr(Context, "remaining_seconds", 3.0)
    assert result(request("a.txt")) == (
        "TemporaryFailure", "Failed for now: OutOfTime. The function's log says more."
    )  # fmt: skip


def test_what_is_too_slow_by_itself_is_not_tried_again_unless_it_has_an_outcome(
    deployed: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_ARTICLE_SECONDS", "1")
    deployed.drop("a.txt", "endless\n")
    with patch.object(cleaning, "clean", clean_for_ever):
        assert result(request("a.txt"))[0] == "PermanentFailure"
    assert result(request("a.txt"))[0] == "Succeeded"
    with patch.object(cleaning, "clean", clean_for_ever):
        assert result(request("a.txt"))[0] == "TemporaryFailure"
    assert "clean/a.txt" in deployed.written()


def test_metrics_and_logs_are_those_of_the_other_function(
    deployed: Buckets, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.drop("a.txt", DAMAGED)
    call(request("a.txt"))
    out = capsys.readouterr().out
    assert metrics(out)["ArticlesCleaned"] == 1
    (line,) = [line for line in lines(out) if line.get("message") == "object processed"]
    assert (line["key"], line["status"]) == ("a.txt", "cleaned")


def test_an_article_of_which_little_is_left_is_named() -> None:
    ref = ObjectRef(bucket=INPUT, key="a.txt")
    outcome = Outcome(key="a.txt", status="cleaned", characters_in=100, characters_out=10, mostly_removed=1)
    assert "Mostly removed: 1." in describe_outcome(ref, outcome).text
