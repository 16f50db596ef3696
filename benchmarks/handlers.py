"""What the function is measured beside: handlers that do less, written as one would."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

s3: S3Client = boto3.client("s3")


def do_nothing(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Nothing. But there is an S3 client."""
    return {}


def copy(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Copies the object that each message of a batch speaks of, one after the other: one GET, one PUT."""
    for message in event["Records"]:
        (record,) = json.loads(message["body"])["Records"]
        key = record["s3"]["object"]["key"]
        body = s3.get_object(Bucket=os.environ["INPUT_BUCKET"], Key=key)["Body"].read()
        s3.put_object(Bucket=os.environ["OUTPUT_BUCKET"], Key=key, Body=body, ContentType="text/plain")
    return {"batchItemFailures": []}
