"""Packed files through the deployed system, in real parts."""

from __future__ import annotations

import gzip
import json

import pytest

from article_pipeline.keys import clean_key, report_key
from article_pipeline.reports import rebuild_lines
from local.stack import Stack
from tests.functions.generated_file import line

from .conftest import wait_until

LINE_BYTES = 50_000
LINES = 600  # 30 MB, so four parts


@pytest.mark.parametrize("key", ["big.jsonl", "Zürich/big + gzipped.jsonl.gz"])
def test_a_file_of_several_parts_comes_out_whole_with_a_report_on_each_line(stack: Stack, key: str) -> None:
    source = b"".join(line(number, 20, LINE_BYTES) for number in range(LINES)) + b"no JSON"
    body = gzip.compress(source, 1) if key.endswith(".gz") else source
    put = stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key=key, Body=body)
    clean, report = (read(stack, name(key), put["VersionId"]) for name in (clean_key, report_key))
    summary = json.loads(report.splitlines()[-1])
    assert b"".join(rebuild_lines(report.splitlines(), clean.splitlines(keepends=True))) == source
    assert (summary["lines"], summary["articles"], summary["changed"]) == (LINES + 1, LINES, LINES)
    assert summary["passed_through"] == {"not-json": 1}
    assert "Uploads" not in stack.s3.list_multipart_uploads(Bucket=stack.outputs.output_bucket)


def read(stack: Stack, key: str, version: str) -> bytes:
    """An object of the output bucket, unpacked, once it is that of a version of its source."""
    bucket = stack.outputs.output_bucket

    def is_there() -> bool:
        listed = stack.s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", [])
        if not any(each["Key"] == key for each in listed):
            return False
        metadata = stack.s3.head_object(Bucket=bucket, Key=key)["Metadata"]
        return metadata["article-cleanup-source-version"] == version

    wait_until(is_there)
    content = stack.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
