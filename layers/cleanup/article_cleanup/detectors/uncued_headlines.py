"""Blocks of other articles' headlines that no line heads, where the evidence is strong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from ..blocks import is_item
from ..draft import Draft, Findings, claim
from ..model import Block
from .sections import capitals, content_words, is_headline

# Lists of an article's own are short lines, or speak of its matter: prices, books, jobs. In some 1,100 pages, runs of
# three headlines of any length were an article's own as often as not; long ones in a longer row, that share next to
# nothing with the article, never were.
_LEAST_RUN = 5
_LEAST_WORDS = 5
_MOST_WORDS = 32
_STOPS = ".:;,。।"
_MEAN_WORDS = 8
_LEAST_CAPITALS = 0.6
_MOST_SHARED = 0.34
_LEAST_PARAGRAPHS = 3
_PARAGRAPH = 20
# So many blocks are looked at together, as many as most articles have.
_READ_TOGETHER = 256


def find_uncued_headlines(draft: Draft) -> Findings:
    """Claims runs of headlines that have nothing to do with the article around them."""
    blocks = draft.blocks
    candidates = list(_long(_runs(blocks, map(_may_be_long_headline, blocks))))
    if not candidates or sum(block.size >= _PARAGRAPH for block in blocks) < _LEAST_PARAGRAPHS:
        return Findings()
    headlines = [run for candidate in candidates for run in _runs(candidate, map(_is_capitalised_headline, candidate))]
    return Findings(
        removals=tuple(
            claim(
                block,
                "headline-block",
                reason="This headline is one of several in a row that have nothing to do with the article.",
            )
            for run in _long(_foreign(headlines, draft))
            for block in run
        )
    )


def _may_be_long_headline(block: Block) -> bool:
    return _LEAST_WORDS <= block.size <= _MOST_WORDS and block.text[-1] not in _STOPS and not is_item(block)


def _is_capitalised_headline(block: Block) -> bool:
    return is_headline(block) and capitals(block.text) >= _LEAST_CAPITALS


def _foreign(runs: Sequence[Sequence[Block]], draft: Draft) -> Sequence[Sequence[Block]]:
    """What is left of `runs` without the blocks of which the words stand in other blocks as well.

    In a book most are seen to do so after some pages, and then no more of it is read.
    """
    spread: Counter[str] = Counter()
    for start in range(0, len(draft.blocks), _READ_TOGETHER):
        if not runs:
            break
        words = {word for run in runs for block in run for word in content_words(block)}
        page = draft.blocks[start : start + _READ_TOGETHER]
        spread.update(chain.from_iterable(words.intersection(draft.reader.words(block)) for block in page))
        runs = [left for run in runs for left in _runs(run, [_shared(block, spread) <= _MOST_SHARED for block in run])]
    return runs


def _shared(block: Block, spread: Mapping[str, int]) -> float:
    """The share of a block's content words that other blocks have, too."""
    words = content_words(block)
    return sum(spread[word] > 1 for word in words) / len(words) if words else 1.0


def _runs(blocks: Sequence[Block], fits: Iterable[bool]) -> Iterator[Sequence[Block]]:
    """The runs of enough blocks that fit."""
    start = 0
    for end, is_fit in enumerate(chain(fits, (False,))):
        if not is_fit:
            if end - start >= _LEAST_RUN:
                yield blocks[start:end]
            start = end + 1


def _long(runs: Iterable[Sequence[Block]]) -> Iterator[Sequence[Block]]:
    """The runs of long headlines."""
    return (run for run in runs if sum(block.size for block in run) >= _MEAN_WORDS * len(run))
