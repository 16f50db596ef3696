"""The types that flow from an event to the objects that are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from article_cleanup import CleanedArticle

if TYPE_CHECKING:
    from .records import Record

Output = TypeVar("Output")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRef:
    """An object that an event speaks of: `key` is decoded, the rest is as the event has it, or None."""

    bucket: str
    key: str
    version_id: str | None = None
    etag: str | None = None
    sequencer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """Which state of an object was read. `version_id` is None in a bucket without versions, `etag` has no quotes."""

    etag: str
    version_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What S3 tells of an object without its body: which state it is in, and its user metadata."""

    version: ObjectVersion
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedObject:
    """What a listing tells of an object. Some of it changes whenever the object is written anew."""

    key: str
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """An object as it was read: bytes, and what S3 keeps beside them.

    `size` is that of the stored object, in bytes. `body` is None when it was not read: because the object is
    `archived`, where S3 reads nothing, or else because it is too large. `missing_metadata` counts the entries that S3
    holds but cannot send in a header.
    """

    bucket: str
    key: str
    version: ObjectVersion
    size: int
    body: bytes | None
    archived: bool = False
    content_type: str = "binary/octet-stream"
    content_encoding: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    missing_metadata: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputObject:
    """An object to be written. `content_encoding` is empty when it has none."""

    key: str
    body: bytes
    content_type: str
    content_encoding: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanOutput:
    """A clean article to be written, the report on it, and the page that shows it, if there is to be one."""

    article: OutputObject
    report: OutputObject
    page: OutputObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The text of an object, and all that is needed to make its bytes again.

    The bytes are `bom + text.encode(encoding)`, packed `gzip_layers` times; where the text came in JSON, which `record`
    has, they are that JSON's. `notes` are sentences for the owner, on how they were read.
    """

    text: str
    format: str
    encoding: str
    bom: bytes
    gzip_layers: int
    notes: tuple[str, ...] = ()
    record: Record | None = None


class ArticleRejected(Exception):
    """An object that can never be cleaned as it is, so that trying again is of no use.

    `reason` is a stable kebab-case slug, `message` tells the owner what is wrong and what to do about it: `problem`,
    and `what_to_do` for one who uploads and deploys, where others have other means. `cleaned` is the cleanup that left
    nothing, where that is the reason.
    """

    def __init__(
        self, reason: str, problem: str, what_to_do: str = "", *, cleaned: CleanedArticle | None = None
    ) -> None:
        self.reason = reason
        self.problem = problem
        self.message = f"{problem} {what_to_do}".rstrip()
        self.what_to_do = what_to_do
        self.cleaned = cleaned
        super().__init__(self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanLine:
    """What came of a line: its bytes, and what its report says.

    `reason` says why it was passed through as it was, and is None for an article that was cleaned or was clean.
    `is_mostly_removed` marks one of which little would be left, or nothing.
    """

    content: bytes
    report: bytes
    reason: str | None = None
    is_changed: bool = False
    is_mostly_removed: bool = False
    removals_by_rule: Mapping[str, int] = field(default_factory=dict)
    characters_in: int = 0
    characters_out: int = 0


@dataclass(slots=True)
class PackedSummary:
    """What came of the lines of a file so far. `articles` counts those that were cleaned, or were clean already."""

    lines: int = 0
    articles: int = 0
    changed: int = 0
    mostly_removed: int = 0
    characters_in: int = 0
    characters_out: int = 0
    passed_through: Counter[str] = field(default_factory=Counter)
    removals_by_rule: Counter[str] = field(default_factory=Counter)

    def count(self, line: CleanLine) -> None:
        """Adds a line."""
        self.lines += 1
        self.mostly_removed += line.is_mostly_removed
        if line.reason:
            self.passed_through[line.reason] += 1
            return
        self.articles += 1
        self.changed += line.is_changed
        self.characters_in += line.characters_in
        self.characters_out += line.characters_out
        self.removals_by_rule.update(line.removals_by_rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one object. `reason` says why it was rejected or skipped, and `message` says it to a person.

    Of a packed file, counts are of all its articles together, and `passed_through` counts its other lines, by reason.
    `mostly_removed` counts articles of which little or nothing is left, and which their owner should look at.
    `version_id` is that of the source.
    """

    key: str
    status: Literal["cleaned", "rejected", "skipped"]
    reason: str | None = None
    message: str | None = None
    removals_by_rule: Mapping[str, int] = field(default_factory=dict)
    articles: int = 1
    mostly_removed: int = 0
    passed_through: Mapping[str, int] = field(default_factory=dict)
    characters_in: int = 0
    characters_out: int = 0
    version_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Generic[Output]):
    """What came of one version of a source, and the `output` that is to be written: an article, or a rejection.

    `is_by_chance` where a busy moment can have been the cause as well as the article: no reason to take back what came
    of it in a better one.
    """

    version: ObjectVersion
    outcome: Outcome
    output: Output
    is_by_chance: bool = False


CleanResult = Result[CleanOutput] | Result[OutputObject]
"""What came of an article: a clean one with its report, or a rejection."""
