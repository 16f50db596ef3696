"""`make backfill`: the job that S3 is asked for, as far as a request can be told right without an AWS account."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from local.backfill import Places, backfill, create_job, find_places
from local.emulator import LocalStackError, without_aws

ROOT = Path(__file__).parents[2]
PLACES = Places(
    account="123456789012",
    input_bucket="articles-in",
    output_bucket="articles-out",
    function="arn:aws-cn:lambda:cn-north-1:123456789012:function:backfill",
    role="arn:aws-cn:iam::123456789012:role/jobs",
)


@pytest.mark.parametrize("prefix", ["2019/", ""])
def test_a_job_is_made_of_all_objects_with_a_prefix(prefix: str) -> None:
    client = boto3.Session("test", "test", region_name="cn-north-1").client("s3control")
    generator: dict[str, Any] = {
        "ExpectedBucketOwner": "123456789012",
        "SourceBucket": "arn:aws-cn:s3:::articles-in",
        "EnableManifestOutput": False,
    }
    if prefix:
        generator["Filter"] = {"KeyNameConstraint": {"MatchAnyPrefix": [prefix]}}
    expected = {
        "AccountId": "123456789012",
        "ClientRequestToken": ANY,
        "ConfirmationRequired": False,
        "Description": ANY,
        "Operation": {"LambdaInvoke": {"FunctionArn": PLACES.function, "InvocationSchemaVersion": "2.0"}},
        "ManifestGenerator": {"S3JobManifestGenerator": generator},
        "Report": {
            "Bucket": "arn:aws-cn:s3:::articles-out",
            "Prefix": "backfill",
            "Format": "Report_CSV_20180820",
            "Enabled": True,
            "ReportScope": "AllTasks",
        },
        "Priority": 10,
        "RoleArn": PLACES.role,
    }
    with Stubber(client) as stubber:
        stubber.add_response("create_job", {"JobId": "job-1"}, expected)
        assert create_job(prefix, PLACES, client) == "job-1"
        stubber.assert_no_pending_responses()


def test_what_a_job_needs_is_found_in_the_deployed_stack() -> None:
    names = {
        "BackfillArticlesFunction": "backfill",
        "InputBucket": "articles-in",
        "OutputBucket": "articles-out",
        "BackfillJobRole": "jobs",
    }

    class Stacks:
        def describe_stack_resource(self, **request: str) -> dict[str, Any]:
            assert request["StackName"] == "article-cleanup"
            stack = "arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/article-cleanup/0cc1"
            return {
                "StackResourceDetail": {"PhysicalResourceId": names[request["LogicalResourceId"]], "StackId": stack}
            }

    assert find_places("article-cleanup", Stacks()) == PLACES


def test_without_a_prefix_nothing_is_done() -> None:
    with pytest.raises(LocalStackError, match="PREFIX=2019/"):
        backfill()
    told = make("backfill")
    assert told.returncode != 0
    assert "Name a prefix" in told.stderr


def test_an_account_that_cannot_be_reached_is_told_in_words() -> None:
    told = make("backfill", "PREFIX=2019/")
    assert told.returncode != 0
    assert "No job could be made for the stack" in told.stderr


def make(*words: str) -> subprocess.CompletedProcess[str]:
    environment = without_aws(os.environ) | {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": os.devnull,
    }
    return subprocess.run(["make", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
