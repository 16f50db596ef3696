"""The rules, for people: what each is for, and its phrases with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from article_cleanup.compilation import read_entries
from article_cleanup.entries import Entry
from article_cleanup.folding import fold_words
from article_cleanup.lexicon import languages
from article_cleanup.rules import REASONS
from article_cleanup.site_rules import SPARE, lexicon_of

SITE_RULES = ("site-promo", SPARE)


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
    """The rules by their slugs, with the one that takes nothing out."""
    entries = read_entries(languages())
    reasons = {**REASONS, SPARE: "No promo rule takes a line that fits this, whatever else it fits."}
    return {
        slug: Rule(slug=slug, reason=reason, entries=tuple(entry for entry in entries if entry.rule == slug))
        for slug, reason in sorted(reasons.items())
    }


def find_open(entries: Iterable[Entry]) -> Iterator[str]:
    """What entries of a rules file would take, though it is an article's by the examples of all lexicons: sentences."""
    entries = [entry for entry in entries if entry.rule != SPARE]
    spared = [
        (text, tuple(fold_words(text))) for rule in all_rules().values() for e in rule.entries for text in e.spares
    ]
    # Of thousands of lines hardly any is taken by one of the entries, and these alone are held against each.
    together = lexicon_of(entries)
    taken = [(text, words) for text, words in spared if together.match(text, words)]
    for entry in entries if taken else ():
        alone = lexicon_of([entry])
        for text, words in taken:
            if match := alone.match(text, words):
                yield f"{entry.source}: {match.phrase!r} takes lines such as {text!r}, too: give it more words."
                break


def language_of(entry: Entry) -> str:
    """The language of an entry of the lexicons."""
    return entry.source.partition(".json")[0]
