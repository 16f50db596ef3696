"""The law that nothing is lost: what was put into the input bucket, against what came of it."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from article_pipeline.keys import clean_key, is_packed, rejected_key, report_key
from article_pipeline.reports import rebuild_lines, rebuild_source

from .objects import CLEAN, Sample

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Thing = TypeVar("Thing")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcomes:
    """What stands in an output bucket."""

    s3: S3Client
    bucket: str

    def keys(self) -> set[str]:
        """Of all that is there. Of a large listing a part may have come since it was begun."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {entry["Key"] for page in pages for entry in page.get("Contents", [])}

    def have_come_for(self, keys: Iterable[str]) -> bool:
        """Whether each of these objects has an outcome, of whatever version."""
        there = self.keys()
        return all({clean_key(key), rejected_key(key)} & there for key in keys)

    def check_what_is_seen_of(self, key: str) -> None:
        """At any time: an article has its report, and is not rejected as well."""
        there = self.keys()
        assert clean_key(key) not in there or report_key(key) in there, f"{key!r}: half-written"
        assert not {clean_key(key), rejected_key(key)} <= there, f"{key!r}: both clean and rejected"

    def check(self, samples: Iterable[Sample], versions: Mapping[str, str | None]) -> None:
        """Each object must have just one outcome, the right one, of the version that stands in the input bucket.

        `versions` has these by key; None for an object that was deleted.
        """
        there = self.keys()
        in_threads(lambda sample: self._check(sample, versions[sample.key], there), samples, at_once=8)

    def _check(self, sample: Sample, version: str | None, there: set[str]) -> None:
        key = sample.key
        is_clean, is_rejected = clean_key(key) in there, rejected_key(key) in there
        assert is_clean != is_rejected, f"{key!r}: clean {is_clean}, rejected {is_rejected}"
        assert is_clean == (report_key(key) in there), f"{key!r}: half-written"
        came = self._check_clean(sample, version) if is_clean else self._check_rejected(sample, version)
        assert came == sample.expected or sample.expected is None or (version is None and came == "gone"), repr(key)

    def _check_clean(self, sample: Sample, version: str | None) -> str:
        clean, metadata = self._read(clean_key(sample.key))
        reports = unpacked(self._read(report_key(sample.key))[0])
        report = json.loads(reports.splitlines()[-1] if is_packed(sample.key) else reports)
        assert report["source"]["key"] == sample.key
        assert metadata["article-cleanup-source-version"] == report["source"]["version_id"], sample.key
        assert version in {report["source"]["version_id"], None}, f"{sample.key!r} is not of the newest version"
        assert unpacked(clean).strip(), f"{sample.key!r} is empty"
        if is_packed(sample.key):
            rebuilt = b"".join(rebuild_lines(reports.splitlines(), io.BytesIO(unpacked(clean))))
        else:
            rebuilt = rebuild_source(report, unpacked(clean).decode())
        assert rebuilt == unpacked(sample.body), sample.key
        return CLEAN

    def _check_rejected(self, sample: Sample, version: str | None) -> str:
        rejection = json.loads(self._read(rejected_key(sample.key))[0])
        assert rejection["source"]["key"] == sample.key
        assert version in {rejection["source"]["version_id"], None}, f"{sample.key!r} is not of the newest version"
        assert rejection["message"]
        return str(rejection["reason"])

    def _read(self, key: str) -> tuple[bytes, Mapping[str, str]]:
        response = self.s3.get_object(Bucket=self.bucket, Key=key)
        return response["Body"].read(), response["Metadata"]


def put_all(s3: S3Client, bucket: str, samples: Iterable[Sample], *, at_once: int = 8) -> dict[str, str]:
    """Puts them into a bucket. Returns the version that each became, by key."""

    def put(sample: Sample) -> tuple[str, str]:
        options: dict[str, Any] = dict(sample.options)
        return sample.key, s3.put_object(Bucket=bucket, Key=sample.key, Body=sample.body, **options)["VersionId"]

    return dict(in_threads(put, samples, at_once=at_once))


def in_threads(work: Callable[[Thing], Result], things: Iterable[Thing], *, at_once: int) -> list[Result]:
    """What `work` makes of each thing, some of them at the same time."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(work, things))


def unpacked(body: bytes) -> bytes:
    """A body without the gzip around it, if there is any and it is whole."""
    while body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    return body
