"""A site's own rules: a file of the same form as the lexicons, which goes on top of them.

Its entries are looked up before all others. Those of the rule `site-spare` are for lines that no promo rule is to take,
whatever they fit. Every entry proves itself as it is read: what it says that it strips must go, and what it says that
it spares must stay, with all the other rules in force.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple
from functools import lru_cache
from hashlib import sha256

from .compilation import compile_entries
from .entries import Entry, InvalidEntry, parse_entry
from .folding import fold_words
from .lexicon import Lexicon, Match, load_lexicon
from .rules import LINE_REASONS

SPARE = "site-spare"
_RULES = frozenset((*LINE_REASONS, SPARE))


class InvalidRules(ValueError):
    """A rules file that cannot be used: `problems` has a sentence for everything that is wrong with it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _Row(dict[str, object]):
    """An object as it was written: `twice` has the fields of which JSON would keep the last alone."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.twice = sorted(field for field, count in Counter(field for field, _ in pairs).items() if count > 1)


def read_rules(content: str | bytes) -> tuple[Entry, ...]:
    """The entries of a rules file: JSON in UTF-8, a list of entries. Raises `InvalidRules`."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        rows = json.loads(text, object_pairs_hook=_Row)
    except UnicodeDecodeError as error:
        raise InvalidRules([f"It is not UTF-8: byte {error.start}. Save it as UTF-8."]) from None
    except RecursionError:
        raise InvalidRules(["It is no list of entries: brackets are nested in it without end."]) from None
    except ValueError as error:  # of numbers longer than Python reads, too
        raise InvalidRules([f"It is not JSON: {error}."]) from None
    return parse_rules(rows)


def parse_rules(rows: object) -> tuple[Entry, ...]:
    """The entries that the rows of a rules file spell. Raises `InvalidRules`."""
    if not isinstance(rows, list) or not rows:
        raise InvalidRules(["It must be a list of entries, with one at least, as the lexicons are."])
    entries: list[Entry] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=1):
        try:
            entries.append(_entry(f"entry {number}", row))
        except InvalidEntry as error:
            problems.append(str(error))
    if not problems:
        problems += _failed_examples(entries)
    if problems:
        raise InvalidRules(problems)
    return tuple(entries)


def lexicon_of(entries: Iterable[Entry]) -> Lexicon:
    """A lexicon of a site's entries alone. Raises `InvalidEntry`."""
    return Lexicon(compile_entries(entries), takes_code=True)


def with_site_rules(entries: Iterable[Entry]) -> Lexicon:
    """The lexicon of all languages, with a site's entries before it."""
    entries = tuple(entries)
    return load_lexicon().extended(
        promo=(entry for entry in entries if entry.rule != SPARE),
        spare=(entry for entry in entries if entry.rule == SPARE),
    )


# A report names the rules that made it, and each article has a report.
@lru_cache(maxsize=64)
def rules_digest(entries: tuple[Entry, ...]) -> str:
    """Eight hexadecimal digits that tell one rules file from another."""
    written = json.dumps([astuple(entry) for entry in entries])
    return sha256(written.encode()).hexdigest()[:8]


def _entry(source: str, row: object) -> Entry:
    if not isinstance(row, Mapping):
        raise InvalidEntry(source, f"it must be an object, as the lexicons' entries are, and is {row!r}.")
    if isinstance(row, _Row) and row.twice:
        raise InvalidEntry(source, f"it has fields that are written twice: {', '.join(row.twice)}.")
    entry = parse_entry(source, row, _RULES)
    compile_entries([entry])
    return entry


def _failed_examples(entries: Iterable[Entry]) -> Iterator[str]:
    """What entries say of their examples and is not so."""
    entries = tuple(entries)
    lexicon = with_site_rules(entries)
    for entry in entries:
        alone = lexicon_of([entry])
        examples = entry.spares if entry.rule == SPARE else entry.strips
        unfitting = [text for text in examples if not _match(alone, text)]
        for text in unfitting:
            yield f"{entry.source}: it has no phrase that fits its own example {text!r}."
        for text in entry.strips:
            if text in unfitting:
                continue
            found = _match(alone if entry.rule == SPARE else lexicon, text)
            if entry.rule == SPARE and found:
                yield f"{entry.source}: it would spare {text!r}, which it says is to go, by {found.phrase!r}."
            elif entry.rule != SPARE and not found:
                yield f"{entry.source}: its example {text!r} would stay: it is spared, or told as a sentence."
        for text in entry.spares:
            if found := _match(lexicon, text):
                yield f"{entry.source}: {text!r} is to stay, and goes by {found.phrase!r} of {found.kind.source}."


def _match(lexicon: Lexicon, text: str) -> Match | None:
    return lexicon.match(text, tuple(fold_words(text)))
