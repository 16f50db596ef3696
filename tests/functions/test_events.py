from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from article_pipeline.model import ObjectRef
from clean_article.events import UnknownEvent, is_queue_batch, object_refs, object_refs_in


def sample(root: Path, name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((root / "events" / f"{name}.json").read_text())
    return event


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("s3-put", ["harbour-ferry.txt"]),
        ("s3-multipart-upload", ["harbour-ferry.txt"]),
        ("s3-several-records", ["harbour-ferry.txt", "orchard-frost.md", "bergbahn.txt"]),
        ("s3-odd-key", ["Zürich/Fähre + 100% (neu) & alt.txt"]),
        ("s3-restored-from-archive", ["harbour-ferry.txt"]),
        ("s3-deleted", []),
        ("s3-test-event", []),
        ("s3-no-records", []),
        ("sns-s3-put", ["Zürich/Fähre + 100% (neu) & alt.txt"]),
        ("eventbridge-object-created", ["harbour-ferry.txt"]),
        ("eventbridge-odd-key", ["Zürich/a+b 100%25 c.txt"]),
        ("eventbridge-object-deleted", []),
    ],
)
def test_each_source_is_read_with_its_own_way_of_writing_keys(root: Path, name: str, keys: list[str]) -> None:
    assert [ref.key for ref in object_refs(sample(root, name))] == keys


@pytest.mark.parametrize("name", ["sqs-s3-put", "sqs-sns-s3-put", "sqs-eventbridge-object-created"])
def test_a_queue_s_messages_are_told_apart_from_direct_events(root: Path, name: str) -> None:
    event = sample(root, name)
    assert is_queue_batch(event)
    assert len(object_refs_in(event["Records"][0]["body"])) == 1
    assert not is_queue_batch(sample(root, "s3-put"))


def test_a_ref_holds_what_the_event_tells_of_the_object(root: Path) -> None:
    (ref,) = object_refs(sample(root, "s3-put"))
    assert ref == ObjectRef(
        bucket="INPUT_BUCKET",
        key="harbour-ferry.txt",
        version_id="096fKKXTRTtl3on89fVO.nfljtsv6qko",
        etag="6f5902ac237024bdd0c176cb93063dc4",
        sequencer="0065A1B2C3D4E5F607",
    )


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"greeting": "hello"},
        {"Records": [{"eventSource": "aws:dynamodb"}]},
        {"Records": [{"eventSource": "aws:s3"}, {"eventSource": "aws:sqs"}]},
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]},
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": []}]},
        {"Records": "aws:s3"},
        {"Records": [None]},
        {"source": "aws.s3", "detail-type": "Object Created", "detail": {}},
        {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": None}, "object": {"key": "a"}}}]},
        {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}, "object": {"key": ""}}}]},
        {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": "b"}, "object": {"key": 7}},
        },
        {"Type": "Notification", "Message": "no JSON"},
        [],
        "text",
        7,
        None,
    ],
)
def test_an_event_of_another_shape_is_refused_in_words(event: object) -> None:
    with pytest.raises(UnknownEvent) as refused:
        object_refs_in(json.dumps(event))
    assert str(refused.value).startswith(("The event ", "The message's body "))
    assert not is_queue_batch(event)


def test_what_is_said_of_an_unknown_event_quotes_none_of_its_values() -> None:
    with pytest.raises(UnknownEvent) as refused:
        object_refs({"body": "The night ferry returns."})
    assert "ferry" not in str(refused.value)


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, f"[{'9' * 5_000}]"], ids=["empty", "cut", "deep", "long"])
def test_a_body_that_cannot_be_read_is_refused_in_words(body: str) -> None:
    with pytest.raises(UnknownEvent, match="The message's body is"):
        object_refs_in(body)
