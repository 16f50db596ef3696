"""Several copies of one body, aligned on what they share, in one reading order.

Scrapers that collect nested or responsive markup save a body twice or more, and each copy can lack paragraphs that
another has. The copies are collated, and then their orders are merged: what only one copy has goes where its neighbours
stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from .collation import LONG_LINE, Collation, Item
from .merging import merge

# So many lines before a copy may be its own; and so many may be read again, in all, to find that out.
_MOST_DOUBTFUL = 8
_MOST_READ_AGAIN = 20_000


@dataclass(frozen=True, slots=True)
class Alignment:
    """`order` is the positions in reading order, without repeats; `sources`, for each repeat, what it repeats."""

    order: tuple[int, ...]
    sources: dict[int, int]


def align(items: Sequence[Item], least_words: int) -> Alignment:
    """Align `items`. A repeat outside a copy of the body counts from `least_words` words on."""
    collation = Collation(items, least_words)
    if len(collation.copies) == 1:
        return Alignment(tuple(collation.copies[0]), collation.sources)
    if len(collation.copies) > 2:
        collation = _with_fewest_breaks(collation, items, least_words)
    starts = _starts_after_excerpt(collation, items)
    if starts:
        collation = Collation(items, least_words, starts)
    return Alignment(tuple(merge(collation.chains)), collation.sources)


def _with_fewest_breaks(collation: Collation, items: Sequence[Item], least_words: int) -> Collation:
    """The collation, with copies begun some lines earlier wherever the order breaks off less often then.

    Lines between two copies that are in neither otherwise are read as the last of the earlier. Other copies can have
    them elsewhere, and show that they are the first of the later.
    """
    repeats = Counter(item.original for item in items)
    fewest = max((repeats[item.original] for item in items if item.words >= LONG_LINE), default=1) - 1
    breaks = collation.breaks()
    tries = _MOST_READ_AGAIN // len(items)
    number = 0
    while breaks > fewest and number < len(collation.copies) - 1:
        better = None
        for position in _doubtful(collation, number):
            if repeats[items[position].original] == 1:
                continue
            if not tries:
                return collation
            tries -= 1
            other = Collation(items, least_words, collation.starts | {position})
            # One copy more is a break by itself, which has to mend more than that.
            margin = int(len(other.copies) > len(collation.copies))
            if other.breaks() < breaks - margin and merge(other.chains)[0] == 0:
                better, breaks = other, other.breaks()
        if better is None:
            number += 1
        else:
            collation = better
    return collation


def _doubtful(collation: Collation, number: int) -> list[int]:
    """The last positions of a copy that repeat nothing, or repeat a line out of turn, the very last first."""
    copy = collation.copies[number]
    strays = [p for p in range(collation.copies[number + 1][0] - 1, copy[0], -1) if collation.is_stray(p)]
    return strays[:_MOST_DOUBTFUL] + [p for p in copy[: -_MOST_DOUBTFUL - 1 : -1] if p not in collation.sources]


def _starts_after_excerpt(collation: Collation, items: Sequence[Item]) -> AbstractSet[int]:
    """Where copies begin if the first is an excerpt of the second: less than half of it, from here and there.

    Then what stands between these two, and nowhere else, is taken for the first lines of the second, which lacks
    nothing. Empty if the first is no excerpt, or is the second's beginning: what follows that is best left there.
    """
    first, second = collation.copies[0], collation.chains[1]
    if first[-1] in second:
        return frozenset()
    repeats = Counter(item.original for item in items)
    end = len(first)
    while end and repeats[items[first[end - 1]].original] == 1:
        end -= 1
    is_excerpt = 2 * end < len(second) and set(first[:end]) <= set(second) and first[:end] != second[:end]
    if end < len(first) and is_excerpt:
        return {first[end], *(copy[0] for copy in collation.copies[2:])}
    return frozenset()
