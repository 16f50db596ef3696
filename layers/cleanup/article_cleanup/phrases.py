"""The small language in which a lexicon writes its phrases, and its compilation to patterns over folded words.

- `sign up (for|to)`: words, and one of several;
- `(our|the)?`: one of several or none;
- `…`: up to twelve words of any kind; at the end of a phrase, the rest of the line;
- `<network>`: the name of a social network; `<number>`: a word that begins with a digit.

Words are compared by their fold, so case, punctuation and typesetting play no part.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, partial

from .folding import fold_each, fold_words

# Networks whose posts are embedded in articles.
POST_NETWORKS = (
    "twitter", "x", "instagram", "facebook", "tiktok", "bluesky", "threads", "telegram", "youtube", "reddit",
)  # fmt: skip
# Names that share bars and follow lines are made of.
NETWORKS = (
    *POST_NETWORKS,
    "linkedin", "whatsapp", "pinterest", "snapchat", "tumblr", "flipboard", "mastodon", "messenger", "vk", "vkontakte",
    "odnoklassniki", "viber", "line", "weibo", "wechat", "xing", "google", "google plus", "google news", "apple news",
    "rss", "discord", "twitch", "signal", "pocket", "mix", "buffer", "koo", "sharechat", "truth social", "gab",
    "parler", "stumbleupon", "digg", "email", "spotify", "apple podcasts", "soundcloud", "fb", "ig", "yt",
)  # fmt: skip

_ELEMENT = re.compile(
    r"\s*(?:\((?P<group>[^()…]*)\)(?P<maybe>\?)?|<(?P<name>\w+)>(?P<name_maybe>\?)?|(?P<gap>…)|(?P<word>[^\s()<>…?|]+))"
)
_GAP = r"(?:\S+ ){0,12}?"
_REST = r"(?:\S+ )*"
# Stands for all words that begin with a digit among the triggers of a phrase.
NUMBER = "<number>"
_NUMBER = r"(?:\d\S* )"
# After an opening comes what sets it off from the title: a colon, a bar, an arrow, a dash with a space; or a handle.
_SEPARATOR = r"(?:\s*(?:[:：|¦»›>→▶►•】］〕]|\s[-‐-―]\s?|[-‐-―]\s)+\s*|\s+(?=@))"
# One of these stands after every opening.
SET_OFF = re.compile(r"[:：|¦»›>→▶►•】］〕@‐-―-]")
# What follows an opening can be a sentence ("More: that was the word on every lip.", "Lea también: el bando que está en
# la alcaldía"). A title does not begin in lower case, unless as "iPhone" does; an address may.
TITLE = r"(?:[^\sa-zß-öø-ÿąćęłńóśźżğışœа-яё]|[a-z][A-Z]|[\w.+-]+@|https?:|www\.)"
_APART = r"[\s'’‘`´]+"


class InvalidPhrase(ValueError):
    """A phrase that is not in the language, or that could match almost any line."""


class Phrase:
    """A phrase ready to be matched.

    Only lines are worth a try that have one of the `triggers`: as their first word where the phrase `is_anchored`,
    anywhere where it is not; and that have one word of each set that it `needs`, rarest first. The words that an
    opening begins with are its `opening`.
    """

    __slots__ = ("_compiled", "_write", "is_anchored", "needs", "opening", "source", "triggers")

    def __init__(
        self,
        source: str,
        write: Callable[[], str],
        *,
        triggers: Iterable[str] = (),
        needs: Iterable[frozenset[str]] = (),
        opening: tuple[str, ...] = (),
        is_anchored: bool = True,
    ) -> None:
        self.source = source
        self.opening = opening
        self.triggers = frozenset(triggers)
        self.needs = tuple(needs)
        self.is_anchored = is_anchored
        self._write = write
        self._compiled: re.Pattern[str] | None = None

    def may_fit(self, words: AbstractSet[str]) -> bool:
        """Whether a line of these folded words has all that the phrase needs. A quick no."""
        return all(not need.isdisjoint(words) for need in self.needs)

    def fits(self, line: str) -> bool:
        """Whether the phrase fits a whole line: its folded words, with a space after each; for an opening, its text."""
        # Few of the phrases of all languages are ever tried, and writing and compiling the patterns of all would be
        # most of a cold start.
        if self._compiled is None:
            self._compiled = re.compile(self._write())
        return self._compiled.fullmatch(line) is not None


@dataclass(frozen=True, slots=True)
class _Words:
    """An element of a phrase: one of several runs of words."""

    choices: tuple[tuple[str, ...], ...]
    is_optional: bool

    @property
    def first_words(self) -> set[str]:
        return {words[0] for words in self.choices}

    @property
    def longest_words(self) -> frozenset[str]:
        return frozenset(max(words, key=len) for words in self.choices)

    @property
    def pattern(self) -> str:
        runs = sorted((" ".join(words) + " " for words in self.choices), key=len, reverse=True)
        return f"(?:{'|'.join(map(re.escape, runs))})" + ("?" if self.is_optional else "")


def compile_phrase(source: str, most_words: int) -> Phrase:
    """The phrase that `source` spells, for lines of up to `most_words` words. Raises `InvalidPhrase`."""
    elements = _parse(source)
    if elements[-1] == _GAP:
        elements[-1] = _REST
    mandatory = [element for element in elements if isinstance(element, _Words) and not element.is_optional]
    fixed = sum(min(map(len, element.choices)) for element in mandatory)
    if not fixed or (fixed < 2 and elements[-1] == _REST and most_words > 8):
        raise InvalidPhrase(
            f"{source!r} could match almost any line: give it more words that must be there, or fewer most_words."
        )
    is_anchored = elements[0] != _GAP
    needs = sorted((element.longest_words for element in mandatory), key=_shortest, reverse=True)
    return Phrase(
        source,
        partial(_pattern, elements),
        triggers=_leading_words(elements) if is_anchored else needs[0],
        needs=needs,
        is_anchored=is_anchored,
    )


def compile_opening(source: str) -> Phrase:
    """The phrase for lines that open with the words of `source`, set off from what follows. Raises `InvalidPhrase`.

    Its pattern is for the line itself and not for its words, since what sets the opening off is no word.
    """
    words = fold_words(source)
    if not words or any(mark in source for mark in "()…<>|?"):
        raise InvalidPhrase(f"{source!r}: an opening is made of plain words; write one for each choice.")
    parts = re.split(_APART, unicodedata.normalize("NFC", source).strip())
    body = _APART.join(re.escape(part) for part in parts if part)
    return Phrase(source, lambda: rf"(?s:(?i:[\W_]*{body}{_SEPARATOR}){TITLE}.*)", opening=tuple(words))


def _pattern(elements: Sequence[_Words | str]) -> str:
    return "".join(element.pattern if isinstance(element, _Words) else element for element in elements)


def _parse(source: str) -> list[_Words | str]:
    """The elements of a phrase: words, or the pattern of a gap or number."""
    text = source.strip()
    written: list[re.Match[str]] = []
    position = 0
    while position < len(text):
        found = _ELEMENT.match(text, position)
        if not found:
            raise InvalidPhrase(f"{source!r} cannot be read from {text[position:]!r} on.")
        written.append(found)
        position = found.end()
    if not written:
        raise InvalidPhrase("A phrase must have a word.")
    choices = [_choices(source, found) for found in written]
    # Folded together, since folding many short texts one by one would be most of the time that a lexicon takes to load.
    folded = iter(fold_each([choice for some in choices for choice in some]))
    return [_element(source, found, [next(folded) for _ in some]) for found, some in zip(written, choices, strict=True)]


def _choices(source: str, found: re.Match[str]) -> list[str]:
    """The choices of words that an element has in so many letters."""
    if found["gap"] or found["name"]:
        if found["name"] not in (None, "network", "number"):
            raise InvalidPhrase(_no_such_class(source))
        return []
    choices = [found["word"]] if found["word"] else found["group"].split("|")
    if any("<" in choice and choice != "<network>" for choice in choices):
        raise InvalidPhrase(_no_such_class(source))
    return [choice for choice in choices if choice != "<network>"]


def _no_such_class(source: str) -> str:
    return f"{source!r} names a class of words that there is not: there are <network> and <number>."


def _element(source: str, found: re.Match[str], folded: list[tuple[str, ...]]) -> _Words | str:
    if found["gap"]:
        return _GAP
    if found["name"] == "number":
        return _NUMBER + (found["name_maybe"] or "")
    if found["name"] or "<network>" in (found["group"] or ""):
        folded += _network_words()
    if not all(folded):
        raise InvalidPhrase(f"{source!r} has an empty choice: write (a|b)? where a word may be missing.")
    return _Words(tuple(folded), is_optional=bool(found["maybe"] or found["name_maybe"]))


@cache
def _network_words() -> tuple[tuple[str, ...], ...]:
    return tuple(fold_each(NETWORKS))


def _leading_words(elements: Sequence[_Words | str]) -> set[str]:
    """All first words that a line can have that fits."""
    words: set[str] = set()
    for element in elements:
        if not isinstance(element, _Words):
            words |= {NUMBER} if element.startswith(_NUMBER) else set()
            if element == _NUMBER + "?":
                continue
            break
        words |= element.first_words
        if not element.is_optional:
            break
    return words


def _shortest(words: Iterable[str]) -> int:
    """How rare words are, by the length of the shortest: long words are rare words."""
    return min(map(len, words))
