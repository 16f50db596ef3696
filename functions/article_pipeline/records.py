"""An article's text inside JSON: found, and exchanged for another, with every other byte left as it is.

What stands around the text is never parsed and written again: numbers, spaces, order, repeated names and escapes
would come out otherwise than they came in. Only the literal of the text is cut out, and another put in its place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .model import ArticleRejected

# Values that are of no interest are only measured. As strings, numbers of any length are as good as others.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\n\r]*")
_BOM = "\ufeff"
# The ways in which programs write strings: with all but ASCII escaped or not, and with `/` escaped (PHP) or not.
_SPELLINGS = ("plain", "ascii", "plain-slashes", "ascii-slashes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A JSON object in `source`, and where in it the literal of its text stands: from `start` to `end`."""

    source: str
    start: int
    end: int
    text: str

    @property
    def literal(self) -> str:
        """The text as it is written in the source, with its quotation marks."""
        return self.source[self.start : self.end]

    def with_literal(self, literal: str) -> str:
        """The source with another literal in the place of the text's."""
        return f"{self.source[: self.start]}{literal}{self.source[self.end :]}"


def read_record(source: str, field: str) -> Record:
    """The text under `field` in a JSON object, whose own field it must be. Of several, the last counts, as in JSON.

    Raises `ArticleRejected` when the source is no JSON, or has no such text.
    """
    try:
        found = _find(source, field)
    except (ValueError, RecursionError):
        raise ArticleRejected("not-json", "This is not JSON, or it is cut. Write it again as JSON in UTF-8.") from None
    if found is None or not found.literal.startswith('"'):
        raise ArticleRejected(
            "no-text",
            f"There is no text under {field!r} in this JSON.",
            "An article is one JSON object with its text there; if it has another name, deploy with that as TextField. "
            "Several articles go into a .jsonl file, one a line.",
        )
    return found


def spelling_of(record: Record) -> str | None:
    """How the text's literal is escaped, or None when it is in no common way."""
    return next((name for name in _SPELLINGS if spell(record.text, name) == record.literal), None)


def spelling_for(record: Record) -> str:
    """How another text in that record's place is to be escaped: as its own is, or much like it."""
    return spelling_of(record) or ("ascii" if record.literal.isascii() or not _is_unicode(record.text) else "plain")


def spell(text: str, spelling: str) -> str:
    """A text as a JSON literal."""
    literal = json.dumps(text, ensure_ascii=spelling.startswith("ascii"))
    return literal.replace("/", r"\/") if spelling.endswith("-slashes") else literal


def _is_unicode(text: str) -> bool:
    """Whether UTF-8 has all of a text. Halves of surrogate pairs, which JSON can escape, it has not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _find(source: str, field: str) -> Record | None:
    """The last value of that name in the object, whatever it is. Raises `ValueError` when all is not one JSON value."""
    found = None
    at = _skip(source, len(_BOM) if source.startswith(_BOM) else 0)
    if source[at : at + 1] != "{":
        _, at = _DECODER.raw_decode(source, at)
    else:
        at, mark = _skip(source, at + 1), ","
        if source[at : at + 1] == "}":
            at, mark = at + 1, "}"
        while mark == ",":
            name, at = _read_name(source, at)
            at = _expect(source, at, ":")
            value, end = _DECODER.raw_decode(source, at)
            if name == field:
                found = Record(source=source, start=at, end=end, text=value)
            at = _skip(source, end)
            mark = source[at : at + 1]
            at = _expect(source, at, ",}")
    if _skip(source, at) != len(source):
        raise ValueError
    return found


def _read_name(source: str, at: int) -> tuple[object, int]:
    if source[at : at + 1] != '"':
        raise ValueError
    return _DECODER.raw_decode(source, at)


def _expect(source: str, at: int, marks: str) -> int:
    """Where the next thing begins after one of these marks, which must come next."""
    at = _skip(source, at)
    if not source[at : at + 1] or source[at] not in marks:
        raise ValueError
    return _skip(source, at + 1)


def _skip(source: str, at: int) -> int:
    """Where white space ends."""
    found = _SPACE.match(source, at)
    return found.end() if found else at
