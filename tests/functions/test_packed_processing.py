"""Packed files from bucket to bucket: in parts, whole or not at all, and the newest version in whatever order."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.s3 import models as moto_s3

from article_cleanup import RULES_VERSION
from article_pipeline import objects, packed
from article_pipeline.limits import OutOfTime, time_limit
from article_pipeline.model import ObjectRef
from article_pipeline.objects import ObjectStore
from article_pipeline.processing import process
from article_pipeline.reports import rebuild_line
from article_pipeline.settings import Settings

from .conftest import INPUT, OUTPUT, Buckets

ROOT = Path(__file__).parents[2]
PARAGRAPH = "The night ferry between Port Ellery and the outer islands will return in the spring, the board said."
DAMAGED = json.dumps({"id": 1.50, "text": f"{PARAGRAPH}\nVideo\n{PARAGRAPH}\n", "tags": ["a"]}).encode()
CLEAN = json.dumps({"id": 1.50, "text": f"{PARAGRAPH}\n", "tags": ["a"]}).encode()
NO_JSON = b"# a comment"
LINES = b"\r\n".join([DAMAGED, NO_JSON, CLEAN, DAMAGED, b""])
CLEAN_LINES = b"\r\n".join([CLEAN, NO_JSON, CLEAN, CLEAN, b""])
PAGE = "pages/a.jsonl.html"
PART = 1500
MANY = 5


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is megabytes with S3 is a thousand bytes here."""
    monkeypatch.setattr(moto_s3, "S3_UPLOAD_PART_MIN_SIZE", PART)
    monkeypatch.setattr(objects, "PART_BYTES", PART)
    monkeypatch.setattr(objects, "_CHUNK_BYTES", 1500)


@pytest.fixture
def run(store: ObjectStore, settings: Settings) -> Callable[..., Any]:
    return lambda ref, **changed: process(ref, store, replace(settings, **changed))


Run = Callable[..., Any]


def unfinished(buckets: Buckets) -> list[Any]:
    return buckets.s3.list_multipart_uploads(Bucket=OUTPUT).get("Uploads", [])


