"""Several copies of one body, aligned on what they share, in one reading order.

Scrapers that collect nested or responsive markup save a body twice or more, and each copy can lack paragraphs that
another has. As a three-way merge aligns two versions of a file, the copies are aligned on the paragraphs that they
have in common; what only one copy has goes where its neighbours stand.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

# What shows that a copy of the body begins, and not that one line comes again: so much in so many repeats, one of
# them a paragraph, as makes up this part of the stretch, in the copy and in what it copies. Pages that say each thing
# under each heading ("Pros", "Price") have the repeats, but not the part.
_PARAGRAPH = 15
_ENOUGH_WORDS = 24
_ENOUGH_REPEATS = 2
_LONG_LINE = 10
_PART = 0.5
# A body of short lines alone, as verse is, must come again almost whole: a refrain does not.
_ENOUGH_LINES = 5
_ALMOST_ALL = 0.6
# How far to look for that, and how many lines a copy may have that nothing else has, one after the other.
_LOOKAHEAD = 60
_LONGEST_GAP = 8

# Where an item stands in the reading order: its own position, or that of the item that it follows, and then its own.
Place = tuple[int, ...]
_BEFORE_ALL: Place = (-1,)


@dataclass(frozen=True, slots=True)
class Item:
    """A block to be aligned.

    It has a number of words, and another number that its copies have in common. It is an exact copy of them, or one
    with changes; and surely a copy, or only if its neighbours are.
    """

    words: int
    original: int
    is_exact: bool = True
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Alignment:
    """`order` is the positions in reading order, without repeats; `sources`, for each repeat, what it repeats."""

    order: tuple[int, ...]
    sources: dict[int, int]


def align(items: Sequence[Item], least_words: int) -> Alignment:
    """Align `items`. A repeat outside a copy of the body counts from `least_words` words on."""
    return _Aligner(items, least_words).run()


class _Aligner:
    """Reads the items once, and places each: as new, or as a repeat of one that stands already."""

    def __init__(self, items: Sequence[Item], least_words: int) -> None:
        self._items = items
        self._least_words = least_words
        self._words_before = [0, *accumulate(item.words for item in items)]
        self._places: dict[int, Place] = {}
        # For each original its kept twins, with their places and in their order.
        self._twins: defaultdict[int, list[tuple[Place, int]]] = defaultdict(list)
        self._sources: dict[int, int] = {}
        # The last position that the copy being read has come to, and its place; new items wait for the next one.
        self._reached = -1
        self._waiting: list[int] = []
        self._is_first_copy = True

    def run(self) -> Alignment:
        for position, item in enumerate(self._items):
            self._read(position, item)
        self._settle(None)
        return Alignment(tuple(sorted(self._places, key=self._places.__getitem__)), self._sources)

    def _read(self, position: int, item: Item) -> None:
        twins = self._twins.get(item.original)
        if not twins:
            self._add(position)
            return
        ahead = None if self._is_first_copy else self._next_twin(item, self._reached)
        if ahead is not None and (item.words >= _LONG_LINE or ahead - self._reached <= _LONGEST_GAP):
            self._settle(self._places[self._reached])
            self._repeat(position, ahead)
        elif self._starts_copy(position):
            self._settle(None)
            self._is_first_copy = False
            self._repeat(position, twins[0][1])
        elif item.words >= self._least_words and item.is_sure:
            self._sources[position] = twins[0][1]
        else:
            self._add(position)

    def _add(self, position: int) -> None:
        if self._is_first_copy:
            self._keep(position, (position,))
            self._reached = position
        else:
            self._waiting.append(position)

    def _repeat(self, position: int, twin: int) -> None:
        self._sources[position] = twin
        self._reached = twin

    def _keep(self, position: int, place: Place) -> None:
        self._places[position] = place
        insort(self._twins[self._items[position].original], (place, position))

    def _settle(self, after: Place | None) -> None:
        """Place the items that wait: after what their copy had come to, or, where it ends with them, as they stand."""
        for position in self._waiting:
            self._keep(position, (position,) if after is None else (*after, position))
        self._waiting.clear()

    def _place(self, position: int) -> Place:
        return self._places[position] if position >= 0 else _BEFORE_ALL

    def _next_twin(self, item: Item, reached: int) -> int | None:
        """The first of the item's twins that stands behind `reached` in the reading order."""
        twins = self._twins.get(item.original, [])
        index = bisect_right(twins, (self._place(reached), len(self._items)))
        return twins[index][1] if index < len(twins) else None

    def _starts_copy(self, position: int) -> bool:
        """Whether what follows runs along with what stands already, rather than repeating one line of it."""
        pairs = list(self._pairs_from(position))
        if len(pairs) > 1 and self._places[pairs[1][1]] > self._place(self._reached):
            # The copy that is being read goes on after this line, which is one of it out of turn.
            return False
        sizes = [self._items[copy].words for copy, _ in pairs]
        words = sum(sizes)
        if len(pairs) >= _ENOUGH_REPEATS and max(sizes) >= _PARAGRAPH and words >= _ENOUGH_WORDS:
            stretches = ((pairs[0][side], pairs[-1][side]) for side in (0, 1))
            return all(words >= _PART * self._words_in(*sorted(stretch)) for stretch in stretches)
        return len(pairs) >= _ENOUGH_LINES and len(pairs) >= _ALMOST_ALL * len(self._places)

    def _words_in(self, first: int, last: int) -> int:
        return self._words_before[last + 1] - self._words_before[first]

    def _pairs_from(self, position: int) -> Iterator[tuple[int, int]]:
        """Exact repeats from `position` on and what they repeat, both in order, until the order breaks."""
        reached = -1
        misses = 0
        for copy in range(position, min(position + _LOOKAHEAD, len(self._items))):
            item = self._items[copy]
            if not item.is_exact or not self._twins.get(item.original):
                misses += 1
                if misses > _LONGEST_GAP:
                    return
                continue
            twin = self._next_twin(item, reached)
            if twin is None:
                return
            yield copy, twin
            reached, misses = twin, 0
