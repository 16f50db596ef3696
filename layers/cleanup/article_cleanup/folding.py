"""The comparison form of a text: what two copies of it have in common, however they were typeset.

A fold keeps the words, and drops all that scraping and typesetting change: case, white space, punctuation, quotes
and dashes of any style, HTML entities, compatibility forms, soft hyphens and zero-width characters.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

# `\w` leaves out combining marks, and without them Indic, Thai and pointed Hebrew or Arabic words fall to pieces.
# These ranges hold the marks together with letters of the same scripts; the danda (U+0964, U+0965) is punctuation.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0eff"
)
# Scripts that put no space between words: each character is a token of its own. First and last characters of ranges.
_UNSPACED = (
    ("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"), ("\u3005", "\u3007"), ("\u3040", "\u30fa"),
    ("\u30fc", "\u30ff"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"),
)  # fmt: skip
# A quick look, since most scripts have smaller characters than these.
_MAY_BE_UNSPACED = re.compile("[^\0-\u0dff]")
_WORD = re.compile(rf"[\w{_MARKS}]+")
# Spellings that writers and keyboards mix: Turkish dotted and dotless i, Russian yo, Arabic alefs, vowel marks and the
# stretching tatweel, Hindi nasal signs.
_VARIANT = re.compile("[\u0131\u0307\u0451\u0622\u0623\u0625\u0640\u064b-\u0652\u0901]")
_PLAIN_VARIANTS = {0x0131: "i", 0x0307: "", 0x0451: "\u0435", 0x0622: "\u0627", 0x0623: "\u0627", 0x0625: "\u0627",
                   0x0640: "", 0x0901: "\u0902", **dict.fromkeys(range(0x064B, 0x0653), "")}  # fmt: skip
# Accents that stand alone, often for an apostrophe; normalised they would cling to the next letter.
_SPACING_MARK = re.compile(
    "[\u00a8\u00af\u00b4\u00b8\u02d8-\u02dd\u037a\u0384\u0385\u1fbd-\u1fc1\u1fcd-\u1fcf\u1fdd-\u1fdf\u1fed-\u1fef\u1ffd\u1ffe]"
)
# Of what most texts in Latin, Greek and Cyrillic letters are made: letters and marks that are normalised as they are.
# "İ", and letters of which the lower case has an accent of its own, are left out.
_STEADY_LETTERS = (
    "0-9A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u012f\u0134-\u013e\u0141-\u0148\u014a-\u017e\u01a0\u01a1\u01af\u01b0"
    "\u0218-\u021b\u0386\u0388-\u038a\u038c\u038e\u038f\u0391-\u03a1\u03a3-\u03af\u03b1-\u03ce\u0400-\u045f"
    "\u1ea0-\u1ef9"
)
_STEADY_MARKS = (
    "\0-\x08\x0e-\x1b!-/:-@\\[-`{-\x7f\xa1-\xa7\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf\xd7\xf7"
    "\u2010-\u2016\u2018-\u2022\u2026\u2030\u2039\u203a\u20ac\u2212"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ENTITY = re.compile(r"&#?\w{2,8};")


# Typographic marks that most paragraphs have, made plain first: what is ASCII after that takes the quick way.
_PLAIN = (
    ("\u2019", "'"),
    ("\u201c", '"'),
    ("\u201d", '"'),
    ("\u2018", "'"),
    ("\u2014", "-"),
    ("\u2013", "-"),
    ("\u00a0", " "),
    ("\u2026", "."),
    ("\u00a9", " copyright "),
)
# The folds of Latin-1 text, byte for byte: most lines of Western languages are no more than that. What folds to other
# than one such character is marked; an encoder puts a question mark for all that it does not know.
_BEYOND_LATIN = "\0"
_FOLDED_OTHERWISE = "?\u00aa\u00ad\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc\u00bd\u00be\u00df"
_LATIN = bytes(
    0 if character in _FOLDED_OTHERWISE else ord(character.lower() if character.isalnum() or character == "\n" else " ")
    for character in map(chr, range(256))
)

# A word that is none, to keep texts apart that are folded as one.
_BETWEEN = "zzbetweenzz"


def fold(text: str) -> str:
    """The words of `text` in comparison form, with one space between them.

    In a script without spaces each character counts as a word.
    """
    return " ".join(fold_words(text))


def count_words(folded: str) -> int:
    """How many words a fold has."""
    return folded.count(" ") + 1 if folded else 0


def fold_words(text: str) -> list[str]:
    """The words of `text` in comparison form."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    text = plain(text)
    folded = _latin_fold(text)
    return folded.split() if _BEYOND_LATIN not in folded else _words_beyond_latin(text)


