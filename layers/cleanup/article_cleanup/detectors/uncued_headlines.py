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


def find_uncued_headlines(draft: Draft) -> Findings:
    """Claims runs of headlines that have nothing to do with the article around them."""
    blocks = draft.blocks
    candidates = list(_runs(blocks, [_may_be_long_headline(block) for block in blocks]))
    if not candidates or sum(block.size >= _PARAGRAPH for block in blocks) < _LEAST_PARAGRAPHS:
        return Findings()
    spread = _spread(draft, [block for run in candidates for block in run if _is_capitalised_headline(block)])
    return Findings(
        removals=tuple(
            claim(
                block,
                "headline-block",
                reason="This headline is one of several in a row that have nothing to do with the article.",
            )
            for candidate in candidates
            for run in _runs(candidate, [_is_foreign_headline(block, spread) for block in candidate])
            for block in run
        )
    )


def _may_be_long_headline(block: Block) -> bool:
    return _LEAST_WORDS <= block.size <= _MOST_WORDS and block.text[-1] not in _STOPS and not is_item(block)


def _is_foreign_headline(block: Block, spread: Mapping[str, int]) -> bool:
    return _is_capitalised_headline(block) and _shared(block, spread) <= _MOST_SHARED


def _is_capitalised_headline(block: Block) -> bool:
    return is_headline(block) and capitals(block.text) >= _LEAST_CAPITALS


def _spread(draft: Draft, headlines: Iterable[Block]) -> Mapping[str, int]:
    """In how many blocks each of the content words of some headlines stands."""
    words = {word for headline in headlines for word in content_words(headline)}
    blocks = draft.blocks if words else ()
    return Counter(chain.from_iterable(words.intersection(draft.reader.words(block)) for block in blocks))


def _shared(block: Block, spread: Mapping[str, int]) -> float:
    """The share of a block's content words that other blocks have, too."""
    words = content_words(block)
    return sum(spread[word] > 1 for word in words) / len(words) if words else 1.0


def _runs(blocks: Sequence[Block], fits: Sequence[bool]) -> Iterator[Sequence[Block]]:
    """The runs of blocks that fit, of enough blocks and words."""
    start = 0
    for end in range(len(blocks) + 1):
        if end == len(blocks) or not fits[end]:
            run = blocks[start:end]
            if len(run) >= _LEAST_RUN and sum(block.size for block in run) >= _MEAN_WORDS * len(run):
                yield run
            start = end + 1
