"""Words that tell an article's own sentence from a line that the page added, for each language.

`shared/reporting_words.json` has those by which somebody's words are reported: `anywhere` in a line ("…, she said",
"…, went the poster"), or only as its `last` ("…, experts say"); and those that announce a `posting`.
`shared/public_services.json` has the `bodies` to whose services articles point their readers ("Sign up for the
council's alerts"), and the words by which a page speaks of what is `ours`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .folding import fold_words

# The kinds of promo that ask readers for something. Articles do so, too, for others.
ASKING_RULES = frozenset(
    ("app-promo", "comments", "contact-line", "donation", "follow-us", "newsletter", "share-bar", "subscription")
)

_Words = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingWords:
    """Folded words by their language."""

    anywhere: _Words = field(default_factory=dict)
    last: _Words = field(default_factory=dict)
    posting: _Words = field(default_factory=dict)
    bodies: _Words = field(default_factory=dict)
    ours: _Words = field(default_factory=dict)

    def announcing(self) -> frozenset[str]:
        """The words of all languages by which speech or posts are reported."""
        return frozenset().union(*self.anywhere.values(), *self.posting.values())

    def report_speech(self, language: str, words: Sequence[str]) -> bool:
        """Whether a line reports what somebody said."""
        return not _all(self.anywhere, language).isdisjoint(words) or words[-1] in _all(self.last, language)

    def speak_for_others(self, language: str, words: Collection[str]) -> bool:
        """Whether a line speaks of a public body, and not of what is the page's own."""
        return not _all(self.bodies, language).isdisjoint(words) and _all(self.ours, language).isdisjoint(words)


def fold_telling_words(*written: Mapping[str, Mapping[str, Iterable[str]]]) -> TellingWords:
    """The words of the files, as they are written there: by what they tell, and by language."""
    return TellingWords(
        **{
            kind: {language: frozenset(fold_words(" ".join(texts))) for language, texts in by_language.items()}
            for words in written
            for kind, by_language in words.items()
        }
    )


def _all(words: _Words, language: str) -> frozenset[str]:
    """The words of a language; those of all for a phrase whose language nobody said."""
    return words.get(language, frozenset()) if language else frozenset().union(*words.values())