def fold_lines(lines: Sequence[str]) -> list[list[str]]:
    """`fold_words` of each of `lines`, which have no line break within. Together they take a third of the time."""
    if not lines:
        return []
    text = "\n".join(lines)
    if "&" in text and _ENTITY.search(text):
        # An entity can stand for a line break.
        text = "\n".join([html.unescape(line).replace("\n", " ") for line in lines])
    text = plain(text)
    folded = _latin_fold(text)
    words = [line.split() for line in folded.split("\n")]
    if _BEYOND_LATIN in folded:
        for index, (line, fold_of_line) in enumerate(zip(text.split("\n"), folded.split("\n"), strict=True)):
            if _BEYOND_LATIN in fold_of_line:
                words[index] = _words_beyond_latin(line)
    return words


def plain(text: str) -> str:
    """A text with plain quotes, dashes, and spaces for the most frequent typographic ones."""
    if not text.isascii():
        for mark, plain_mark in _PLAIN:
            text = text.replace(mark, plain_mark)
    return text


def _latin_fold(text: str) -> str:
    return text.replace("?", " ").encode("latin-1", "replace").translate(_LATIN).decode("latin-1")


def _words_beyond_latin(text: str) -> list[str]:
    steady, mark = _steady()
    if steady.fullmatch(text):
        return mark.sub(" ", text.casefold()).replace("\u0451", "\u0435").split()
    text = _SPACING_MARK.sub(" ", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    if _VARIANT.search(text):
        text = text.translate(_PLAIN_VARIANTS)
    return _unspaced_word().findall(text) if has_unspaced(text) else _WORD.findall(text)


def has_unspaced(text: str) -> bool:
    """Whether a character of `text` is of a script that puts no space between words."""
    found = None if text.isascii() else _MAY_BE_UNSPACED.search(text)
    return found is not None and (has_any(found.group(), _UNSPACED) or has_any(text, _UNSPACED))


def has_any(text: str, ranges: Sequence[tuple[str, str]]) -> bool:
    """Whether a character of `text` lies in one of `ranges`: in order, first and last characters.

    For a few short texts that is quicker than `re`, which takes milliseconds to compile wide ranges.
    """
    beyond = [character for character in set(text) if character >= ranges[0][0]]
    return any(first <= character <= last for character in beyond for first, last in ranges)


@cache
def _steady() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a text is that needs no normalising, and what in it is neither of a word nor white space."""
    return re.compile(rf"[\s{_STEADY_LETTERS}{_STEADY_MARKS}]*"), re.compile(f"[{_STEADY_MARKS}]")


@cache
def _unspaced_word() -> re.Pattern[str]:
    character = f"[{''.join(f'{first}-{last}' for first, last in _UNSPACED)}]"
    return re.compile(rf"(?=[\w{_MARKS}]){character}|(?:(?!{character})[\w{_MARKS}])+")


def fold_each(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of each of `texts` in comparison form. For many short texts this is much quicker than one by one."""
    folded: list[tuple[str, ...]] = []
    words: list[str] = []
    for word in fold_words(f" {_BETWEEN} ".join(texts)):
        if word == _BETWEEN:
            folded.append(tuple(words))
            words = []
        else:
            words.append(word)
    return [*folded, tuple(words)]
