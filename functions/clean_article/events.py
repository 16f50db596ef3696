"""Which objects an event speaks of: one parser for each source that events come from.

Sources wrap each other (S3 in SNS in SQS), so a parser hands what it unwraps back to `object_refs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from article_pipeline.keys import decode_key
from article_pipeline.model import ObjectRef

Event = Mapping[str, Any]

# What makes an object readable. All else that S3 tells of (deletions, tags, expiry) leaves nothing to clean.
_S3_EVENT_NAMES = ("ObjectCreated:", "ObjectRestore:Completed", "s3:ObjectCreated:", "s3:ObjectRestore:Completed")
_EVENTBRIDGE_TYPES = frozenset({"Object Created", "Object Restore Completed"})


class UnknownEvent(ValueError):
    """An event of a shape that no parser reads. The message tells its shape, not what it holds."""


def is_queue_batch(event: object) -> bool:
    """Whether an event is a batch of SQS messages, which are answered one by one."""
    return isinstance(event, Mapping) and _has_records_of("aws:sqs")(event)


def object_refs(event: object) -> tuple[ObjectRef, ...]:
    """The objects that an event, or the body of a queued one, wants cleaned. Raises `UnknownEvent`."""
    if isinstance(event, Mapping):
        for recognises, parse in _PARSERS:
            if recognises(event):
                return _parsed(parse, event)
    raise UnknownEvent(
        f"The event is from no source that is known here: {_shape(event)}. Send S3 notifications, directly or through "
        'SQS or SNS, or EventBridge\'s "Object Created".'
    )


def object_refs_in(body: str) -> tuple[ObjectRef, ...]:
    """The objects that a message's body wants cleaned. Raises `UnknownEvent`."""
    try:
        event = json.loads(body)
    except json.JSONDecodeError as error:
        raise UnknownEvent(f"The message's body is not JSON (at character {error.pos}).") from None
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits, and brackets in brackets without end.
        raise UnknownEvent(f"The message's body is JSON that cannot be read ({type(error).__name__}).") from None
    return object_refs(event)


def _parsed(parse: Callable[[Event], Iterator[ObjectRef]], event: Event) -> tuple[ObjectRef, ...]:
    try:
        return tuple(parse(event))
    except (KeyError, TypeError, AttributeError) as error:
        what = f"nothing at {error}" if isinstance(error, KeyError) else "something of another kind than it has there"
        raise UnknownEvent(f"The event looks like one that is known here, but has {what}: {_shape(event)}.") from None


def _from_s3(event: Event) -> Iterator[ObjectRef]:
    for record in event["Records"]:
        if not str(record.get("eventName", "ObjectCreated:")).startswith(_S3_EVENT_NAMES):
            continue
        entity = record["s3"]["object"]
        yield ObjectRef(
            bucket=_text(record["s3"]["bucket"]["name"]),
            key=decode_key(_text(entity["key"])),
            version_id=_text_or_none(entity.get("versionId")),
            etag=_text_or_none(entity.get("eTag")),
            sequencer=_text_or_none(entity.get("sequencer")),
        )


def _from_eventbridge(event: Event) -> Iterator[ObjectRef]:
    if event.get("detail-type") in _EVENTBRIDGE_TYPES:
        # The key is as it is. Powertools' class for this event decodes it, and makes `a+b` into `a b`.
        entity = event["detail"]["object"]
        yield ObjectRef(
            bucket=_text(event["detail"]["bucket"]["name"]),
            key=_text(entity["key"]),
            version_id=_text_or_none(entity.get("version-id")),
            etag=_text_or_none(entity.get("etag")),
            sequencer=_text_or_none(entity.get("sequencer")),
        )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _from_sns(event: Event) -> Iterator[ObjectRef]:
    for record in event["Records"]:
        yield from object_refs_in(record["Sns"]["Message"])


def _from_sns_in_queue(event: Event) -> Iterator[ObjectRef]:
    yield from object_refs_in(event["Message"])


def _nothing(_event: Event) -> Iterator[ObjectRef]:
    yield from ()


def _has_records_of(source: str) -> Callable[[Event], bool]:
    def has_records(event: Event) -> bool:
        records = event.get("Records")
        return isinstance(records, list) and bool(records) and all(_source_of(record) == source for record in records)

    return has_records


_PARSERS: tuple[tuple[Callable[[Event], bool], Callable[[Event], Iterator[ObjectRef]]], ...] = (
    (_has_records_of("aws:s3"), _from_s3),
    (_has_records_of("aws:sns"), _from_sns),
    (lambda event: event.get("source") == "aws.s3" and "detail" in event, _from_eventbridge),
    (lambda event: event.get("Type") == "Notification" and isinstance(event.get("Message"), str), _from_sns_in_queue),
    # S3 sends this once, when a bucket's notifications are set up.
    (lambda event: event.get("Event") == "s3:TestEvent", _nothing),
    (lambda event: event.get("Records") == [], _nothing),
)


def _source_of(record: object) -> str | None:
    return record.get("eventSource", record.get("EventSource")) if isinstance(record, Mapping) else None


def _shape(event: object) -> str:
    if not isinstance(event, Mapping):
        return f"a {type(event).__name__}"
    return f"an object with {', '.join(sorted(map(str, event))[:8]) or 'nothing in it'}"
