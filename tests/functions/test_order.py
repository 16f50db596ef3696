"""However often and in whatever order events arrive, the outcome ends as that of the newest version of the source.

Every order of the steps of two invocations is tried, and many of three: see `interleavings`.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from article_pipeline import processing
from article_pipeline.cleaning import clean_source
from article_pipeline.keys import clean_key, rejected_key, report_key
from article_pipeline.limits import OutOfTime
from article_pipeline.metadata import source_version
from article_pipeline.model import ObjectVersion, SourceObject, StoredObject
from article_pipeline.outcomes import Standing
from article_pipeline.settings import Settings

from .conftest import OUTPUT as OUTPUT_BUCKET
from .conftest import Buckets
from .interleavings import KEY, OTHER, OUTPUT, S3, SOURCE, Answer, Call, Explorer, Stored

FIRST, SECOND, THIRD = b"The ferry stops.\n", b"The ferry returns.\n", b"The ferry is sold.\n"
NO_TEXT, EMPTY = b"\0\1", b""
DELETE = None
FOLDER = "a/"


@pytest.fixture(autouse=True)
def each_version_is_cleaned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes of a version is always the same, and here the same few are cleaned thousands of times."""
    work_on, known = processing._work_on, {}  # noqa: SLF001 - the way around it is what is tested

    def remember(source: SourceObject, settings: Settings) -> Any:  # noqa: ANN401 - whatever it is there
        if (source.version, settings is OTHER) not in known:
            known[source.version, settings is OTHER] = work_on(source, settings)
        return known[source.version, settings is OTHER]

    monkeypatch.setattr(processing, "_work_on", remember)


@pytest.fixture
def others_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def clean(source: SourceObject, settings: Settings) -> Any:  # noqa: ANN401 - whatever it is there
        if settings is OTHER:
            raise OutOfTime
        return clean_source(source, settings)

    monkeypatch.setattr(processing, "clean_source", clean)


def described(stored: Stored | None) -> StoredObject | None:
    if stored is None:
        return None
    version = ObjectVersion(etag=stored.etag, version_id=stored.version_id)
    return StoredObject(version=version, metadata=dict(stored.metadata))


def standing(s3: S3, key: str) -> Standing:
    clean, report, rejection = (described(s3.at((OUTPUT, name(key)))) for name in (clean_key, report_key, rejected_key))
    return Standing(key=key, clean=clean, report=report, rejection=rejection)


def number(output: Stored | Call) -> int:
    """Which version of the source an output was made from; 0 if it was gone."""
    version = source_version(
        StoredObject(version=ObjectVersion(etag="", version_id=None), metadata=dict(output.metadata))
    )
    return int(version.version_id.removeprefix("v")) if version and version.version_id else 0


def nothing_newer_is_written_over(s3: S3, call: Call) -> None:
    there = s3.at(call.place)
    if call.operation == "PutObject" and there:
        assert number(call) >= number(there), f"{call} over {there}"


def anything_goes(_s3: S3, _call: Call) -> None:
    pass


def check(s3: S3, way: list[str], key: str = KEY) -> None:
    """What must be so once nothing is left to do."""
    source, left = s3.at((SOURCE, key)), standing(s3, key)
    how = "\n".join(way)
    if source and key == FOLDER and source.body == EMPTY and left.is_empty():
        return
    if source:
        assert left.is_outcome_of(ObjectVersion(etag=source.etag, version_id=source.version_id)), how
    else:
        # Which version went last is for nobody to know, now. But there is one outcome, and it is of one piece.
        assert bool(left.clean) != bool(left.rejection), how
        assert not left.report or (left.clean and left.has_report_of_its_article()), how


@pytest.mark.parametrize(
    ("todo", "kills", "duplicates"),
    [
        ((FIRST,), 2, 1),
        ((FIRST, SECOND), 2, 0),
        ((FIRST, SECOND), 1, 1),
        ((FIRST, NO_TEXT), 2, 0),
        ((NO_TEXT, FIRST), 2, 0),
        ((FIRST, NO_TEXT), 1, 1),
        ((NO_TEXT, FIRST), 1, 1),
        ((NO_TEXT, DELETE), 1, 1),
        ((FIRST, DELETE), 2, 1),
        ((FIRST, DELETE, SECOND), 1, 0),
        ((FIRST, DELETE, NO_TEXT), 1, 0),
        ((NO_TEXT, DELETE, FIRST), 1, 0),
        ((FIRST, SECOND, DELETE), 0, 0),
        ((FIRST, NO_TEXT, DELETE), 0, 0),
        ((NO_TEXT, FIRST, DELETE), 0, 0),
        ((FIRST, SECOND, THIRD), 0, 0),
        ((FIRST, NO_TEXT, SECOND), 0, 0),
        ((FIRST, SECOND, NO_TEXT), 0, 0),
    ],
)
def test_every_order_of_two_invocations_ends_with_the_newest_version(
    todo: tuple[bytes | None, ...], kills: int, duplicates: int
) -> None:
    explorer = Explorer(watch=nothing_newer_is_written_over, duplicates=duplicates)
    for s3, way in explorer.settled(todo, kills=kills):
        check(s3, way)
    assert explorer.states > 100


