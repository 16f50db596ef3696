"""Blocks of other articles' headlines, under a cue line such as "You may also like"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from ..blocks import is_item
from ..model import Block
from ..sentences import CLOSING, sentence_ends

_MOST_HEADLINES = 20
_LEAST_WORDS = 3
_LEAST_DOUBTFUL, _MOST_DOUBTFUL = 2, 12
_ENOUGH_AROUND = 2
_CONTENT_WORD = 4
_ENDING = 12
_MOST_PLACES = 20
_PARAGRAPH = 16
_LONGEST_SUBHEAD = 14
_ENOUGH_SUBHEADS = 3
_MOST_WORDS = 32
_MOST_CHARACTERS = 170
# A headline with a full stop, or one that ends in a quotation, is told from a sentence by its capitals.
_MOST_WORDS_STOPPED = 22
_CAPITALS_STOPPED = 0.75
_CAPITALS_QUOTED = 0.7
_STOPPED = re.compile(rf"(?:(?<!\.\.)[.]|[。।:;,؛،])[{re.escape(CLOSING)}]*$")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "it",
        "its",
        "nor",
        "of",
        "off",
        "on",
        "onto",
        "or",
        "over",
        "per",
        "so",
        "the",
        "to",
        "up",
        "via",
        "vs",
        "v",
        "with",
        "you",
        "your",
    ]
)


class Places:
    """Where each fold stands among blocks, and what else shows where a block of headlines ends.

    Made when it is first asked: most articles have no cue line.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    @cached_property
    def _repeated(self) -> Mapping[str, Sequence[int]]:
        first: dict[str, int] = {}
        repeated: dict[str, list[int]] = {}
        for position, block in enumerate(self._blocks):
            before = first.setdefault(block.fold, position)
            if before != position:
                repeated.setdefault(block.fold, [before]).append(position)
        return repeated

    def of(self, block: Block) -> Sequence[int]:
        """Positions of the blocks with the words of this one, some of the first; none if it is the only one."""
        return self._repeated.get(block.fold, ())[:_MOST_PLACES]

    @cached_property
    def begin(self) -> int:
        """Where the first paragraph stands, if there is one. What stands before it can be the article's head."""
        return next((position for position, block in enumerate(self._blocks) if block.size >= _PARAGRAPH), 0)

    @cached_property
    def has_subheads(self) -> bool:
        """Whether the article has headings of its own: between two paragraphs, of which the second is theirs."""
        subheads = (
            before.size >= _PARAGRAPH <= after.size and block.size <= _LONGEST_SUBHEAD and is_headline(block)
            for before, block, after in zip(self._blocks, self._blocks[1:], self._blocks[2:], strict=False)
        )
        return sum(subheads) >= _ENOUGH_SUBHEADS


def headlines_after(blocks: Sequence[Block], cue: int, places: Places) -> list[int]:
    """Positions of the headlines that follow the cue line at `cue`."""
    found: list[int] = []
    doubtful: int | None = None
    for position in range(cue + 1, min(len(blocks), cue + 1 + _MOST_HEADLINES)):
        block = blocks[position]
        if _stands_in_body(blocks, position, places) or is_item(block) != is_item(blocks[cue + 1]):
            break
        if is_headline(block):
            found.append(position)
            if doubtful is not None and _are_around(blocks, found, doubtful):
                found = sorted([*found, doubtful])
                doubtful = None
        elif doubtful is None and _LEAST_DOUBTFUL <= block.size <= _MOST_DOUBTFUL:
            # Some headlines are sentences with a full stop, or of two words. With two others around, or last of all,
            # one is believed.
            doubtful = position
        else:
            break
    if doubtful is not None and blocks[doubtful].size < _LEAST_WORDS:
        found = [position for position in found if position < doubtful]
    elif doubtful == len(blocks) - 1 and len(found) >= _ENOUGH_AROUND:
        found.append(doubtful)
    if found and _heads_paragraph(blocks, found[-1]):
        # A block of two can be one of one, where the article has headings of its own.
        is_of_article = len(found) == _ENOUGH_AROUND and places.has_subheads
        if is_of_article or _is_about_the_same(blocks[found[-1]], blocks[found[-1] + 1]):
            found.pop()
    return found


def _are_around(blocks: Sequence[Block], headlines: Sequence[int], doubtful: int) -> bool:
    """Whether there are enough headlines for a doubtful one. Two words can head a list: titles are to follow them."""
    if blocks[doubtful].size < _LEAST_WORDS:
        headlines = [h for h in headlines if h > doubtful and capitals(blocks[h].text) >= _CAPITALS_STOPPED]
    return len(headlines) >= _ENOUGH_AROUND


def _heads_paragraph(blocks: Sequence[Block], position: int) -> bool:
    return position + 1 < len(blocks) and blocks[position + 1].size >= _PARAGRAPH


def _is_about_the_same(heading: Block, paragraph: Block) -> bool:
    content = content_words(heading)
    return bool(content) and 2 * len(content.intersection(paragraph.words)) >= len(content)


def is_headline(block: Block) -> bool:
    """Whether a block reads like the headline of an article: short, and no sentence of a paragraph."""
    text = block.text
    if not _LEAST_WORDS <= block.size <= _MOST_WORDS or len(text) > _MOST_CHARACTERS:
        return False
    if _STOPPED.search(text, max(0, len(text) - _ENDING)):
        # In a script without capitals a headline with a full stop is not told from a sentence.
        if block.size > _MOST_WORDS_STOPPED or capitals(text) < _CAPITALS_STOPPED or text.lower() == text.upper():
            return False
    elif text[-1] in '"”»' and capitals(text) < _CAPITALS_QUOTED:
        return False
    # Where something has run on, it is a paragraph that is hard to see.
    return all(text[end - 1].isspace() for end in sentence_ends(text))


def content_words(block: Block) -> set[str]:
    """The words of a block that say what it is about: the longer ones."""
    return {word for word in block.words if len(word) >= _CONTENT_WORD}


def capitals(text: str) -> float:
    """The share of words that begin with a capital or a digit, of those that a title would capitalise."""
    words = [word for word in re.findall(r"[\w’'&-]+", text) if word.lower() not in _SMALL]
    if not words:
        return 0.0
    return sum(not word[0].islower() for word in words) / len(words)


def _stands_in_body(blocks: Sequence[Block], position: int, places: Places) -> bool:
    """Whether the block stands at another place, too, in other company: then it is of the article."""
    before = blocks[position - 1].fold
    return any(
        other != position and (other == 0 or blocks[other - 1].fold != before) for other in places.of(blocks[position])
    )