def reports_on(buckets: Buckets, key: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    body = buckets.read(f"reports/{key}")
    lines = (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).splitlines()
    *reports, summary = map(json.loads, lines)
    return reports, summary


@pytest.mark.parametrize("times", [1, MANY])
@pytest.mark.parametrize("key", ["a.jsonl", "2025/B.NDJSON", "a b.jsonl.gz"])
def test_each_article_of_a_file_comes_out_clean_in_its_line_with_its_report(
    buckets: Buckets, run: Run, key: str, times: int
) -> None:
    source, cleaned = LINES * times, CLEAN_LINES * times
    pack = gzip.compress if key.endswith(".gz") else bytes
    unpack = gzip.decompress if key.endswith(".gz") else bytes
    outcome = run(buckets.drop(key, pack(source)))
    assert (outcome.status, outcome.articles, outcome.passed_through) == ("cleaned", 3 * times, {"not-json": times})
    assert buckets.written() == {f"clean/{key}", f"reports/{key}"}
    assert unpack(buckets.read(f"clean/{key}")) == cleaned
    reports, summary = reports_on(buckets, key)
    lines = cleaned.splitlines(keepends=True)
    assert b"".join(rebuild_line(report, line) for report, line in zip(reports, lines, strict=True)) == source
    assert (summary["lines"], summary["articles"], summary["changed"]) == (4 * times, 3 * times, 2 * times)
    assert summary["passed_through"] == {"not-json": times}
    assert unfinished(buckets) == []


def test_metadata_and_content_types_are_those_of_single_articles(buckets: Buckets, run: Run) -> None:
    options = {"ContentType": "application/jsonl; charset=UTF-8", "ContentEncoding": "gzip"}
    run(buckets.drop("a.jsonl", gzip.compress(LINES * MANY), Metadata={"desk": "foreign"}, **options))
    source = buckets.s3.head_object(Bucket=INPUT, Key="a.jsonl")
    version = {
        "article-cleanup-source-version": source["VersionId"],
        "article-cleanup-source-etag": source["ETag"].strip('"'),
        "article-cleanup-rules-version": RULES_VERSION,
    }
    clean = buckets.s3.head_object(Bucket=OUTPUT, Key="clean/a.jsonl")
    assert (clean["ContentType"], clean["ContentEncoding"]) == ("application/jsonl; charset=utf-8", "gzip")
    assert clean["Metadata"] == version | {"desk": "foreign"}
    report = buckets.s3.head_object(Bucket=OUTPUT, Key="reports/a.jsonl")
    assert (report["ContentType"], report["ContentEncoding"]) == ("application/x-ndjson", "gzip")
    assert report["Metadata"] == version


@pytest.mark.parametrize(
    ("body", "changed", "reason"),
    [
        (b"", {}, "empty"),
        (b"\n \r\n", {}, "empty"),
        (b"%PDF-1.7\n", {}, "not-text"),
        (b"wire.jsonl".ljust(257, b"\0") + b"ustar" + LINES, {}, "not-text"),
        (LINES.decode().encode("utf-16"), {}, "broken-text"),
        (gzip.compress(LINES * MANY)[:-1], {}, "broken-gzip"),
        (b"news\nmore news\n", {}, "no-articles"),
        (LINES, {"text_field": "body"}, "no-articles"),
        (LINES * MANY, {"max_packed_bytes": 2500}, "too-large"),
        (gzip.compress(LINES * MANY), {"max_packed_bytes": 2500}, "too-large"),
    ],
)
def test_what_is_no_packed_file_is_rejected_and_nothing_else_is_left_of_it(
    buckets: Buckets, run: Run, body: bytes, changed: dict[str, Any], reason: str
) -> None:
    assert run(buckets.drop("a.jsonl", body), **changed).reason == reason
    assert buckets.written() == {"rejected/a.jsonl.json"}
    rejection = json.loads(buckets.read("rejected/a.jsonl.json"))
    assert rejection["reason"] == reason
    assert rejection["source"]["bytes"] == len(body)
    assert unfinished(buckets) == []


def test_an_archived_file_is_rejected_until_it_is_restored(buckets: Buckets, run: Run) -> None:
    assert run(buckets.drop("a.jsonl", LINES, StorageClass="GLACIER")).reason == "archived"


@pytest.mark.parametrize(("field", "name"), [("text", "text"), ("body", "body")])
def test_an_article_in_json_is_cleaned_in_its_place(buckets: Buckets, run: Run, field: str, name: str) -> None:
    source = DAMAGED.replace(b'"text"', f'"{name}"'.encode()).replace(b'"id": 1.5', b' "id" : 1.50e0')
    run(buckets.drop("a.json", source, ContentType="application/json"), text_field=field)
    assert buckets.written() == {"clean/a.json", "reports/a.json.json"}
    assert buckets.read("clean/a.json") == source.replace(rf"{PARAGRAPH}\nVideo\n".encode(), b"")


def take_for_ever(*_: object, **__: object) -> NoReturn:
    while True:
        pass


def test_what_takes_too_long_is_rejected_with_what_to_do_and_nothing_is_left_of_it(buckets: Buckets, run: Run) -> None:
    ref = buckets.drop("a.jsonl", LINES * MANY)
    with patch.object(packed, "clean", take_for_ever):
        assert run(ref, max_packed_seconds=1).reason == "too-slow"
    assert "Split it into several files" in json.loads(buckets.read("rejected/a.jsonl.json"))["message"]
    assert buckets.written() == {"rejected/a.jsonl.json"}
    assert run(ref).status == "cleaned"


def test_what_was_not_given_its_time_is_not_rejected_for_that(buckets: Buckets, run: Run) -> None:
    ref = buckets.drop("a.jsonl", LINES * MANY)
    with patch.object(packed, "clean", take_for_ever), pytest.raises(OutOfTime), time_limit(1):
        run(ref, max_packed_seconds=100)
    assert buckets.written() == set()
    assert unfinished(buckets) == []


OPERATIONS = (
    "head_object", "get_object", "create_multipart_upload", "upload_part", "complete_multipart_upload", "put_object",
    "delete_object",
)  # fmt: skip


class Meddled:
    """A client that has something done before each of its calls, which is told how many there were.

    An upload that it could not complete is lost, which S3 leaves open.
    """

    def __init__(self, client: Any, meddle: Callable[[int, str], object]) -> None:  # noqa: ANN401 - boto3's
        self._client, self._meddle, self.calls = client, meddle, 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever boto3 has there
        method = getattr(self._client, name)
        if name not in OPERATIONS:
            return method

        def call(**request: Any) -> Any:  # noqa: ANN401
            self.calls += 1
            self._meddle(self.calls, name)
            try:
                return method(**request)
            except ClientError:
                if name == "complete_multipart_upload":
                    place = {part: request[part] for part in ("Bucket", "Key", "UploadId")}
                    self._client.abort_multipart_upload(**place)
                raise

        return call


def store_that(buckets: Buckets, meddle: Callable[[int, str], object]) -> tuple[ObjectStore, Meddled]:
    client = Meddled(buckets.s3, meddle)
    return ObjectStore(client), client  # type: ignore[arg-type]


@pytest.fixture
def calls_in_all(buckets: Buckets, settings: Settings) -> int:
    return count_calls(buckets, settings)


def count_calls(buckets: Buckets, settings: Settings) -> int:
    store, client = store_that(buckets, lambda _number, _name: None)
    process(buckets.drop("a.jsonl", LINES * MANY), store, settings)
    forget_outcome(buckets)
    assert client.calls > 12
    return client.calls


def assert_whole(buckets: Buckets, source: bytes, cleaned: bytes, *, with_page: bool = False) -> None:
    assert buckets.written() == {"clean/a.jsonl", "reports/a.jsonl", *([PAGE] if with_page else [])}
    assert buckets.read("clean/a.jsonl") == cleaned
    reports, summary = reports_on(buckets, "a.jsonl")
    assert summary["lines"] == len(reports) == len(source.splitlines())
    current = buckets.s3.head_object(Bucket=INPUT, Key="a.jsonl")
    assert summary["source"]["version_id"] == current["VersionId"]
    assert unfinished(buckets) == []


def forget_outcome(buckets: Buckets) -> None:
    for key in buckets.written():
        buckets.s3.delete_object(Bucket=OUTPUT, Key=key)


@pytest.mark.parametrize("with_page", [False, True])
def test_whenever_a_fault_comes_all_of_the_outcome_is_there_or_none_and_the_next_try_makes_it(
    buckets: Buckets, settings: Settings, *, with_page: bool
) -> None:
    settings = replace(settings, write_pages=with_page)
    ways = [{"reports/a.jsonl"}, {"reports/a.jsonl", PAGE}] if with_page else [{"reports/a.jsonl"}]
    for at in range(1, count_calls(buckets, settings) + 1):

        def fail(number: int, name: str, at: int = at) -> None:
            if number == at:
                raise ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, name)

        ref = buckets.drop("a.jsonl", LINES * MANY)
        with pytest.raises(ClientError):
            process(ref, store_that(buckets, fail)[0], settings)
        left = buckets.written()
        assert left in (set(), *ways, {"clean/a.jsonl", *ways[-1]}), at
        assert unfinished(buckets) == []
        process(ref, ObjectStore(buckets.s3), settings)
        assert_whole(buckets, LINES * MANY, CLEAN_LINES * MANY, with_page=with_page)
        forget_outcome(buckets)