@pytest.mark.parametrize(
    "todo", [(FIRST, NO_TEXT, SECOND), (NO_TEXT, FIRST, NO_TEXT), (FIRST, DELETE, NO_TEXT), (NO_TEXT, DELETE, FIRST)]
)
def test_with_one_invocation_at_a_time_never_more_or_less_than_an_outcome_is_seen(
    todo: tuple[bytes | None, ...],
) -> None:
    def an_article_has_its_report_and_no_rejection(s3: S3, call: Call) -> None:
        left = standing(s3.answer(call)[0], KEY)
        assert not left.clean or (left.report and not left.rejection)

    explorer = Explorer(watch=an_article_has_its_report_and_no_rejection, at_once=1, duplicates=1)
    for s3, way in explorer.settled(todo, kills=3):
        check(s3, way)


@pytest.mark.parametrize("between", [SECOND, NO_TEXT, DELETE])
def test_a_text_that_comes_back_ends_as_the_newest_version_too(between: bytes | None) -> None:
    """S3 tells objects apart by their bytes, so that here an old outcome can be there for a moment."""
    explorer = Explorer(watch=anything_goes)
    for s3, way in explorer.settled((FIRST, between, FIRST)):
        check(s3, way)


@pytest.mark.parametrize("todo", [(FIRST,), (NO_TEXT, FIRST), (FIRST, DELETE)])
def test_every_order_of_three_invocations_does(todo: tuple[bytes | None, ...]) -> None:
    explorer = Explorer(watch=nothing_newer_is_written_over, at_once=3, duplicates=1)
    for s3, way in explorer.settled(todo):
        check(s3, way)


@pytest.mark.parametrize("todo", [(FIRST, EMPTY), (EMPTY, FIRST, EMPTY)])
def test_a_folder_that_was_an_article_does(todo: tuple[bytes, ...]) -> None:
    explorer = Explorer(watch=nothing_newer_is_written_over, key=FOLDER)
    for s3, way in explorer.settled(todo, kills=1):
        check(s3, way, FOLDER)


@pytest.mark.usefixtures("others_are_busy")
@pytest.mark.parametrize(("todo", "kills"), [((FIRST,), 1), ((NO_TEXT, FIRST), 0), ((FIRST, DELETE), 0)])
def test_what_an_invocation_could_not_do_in_time_does_not_undo_what_another_could(
    todo: tuple[bytes | None, ...], kills: int
) -> None:
    def no_article_of_the_newest_version_is_taken_away(s3: S3, call: Call) -> None:
        there = s3.at(call.place)
        if call.operation == "DeleteObject" and there and call.place == (OUTPUT, clean_key(KEY)):
            assert number(there) < s3.versions

    explorer = Explorer(watch=no_article_of_the_newest_version_is_taken_away, duplicates=1, others=2)
    for s3, way in explorer.settled(todo, kills=kills):
        check(s3, way)


@pytest.mark.usefixtures("others_are_busy")
def test_two_that_make_something_else_of_a_new_version_leave_one_outcome_of_one_piece() -> None:
    """S3 deletes whatever stands there, so that either can take away what the other has just written."""
    explorer = Explorer(watch=nothing_newer_is_written_over, others=2)
    for s3, way in explorer.settled((FIRST, SECOND)):
        check(s3, way)


@pytest.mark.parametrize("seed", range(5))
def test_many_orders_of_three_invocations_end_with_the_newest_version(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same ones on every run
    explorer = Explorer(watch=nothing_newer_is_written_over, at_once=3, duplicates=1)
    for _ in range(200):
        todo = chance.sample((FIRST, SECOND, THIRD, NO_TEXT, DELETE), 4)
        if todo[0] is DELETE:
            todo.reverse()
        check(*explorer.wander(tuple(todo), chance, kills=2))


def test_s3_as_a_value_answers_as_an_emulated_one_does(buckets: Buckets) -> None:
    chance = random.Random(1)  # noqa: S311 - the same ones on every run
    modelled = S3()
    for _ in range(400):
        place = (OUTPUT_BUCKET, chance.choice("ab"))
        bodies = (FIRST, SECOND)
        etags = [f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"' for body in bodies]
        request: dict[str, Any] = {"Bucket": place[0], "Key": place[1]}
        operation = chance.choice(("GetObject", "HeadObject", "PutObject", "PutObject", "DeleteObject"))
        if operation == "PutObject":
            condition = chance.choice(({}, {"IfNoneMatch": "*"}, {"IfMatch": chance.choice(etags)}))
            request |= {"Body": chance.choice(bodies), "Metadata": {"made-from": chance.choice("xy")}, **condition}
        modelled, expected = modelled.answer(Call.of(operation, request))
        assert answer_of(buckets, operation, request) == expected_of(expected), request


def answer_of(buckets: Buckets, operation: str, request: dict[str, Any]) -> object:
    try:
        answer = getattr(buckets.s3, xform_name(operation))(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return (answer["ETag"], answer["Metadata"]) if operation in {"GetObject", "HeadObject"} else None


def expected_of(answer: Answer) -> object:
    return (f'"{answer.etag}"', dict(answer.metadata)) if isinstance(answer, Stored) else answer
