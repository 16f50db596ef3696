"""Where sentences end, near enough to compare and to cut at, in any script."""

from __future__ import annotations

import itertools
import re

# The closing marks that are not ASCII.
_BEYOND_ASCII = "…。！？｡।॥؟۔"
# A closing mark, whatever quotes and brackets close with it, and then white space, or at once the next sentence: run-on
# text has lost the white space between. What can go on after a full stop without one is a lower-case word ("e.g.this"),
# a letter of an abbreviation ("U.S."), a number ("3.5"; not after a word) or closing punctuation. Full-width marks need
# no white space. (One closing mark, the first of its run, and then the rest: `+` would not let the search leap from
# mark to mark, and a run that is begun or given up in its midst would be tried once for each of its marks.)
_MARK = rf"[.!?{_BEYOND_ASCII}]"
_END = re.compile(
    rf"{_MARK}(?<!{_MARK}{_MARK}){_MARK}*+[\"'”’»)\]」』）]*(?:[“‘«‹](?=\s))?"
    r"(?:\s+"
    r"|(?<!\b[^\W\d_]\.)(?=[^\W\d_a-zß-öø-ÿ])"
    r"|(?=[^\w\s.,;:!?…%)\]}\"'”’»-])"
    r"|(?=https?:)"
    r"|(?<=[^\W\d_]{2}[.!?…])(?=\d)"
    r"|(?<=[。！？｡।॥؟۔」』）]))"
)


# The end of a text is none of those: it is not searched, which in a text of one sentence is most of the time.
_LAST = ".!?…\"'”’»)]“‘«‹›"
# The closing marks but the full stop. Few texts have one, and strings are searched for one character much quicker than
# for any of several.
_OTHER_THAN_STOP = ("!", "?")
_OTHER_BEYOND_ASCII = (*_OTHER_THAN_STOP, *_BEYOND_ASCII)
_CLOSED_BY = (".", *_OTHER_BEYOND_ASCII)

# What opens a quotation, and what can close after a sentence at the end of a text: also what in other languages opens.
OPENING = '"“„«‘「『'
CLOSING = "\"'”’»›)]」』）“‘«‹"


def sentence_ends(text: str) -> list[int]:
    """Offsets at which a sentence of `text` ends and the next begins; the end of the text is not among them."""
    last = len(text.rstrip(_LAST))
    for mark in _OTHER_THAN_STOP if text.isascii() else _OTHER_BEYOND_ASCII:
        if mark in text:
            ends = [found.end() for found in _END.finditer(text, 0, last)]
            break
    else:
        ends = _after_full_stops(text, last)
    if ends and ends[-1] == len(text):
        del ends[-1]
    return ends


def _after_full_stops(text: str, last: int) -> list[int]:
    """The ends of sentences up to `last`, where full stops alone close them."""
    ends = []
    stop = text.find(".", 0, last)
    while stop >= 0:
        found = _END.match(text, stop, last)
        if found:
            ends.append(found.end())
        stop = text.find(".", ends[-1] if found else stop + 1, last)
    return ends


def is_closed(text: str) -> bool:
    """Whether `text` ends in a closing mark, as sentences do and headlines do not."""
    return text.rstrip(CLOSING).endswith(_CLOSED_BY)


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, white space and all: joined they are `text`."""
    edges = [0, *sentence_ends(text), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]