@pytest.mark.parametrize("is_new", [True, False])
def test_whenever_another_invocation_comes_between_the_newest_version_stands_in_the_end(
    buckets: Buckets, settings: Settings, calls_in_all: int, *, is_new: bool
) -> None:
    source, cleaned = (LINES * (MANY + 2), CLEAN_LINES * (MANY + 2)) if is_new else (LINES * MANY, CLEAN_LINES * MANY)
    for at in range(1, calls_in_all + 1):
        ref = buckets.drop("a.jsonl", LINES * MANY)

        def overtake(number: int, _name: str, at: int = at, ref: ObjectRef = ref) -> None:
            if number == at:
                process(buckets.drop("a.jsonl", source) if is_new else ref, ObjectStore(buckets.s3), settings)
            if number >= at:
                assert buckets.read("clean/a.jsonl") == cleaned, "what is newer was written over"

        process(ref, store_that(buckets, overtake)[0], settings)
        assert_whole(buckets, source, cleaned)
        forget_outcome(buckets)


def test_whenever_another_invocation_dies_half_way_this_one_makes_the_outcome_whole(
    buckets: Buckets, settings: Settings, calls_in_all: int
) -> None:
    for at in range(1, calls_in_all + 1):
        ref = buckets.drop("a.jsonl", LINES * MANY)

        def die(_number: int, name: str) -> None:
            if name == "complete_multipart_upload" and "reports/a.jsonl" in buckets.written():
                raise ConnectionError

        def overtake(number: int, _name: str, at: int = at, ref: ObjectRef = ref) -> None:
            if number == at:
                with suppress(ConnectionError):
                    process(ref, store_that(buckets, die)[0], settings)

        process(ref, store_that(buckets, overtake)[0], settings)
        assert_whole(buckets, LINES * MANY, CLEAN_LINES * MANY)
        forget_outcome(buckets)


