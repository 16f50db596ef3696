"""What a cold start imports, and what a warm call asks of S3: the causes of how long both take."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from article_pipeline.objects import ObjectStore
from article_pipeline.processing import process
from article_pipeline.settings import Settings
from benchmarks.scale import GETS, PUTS

from .conftest import Buckets

START = """
import os, sys
from article_cleanup import clean
from clean_article import app
os.environ.update(
    INPUT_BUCKET="in", OUTPUT_BUCKET="out", MAX_ARTICLE_BYTES="1000", AWS_DEFAULT_REGION="us-east-1",
    POWERTOOLS_SERVICE_NAME="clean-article", POWERTOOLS_METRICS_NAMESPACE="ArticleCleanup",
)
app._warm_handler()
clean("The ferry returns.")
print(*sys.modules, sep="\\n")
"""
CONNECT = """
import gc, os
from article_pipeline.objects import connect
os.environ.update(AWS_DEFAULT_REGION="us-east-1")
collections = []
gc.callbacks.append(lambda phase, info: collections.append(phase))
connect()
print(len(collections), gc.isenabled())
"""
# Each takes a twentieth of a cold start or more, and comes along unasked with what is nearly what is needed.
NOT_IMPORTED = {
    "asyncio",
    "article_pipeline.concurrency",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.data_classes",
    "boto3",
    "multiprocessing",
    "pydantic",
    "s3transfer",
}
ARTICLE = "The night ferry returns in spring.\n"


@pytest.fixture
def requests(buckets: Buckets) -> Iterator[Counter[str]]:
    """How many requests of each kind S3 was sent."""
    counted: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
        counted[model.http["method"]] += 1

    buckets.s3.meta.events.register("before-call.s3", count)
    yield counted
    buckets.s3.meta.events.unregister("before-call.s3", count)


def test_a_cold_start_imports_nothing_that_it_does_not_need() -> None:
    imported = set(_run(START).split())
    assert {"clean_article.app", "botocore.client", "article_cleanup.cleaning"} <= imported
    assert not imported & NOT_IMPORTED


def test_no_garbage_is_looked_for_while_the_client_is_made_and_it_is_from_then_on() -> None:
    assert _run(CONNECT).split() == ["0", "True"]


def _run(program: str) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_new_article_takes_as_few_requests_as_the_costs_are_worked_out_from(
    buckets: Buckets, store: ObjectStore, settings: Settings, requests: Counter[str]
) -> None:
    ref = buckets.drop("a.txt", ARTICLE)
    requests.clear()
    assert process(ref, store, settings).status == "cleaned"
    assert requests == {"HEAD": 2, "GET": 1, "PUT": 2}
    assert (requests["GET"] + requests["HEAD"], requests["PUT"]) == (GETS, PUTS)


def test_what_is_rejected_takes_one_more(
    buckets: Buckets, store: ObjectStore, settings: Settings, requests: Counter[str]
) -> None:
    ref = buckets.drop("a.txt", b"\0")
    requests.clear()
    assert process(ref, store, settings).status == "rejected"
    assert requests == {"HEAD": 4, "GET": 1, "PUT": 1}


def test_a_new_version_is_looked_at_once_more_and_cleaned_no_second_time(
    buckets: Buckets, store: ObjectStore, settings: Settings, requests: Counter[str]
) -> None:
    process(buckets.drop("a.txt", ARTICLE), store, settings)
    ref = buckets.drop("a.txt", ARTICLE * 2)
    requests.clear()
    assert process(ref, store, settings).status == "cleaned"
    assert requests == {"HEAD": 6, "GET": 2, "PUT": 3}
