"""Dropping a file into the input bucket, and waiting for what comes of it."""

from __future__ import annotations

import gzip
import io
import json
import mimetypes
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from article_pipeline.keys import clean_key, is_packed, rejected_key, report_key
from article_pipeline.records import read_record
from article_pipeline.reports import rebuild_lines, rebuild_source, rebuild_text

from .emulator import LocalStackError
from .stack import Stack

_WAIT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A clean article, its report, and the source that both together make again."""

    key: str
    clean: str
    report: dict[str, Any]
    source: str


@dataclass(frozen=True, kw_only=True)
class PackedDelivery:
    """A clean packed file: the reports on its lines, and their summary."""

    key: str
    reports: list[dict[str, Any]]
    summary: dict[str, Any]


class Rejected(Exception):
    """The file can never be cleaned as it is. `rejection` is what the function wrote of it."""

    def __init__(self, key: str, rejection: dict[str, Any]) -> None:
        super().__init__(rejection["message"])
        self.key = key
        self.rejection = rejection


def deliver(stack: Stack, path: Path) -> Delivery | PackedDelivery:
    """Puts a file into the input bucket through the S3 API, and waits until this very version of it is clean.

    Raises `Rejected`, or `LocalStackError` when nothing comes out, with what the function's log says.
    """
    key, content = path.name, path.read_bytes()
    content_type = mimetypes.guess_type(key)[0] or "binary/octet-stream"
    put = stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key=key, Body=content, ContentType=content_type)
    _wait_for_outcome(stack, key, put["VersionId"])
    report, clean = _unpacked(_read(stack, report_key(key))), _unpacked(_read(stack, clean_key(key)))
    read = _read_packed if is_packed(key) else _read_single
    delivery, source = read(key, report, clean)
    if source != _unpacked(content):
        raise LocalStackError(f"The source of {key!r} could not be made again from its report. This is a defect.")
    return delivery


def _read_single(key: str, report: bytes, clean: bytes) -> tuple[Delivery, bytes]:
    read, text = json.loads(report), clean.decode()
    source = rebuild_source(read, text)
    if "text_field" in read:
        text = read_record(text, read["text_field"]).text
    return Delivery(key=key, clean=text, report=read, source=rebuild_text(read, text)), source


def _read_packed(key: str, report: bytes, clean: bytes) -> tuple[PackedDelivery, bytes]:
    *reports, summary = map(json.loads, report.splitlines())
    source = b"".join(rebuild_lines(report.splitlines(), io.BytesIO(clean), text_field=summary["text_field"]))
    return PackedDelivery(key=key, reports=reports, summary=summary), source


def _wait_for_outcome(stack: Stack, key: str, version: str) -> None:
    began = time.time() - 1
    while time.time() < began + _WAIT_SECONDS:
        if _metadata(stack, clean_key(key)).get("article-cleanup-source-version") == version:
            return
        rejection = json.loads(_read(stack, rejected_key(key)) or b"{}")
        if rejection.get("source", {}).get("version_id") == version:
            raise Rejected(key, rejection)
        log = stack.function_log(since=began)
        if failure := _failure(log, key):
            raise LocalStackError(
                f"The function failed for {key!r}: {failure}. The queue hands it over again in some minutes, and after "
                "five tries to the dead-letter queue."
            )
        time.sleep(0.1)
    tail = "\n".join(stack.function_log(since=began)[-15:]) or "(nothing)"
    raise LocalStackError(f"Nothing came out for {key!r} within {_WAIT_SECONDS} s. The function logged:\n\n{tail}")


def _failure(log: list[str], key: str) -> str | None:
    """What the function's log says of an object that it failed for."""
    for line in log:
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("key") == key and "error" in entry:
            return f"{entry['error']} at {entry['raised_at'][-1]}"
    return None


def _read(stack: Stack, key: str) -> bytes:
    """An object of the output bucket, or nothing when it is not there."""
    try:
        return stack.s3.get_object(Bucket=stack.outputs.output_bucket, Key=key)["Body"].read()
    except stack.s3.exceptions.NoSuchKey:
        return b""


def _metadata(stack: Stack, key: str) -> dict[str, str]:
    try:
        return stack.s3.head_object(Bucket=stack.outputs.output_bucket, Key=key)["Metadata"]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return {}
        raise


def _unpacked(content: bytes) -> bytes:
    while content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return content
