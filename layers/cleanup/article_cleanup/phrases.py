"""The small language in which a lexicon writes its phrases, and how a line is held against them.

- `sign up (for|to)`: words, and one of several;
- `(our|the)?`: one of several or none;
- `…`: up to twelve words of any kind; at the end of a phrase, the rest of the line;
- `<network>`: the name of a social network; `<number>`: a word that begins with a digit.

Words are compared by their fold, so case, punctuation and typesetting play no part.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property

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

# What a phrase is made of, one element after the other: a group of choices, a class of words, a gap, or a word.
# A word is taken whole: a phrase that cannot be read would otherwise be tried in every way that its words can be cut.
_WORD = r"(?=[^\s()<>…?|]*[\w©])[^\s()<>…?|]++"
_CHOICE = rf"\s*(?:<network>|{_WORD}(?:\s+{_WORD})*)\s*"
# Compiled by `re` when it is asked for: phrases of the package's own lexicons have been read before.
_SYNTAX = rf"(?:\s*(?:\({_CHOICE}(?:\|{_CHOICE})*\)\??|<(?:network|number)>\??|…|{_WORD}(?![?|])))+\s*"
_UNKNOWN_CLASS = re.compile(r"<(?!(?:network|number)>)")
# The marks of the language, longer ones first. While a phrase is folded a word stands in for each: folds have no marks.
_MARKS = ("<network>", "<number>?", "<number>", "(", "|", ")?", ")", "…")
_STAND_INS = {f"zzmark{number}zz": mark for number, mark in enumerate(_MARKS)}
_LONGEST_GAP = 12
# Stands for all words that begin with a digit among the triggers of a phrase.
NUMBER = "<number>"
# What sets an opening off from the title after it: a colon, a bar, an arrow; a dash with a space; a handle.
_MARKS_AFTER = ":：|¦»›>→▶►•】］〕"
SET_OFF = re.compile(rf"[{_MARKS_AFTER}@‐-―-](?:(?<=[{_MARKS_AFTER}])|(?<=\s[@‐-―-])|(?<=[‐-―-])(?=\s))")
_LETTER = re.compile(r"[^\W_]")
# What follows an opening can be a sentence ("More: that was the word on every lip.", "Lea también: el bando que está en
# la alcaldía"). A title does not begin in lower case, unless as "iPhone" does; an address may.
TITLE = r"(?:[^\sa-zß-öø-ÿąćęłńóśźżğışœа-яё]|[a-z][A-Z]|[\w.+-]+@|https?:|www\.)"
_TITLE_AFTER = re.compile(rf"[{_MARKS_AFTER}‐-―\s-]*+(?![{_MARKS_AFTER}‐-―-]){TITLE}")


class InvalidPhrase(ValueError):
    """A phrase that is not in the language, or that could match almost any line."""


class _Words:
    """An element of a phrase: one of several runs of words."""

    __slots__ = ("by_first", "choices", "is_optional")

    def __init__(self, choices: Iterable[tuple[str, ...]], *, is_optional: bool) -> None:
        self.choices = tuple(choices)
        self.is_optional = is_optional
        self.by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for choice in self.choices:
            self.by_first[choice[0]].append(choice)

    def ends(self, words: tuple[str, ...], starts: Iterable[int]) -> set[int]:
        """Where one of the choices ends that begins in `words` at one of `starts`."""
        return {
            start + len(choice)
            for start in starts
            for choice in self.by_first.get(words[start], ())
            if len(choice) == 1 or words[start : start + len(choice)] == choice
        }


_Element = _Words | str
# The elements that are no words.
_A_NUMBER, _MAYBE_NUMBER, _GAP = "<number>", "<number>?", "…"
_REST = "… to the end"


class Phrase:
    """A phrase ready to be held against lines.

    `words` are its folded words, with its marks among them. Only lines are worth a try that have one of the words that
    it `needs`; and one of the `triggers`: as their first word where the phrase `is_anchored`, anywhere where it is not.
    """

    def __init__(self, source: str, words: Iterable[str]) -> None:
        self.source = source
        self.words = tuple(words)

    @cached_property
    def _elements(self) -> tuple[_Element, ...]:
        return _parse(self.words)

    @cached_property
    def _needed(self) -> tuple[frozenset[str], ...]:
        """For each element that must be there, words of which a line that fits has one. Quick looks."""
        return tuple(_longest_words(element) for element in _mandatory(self._elements))

    @property
    def needs(self) -> frozenset[str]:
        """Words of which a line that fits has one: as rare ones as there are."""
        return _rarest_words(self._elements)

    @property
    def is_anchored(self) -> bool:
        """Whether a line that fits must begin with a word of the phrase."""
        return self._elements[0] != _GAP

    @property
    def triggers(self) -> frozenset[str]:
        """Words of which a line that fits has one; `NUMBER` stands for all that begin with a digit."""
        return _leading_words(self._elements) if self.is_anchored else self.needs

    def is_too_open(self, most_words: int) -> bool:
        """Whether it could match almost any line of up to so many words."""
        fixed = sum(min(map(len, element.choices)) for element in _mandatory(self._elements))
        has_gap = any(element in (_GAP, _REST) for element in self._elements)
        return not fixed or (fixed < 2 and has_gap and most_words > 8)

    def fits(self, words: tuple[str, ...]) -> bool:
        """Whether the phrase fits a whole line of these folded words."""
        for needed in self._needed:
            if needed.isdisjoint(words):
                return False
        # All places that the elements so far can end at, at once: that takes no longer for lines that almost fit.
        ends = {0}
        for element in self._elements:
            ends = _advance(element, words, ends)
            if not ends:
                return False
        return len(words) in ends


def compile_phrases(sources: Sequence[str], most_words: int) -> list[Phrase]:
    """The phrases that `sources` spell, for lines of up to `most_words` words. Raises `InvalidPhrase`."""
    for source in sources:
        _check_syntax(source)
    phrases = read_phrases(sources)
    for phrase in phrases:
        if phrase.is_too_open(most_words):
            raise InvalidPhrase(
                f"{phrase.source!r} could match almost any line: give it more words that must be there, or fewer "
                "most_words."
            )
    return phrases


def read_phrases(sources: Sequence[str]) -> list[Phrase]:
    """The phrases that `sources` spell, which must be in the language."""
    # Folded together: to fold many short texts one by one would take several times as long.
    marked = "\n".join(" ".join(source.split()).replace("<network>?", "(<network>)?") for source in sources)
    for stand_in, mark in _STAND_INS.items():
        marked = marked.replace(mark, f" {stand_in} ")
    folded = ((_STAND_INS.get(word, word) for word in words) for words in fold_each(marked.split("\n")))
    return [Phrase(source, words) for source, words in zip(sources, folded, strict=True)]


def compile_openings(sources: Sequence[str]) -> list[tuple[str, ...]]:
    """The folded words of the openings that `sources` spell. Raises `InvalidPhrase`."""
    openings = fold_each(sources)
    for source, words in zip(sources, openings, strict=True):
        if not words or any(mark in source for mark in "()…<>|?"):
            raise InvalidPhrase(f"{source!r}: an opening is made of plain words; write one for each choice.")
    return openings


def opening_of(text: str) -> tuple[str, ...]:
    """The folded words with which a line opens, where they are set off from a title that follows; else none."""
    first = _LETTER.search(text)
    found = SET_OFF.search(text, first.start()) if first else None
    if not found:
        return ()
    words = tuple(fold_words(text[: found.start()]))
    return words if _TITLE_AFTER.match(text, found.start()) else ()


def _check_syntax(source: str) -> None:
    if re.fullmatch(_SYNTAX, source):
        return
    if not source.strip():
        raise InvalidPhrase("A phrase must have a word.")
    if _UNKNOWN_CLASS.search(source):
        raise InvalidPhrase(f"{source!r} names a class of words that there is not: there are <network> and <number>.")
    raise InvalidPhrase(
        f"{source!r} cannot be read: it is made of words, (one|of|several), (one|or|none)? and … for a gap, and each "
        "choice needs a word."
    )


def _parse(words: Iterable[str]) -> tuple[_Element, ...]:
    """The elements of a phrase."""
    elements = [*_elements(words)]
    if elements and elements[-1] == _GAP:
        elements[-1] = _REST
    return tuple(elements)


def _elements(words: Iterable[str]) -> Iterator[_Element]:
    group: list[tuple[str, ...]] | None = None
    choice: tuple[str, ...] = ()
    for word in words:
        if word == "(":
            group = []
        elif word == "<network>" and group is not None:
            group += _network_words()
        elif word == "<network>":
            yield _Words(_network_words(), is_optional=False)
        elif word in (_A_NUMBER, _MAYBE_NUMBER, _GAP):
            yield word
        elif group is None:
            yield _Words([(word,)], is_optional=False)
        elif word in ("|", ")", ")?"):
            group += [choice] if choice else []
            choice = ()
            if word != "|":
                yield _Words(group, is_optional=word == ")?")
                group = None
        else:
            choice += (word,)


def _mandatory(elements: Iterable[_Element]) -> Iterator[_Words]:
    return (element for element in elements if isinstance(element, _Words) and not element.is_optional)


@cache
def _network_words() -> tuple[tuple[str, ...], ...]:
    return tuple(fold_each(NETWORKS))


def _rarest_words(elements: Iterable[_Element]) -> frozenset[str]:
    """The words of which a line must have one, for the element whose words are longest: long words are rare words."""
    needed = map(_longest_words, _mandatory(elements))
    return max(needed, key=lambda words: min(map(len, words)), default=frozenset())


def _longest_words(element: _Words) -> frozenset[str]:
    """The longest word of each choice."""
    return frozenset(max(words, key=len) for words in element.choices)


def _leading_words(elements: Iterable[_Element]) -> frozenset[str]:
    """All first words that a line can have that fits."""
    leading: set[str] = set()
    for element in elements:
        if isinstance(element, _Words):
            leading.update(element.by_first)
            if not element.is_optional:
                break
        elif element in (_A_NUMBER, _MAYBE_NUMBER):
            leading.add(NUMBER)
            if element == _A_NUMBER:
                break
        else:
            break
    return frozenset(leading)


def _advance(element: _Element, words: tuple[str, ...], starts: set[int]) -> set[int]:
    """Where in a line an element can end that begins at one of `starts`."""
    if element == _REST:
        return {len(words)}
    if element == _GAP:
        return {end for start in starts for end in range(start, min(start + _LONGEST_GAP, len(words)) + 1)}
    inside = starts - {len(words)}
    if isinstance(element, _Words):
        ends = element.ends(words, inside)
        return ends | starts if element.is_optional else ends
    ends = {start + 1 for start in inside if words[start][0].isdecimal()}
    return ends | starts if element == _MAYBE_NUMBER else ends
