"""Where sentences end, near enough to compare and to cut at, in any script."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

# A closing mark, whatever quotes and brackets close with it, and then white space, or at once the next sentence: run-on
# text has lost the white space between. What can go on after a full stop without one is a lower-case word ("e.g.this"),
# a letter of an abbreviation ("U.S."), a number ("3.5"; not after a word) or closing punctuation. Full-width marks need
# no white space. (One closing mark, and then any number: `+` would not let the search leap from mark to mark.)
_END = re.compile(
    r"[.!?…。！？｡।॥؟۔][.!?…。！？｡।॥؟۔]*[\"'”’»)\]」』）]*(?:[“‘](?=\s))?"
    r"(?:\s+"
    r"|(?<!\b[^\W\d_]\.)(?=[^\W\d_a-zß-öø-ÿ])"
    r"|(?=[^\w\s.,;:!?…%)\]}\"'”’»-])"
    r"|(?=https?:)"
    r"|(?<=[^\W\d_]{2}[.!?…])(?=\d)"
    r"|(?<=[。！？｡।॥؟۔」』）]))"
)


# The end of a text is none of those: it is not searched, which in a text of one sentence is most of the time.
_LAST = ".!?…\"'”’»)]"


def sentence_ends(text: str) -> Iterator[int]:
    """Offsets at which a sentence of `text` ends and the next begins; the end of the text is not among them."""
    for found in _END.finditer(text, 0, len(text.rstrip(_LAST))):
        if found.end() < len(text):
            yield found.end()


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, white space and all: joined they are `text`."""
    edges = [0, *sentence_ends(text), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]
