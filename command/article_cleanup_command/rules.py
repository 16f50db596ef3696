"""The rules, for people: what each is for, and its phrases with examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from article_cleanup.compilation import read_entries
from article_cleanup.entries import Entry
from article_cleanup.lexicon import languages
from article_cleanup.rules import REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its slug, why it removes something, and the entries of the lexicons that name it."""

    slug: str
    reason: str
    entries: tuple[Entry, ...]

    @property
    def phrases_by_language(self) -> Counter[str]:
        """How many phrases each language has of it."""
        return Counter(language_of(entry) for entry in self.entries for _ in entry.phrases)


@cache
def all_rules() -> dict[str, Rule]:
    """The rules by their slugs."""
    entries = read_entries(languages())
    return {
        slug: Rule(slug=slug, reason=reason, entries=tuple(entry for entry in entries if entry.rule == slug))
        for slug, reason in sorted(REASONS.items())
    }


def language_of(entry: Entry) -> str:
    """The language of an entry of the lexicons."""
    return entry.source.partition(".json")[0]
