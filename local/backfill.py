"""Having S3 Batch Operations clean what lies in the input bucket already, in the AWS that the environment leads to.

S3 lists the objects, calls the function for each, tries again what fails for now, and writes a report. Nothing here
waits for it.
"""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .emulator import ROOT, LocalStackError

REPORT_PREFIX = "backfill"  # the job's role may write there, and nowhere else
_SCHEMA_VERSION = "2.0"


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a deployed stack has what a job needs."""

    account: str
    input_bucket: str
    output_bucket: str
    function: str
    role: str


def backfill(prefix: str | None = None) -> str:
    """Makes a job for all objects of the input bucket whose keys begin so. Returns in a few lines what to do with it.

    The account and region are those of the environment, as for any AWS client. Raises `LocalStackError` when no prefix
    is named, when they lead nowhere, or when S3 does not take the job.
    """
    if prefix is None:
        raise LocalStackError("Name a prefix: make backfill PREFIX=2019/, or for all there is: make backfill PREFIX=")
    with (ROOT / "samconfig.toml").open("rb") as file:
        stack = tomllib.load(file)["default"]["global"]["parameters"]["stack_name"]
    try:
        places = find_places(stack, boto3.client("cloudformation"))
        job = create_job(prefix, places, boto3.client("s3control"))
    except (BotoCoreError, ClientError) as error:
        raise LocalStackError(
            f"No job could be made for the stack {stack!r}: {error}\nThis goes to the AWS account of your profile, "
            "where `make deploy` has put the stack. The local AWS has no S3 Batch Operations."
        ) from None
    return (
        f"S3 cleans s3://{places.input_bucket}/{prefix}* now, as the job {job}\n"
        f"  aws s3control describe-job --account-id {places.account} --job-id {job}\n"
        f"Its report comes out in s3://{places.output_bucket}/{REPORT_PREFIX}/job-{job}/"
    )


def find_places(stack: str, cloudformation: Any) -> Places:  # noqa: ANN401 - boto3's, or a test's
    """What a deployed stack has where."""

    def physical(name: str) -> tuple[str, str]:
        described = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=name)
        detail = described["StackResourceDetail"]
        return detail["PhysicalResourceId"], detail["StackId"]

    function, stack_id = physical("BackfillArticlesFunction")
    _, partition, _, region, account, _ = stack_id.split(":", 5)
    return Places(
        account=account,
        input_bucket=physical("InputBucket")[0],
        output_bucket=physical("OutputBucket")[0],
        function=f"arn:{partition}:lambda:{region}:{account}:function:{function}",
        role=f"arn:{partition}:iam::{account}:role/{physical('BackfillJobRole')[0]}",
    )


def create_job(prefix: str, places: Places, s3control: Any) -> str:  # noqa: ANN401 - boto3's, or a test's
    """Makes the job, which begins at once. Returns its id."""
    partition = places.role.split(":")[1]
    generator: dict[str, Any] = {
        "ExpectedBucketOwner": places.account,
        "SourceBucket": f"arn:{partition}:s3:::{places.input_bucket}",
        "EnableManifestOutput": False,
    }
    if prefix:
        generator["Filter"] = {"KeyNameConstraint": {"MatchAnyPrefix": [prefix]}}
    made = s3control.create_job(
        AccountId=places.account,
        ClientRequestToken=str(uuid.uuid4()),
        ConfirmationRequired=False,
        Description=f"article-cleanup: {prefix or 'all articles'}"[:256],
        Operation={
            "LambdaInvoke": {"FunctionArn": places.function, "InvocationSchemaVersion": _SCHEMA_VERSION},
        },
        ManifestGenerator={"S3JobManifestGenerator": generator},
        Report={
            "Bucket": f"arn:{partition}:s3:::{places.output_bucket}",
            "Prefix": REPORT_PREFIX,
            "Format": "Report_CSV_20180820",
            "Enabled": True,
            "ReportScope": "AllTasks",
        },
        Priority=10,
        RoleArn=places.role,
    )
    return str(made["JobId"])