def test_whenever_the_file_is_written_anew_no_mixture_of_two_versions_ever_stands(
    buckets: Buckets, settings: Settings, calls_in_all: int
) -> None:
    other = NO_JSON.center(len(LINES) - 1) + b"\n"
    for at in range(1, calls_in_all + 1):

        def write_anew(number: int, _name: str, at: int = at) -> None:
            if number == at:
                buckets.drop("a.jsonl", other * (MANY - 1) + LINES)
            if "clean/a.jsonl" in buckets.written():
                assert buckets.read("clean/a.jsonl") in {CLEAN_LINES * MANY, other * (MANY - 1) + CLEAN_LINES}

        process(buckets.drop("a.jsonl", LINES * MANY), store_that(buckets, write_anew)[0], settings)
        assert buckets.read("clean/a.jsonl") == other * (MANY - 1) + CLEAN_LINES
        forget_outcome(buckets)


def test_whenever_the_file_is_deleted_it_keeps_one_outcome_of_one_piece(
    buckets: Buckets, settings: Settings, calls_in_all: int
) -> None:
    for at in range(1, calls_in_all + 1):

        def delete(number: int, _name: str, at: int = at) -> None:
            if number == at:
                buckets.s3.delete_object(Bucket=INPUT, Key="a.jsonl")

        process(buckets.drop("a.jsonl", LINES * MANY), store_that(buckets, delete)[0], settings)
        left = buckets.written()
        assert left in ({"rejected/a.jsonl.json"}, {"clean/a.jsonl", "reports/a.jsonl"}), at
        assert unfinished(buckets) == []
        forget_outcome(buckets)


def test_a_connection_that_breaks_while_a_chunk_is_read_is_tried_again(buckets: Buckets, settings: Settings) -> None:
    broken = 0

    def break_sometimes(number: int, name: str) -> None:
        nonlocal broken
        if name == "get_object" and number % 3 == 0:
            broken += 1
            raise ReadTimeoutError(endpoint_url="s3")

    ref = buckets.drop("a.jsonl", LINES * MANY)
    process(ref, store_that(buckets, break_sometimes)[0], settings)
    assert broken
    assert_whole(buckets, LINES * MANY, CLEAN_LINES * MANY)


def test_a_file_and_what_else_was_under_its_key_replace_each_other(buckets: Buckets, run: Run) -> None:
    for body, written in ((LINES, {"clean/a.jsonl", "reports/a.jsonl"}), (b"news", {"rejected/a.jsonl.json"})) * 2:
        run(ObjectRef(bucket=INPUT, key=buckets.drop("a.jsonl", body).key))
        assert buckets.written() == written


def test_a_file_five_times_as_large_takes_no_more_memory() -> None:
    small, large = (work_on_a_generated_file(megabytes) for megabytes in (24, 120))
    assert large["articles"] >= 5 * small["articles"] > 0
    assert large["changed"] == large["articles"]
    assert large["written"].keys() == {"clean/big.jsonl", "reports/big.jsonl", "pages/big.jsonl.html"}
    assert large["written"]["pages/big.jsonl.html"] < 2_100_000
    assert large["peak_megabytes"] <= 1.2 * small["peak_megabytes"]


def work_on_a_generated_file(megabytes: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.functions.generated_file", str(megabytes), "20", "50000"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["functions", "layers/cleanup"]), "WRITE_PAGES": "true"}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
