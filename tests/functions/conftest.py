"""The buckets, in moto, and the function's environment."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from moto.moto_api._internal.models import moto_api_backend

from article_pipeline.model import ObjectRef
from article_pipeline.objects import ObjectStore
from article_pipeline.settings import Settings
from backfill_articles import app as backfill_app
from clean_article import app

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INPUT, OUTPUT, RULES = "articles-in", "articles-out", "articles-rules"
FUNCTIONS = (app, backfill_app)


@dataclass(frozen=True)
class Buckets:
    """The buckets, through the eyes of an owner."""

    s3: S3Client

    def drop(self, key: str, body: bytes | str, **options: object) -> ObjectRef:
        content = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=INPUT, Key=key, Body=content, **options)  # type: ignore[arg-type]
        return ObjectRef(bucket=INPUT, key=key)

    def put_rules(self, key: str, rules: object) -> str:
        """Puts a rules file, as it is or as JSON. Returns its version."""
        body = rules if isinstance(rules, bytes) else json.dumps(rules).encode()
        return self.s3.put_object(Bucket=RULES, Key=key, Body=body)["VersionId"]

    def written(self) -> set[str]:
        """Keys of all that stands in the output bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=OUTPUT)
        return {entry["Key"] for page in pages for entry in page.get("Contents", [])}

    def read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=OUTPUT, Key=key)["Body"].read()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Client]:
    """One client for all: making one takes longer than most tests."""
    with mock_aws():
        yield boto3.client("s3", region_name="us-east-1")


@pytest.fixture
def buckets(s3: S3Client) -> Buckets:
    moto_api_backend.reset()
    for bucket in (INPUT, OUTPUT, RULES):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return Buckets(s3)


@pytest.fixture
def store(buckets: Buckets) -> ObjectStore:
    return ObjectStore(buckets.s3)


@pytest.fixture
def settings() -> Settings:
    return Settings(input_bucket=INPUT, output_bucket=OUTPUT, max_article_bytes=100_000)


@pytest.fixture
def deployed(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    """A cold function: its environment is set, and nothing of an earlier test is warm."""
    monkeypatch.setenv("INPUT_BUCKET", INPUT)
    monkeypatch.setenv("OUTPUT_BUCKET", OUTPUT)
    monkeypatch.setenv("RULES_BUCKET", RULES)
    monkeypatch.setenv("MAX_ARTICLE_BYTES", "100000")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "clean-article")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "ArticleCleanup")
    for function in FUNCTIONS:
        monkeypatch.setattr(function, "connect", lambda: ObjectStore(buckets.s3))
    _cool_down()
    yield buckets
    _cool_down()


def _cool_down() -> None:
    for function in FUNCTIONS:
        function._warm_handler.cache_clear()  # noqa: SLF001 - Lambda ends the process
    logging.Logger.manager.loggerDict.pop("clean-article", None)  # Powertools' logger keeps the stream it began with
