"""Several copies of one body, aligned on what they share, in one reading order.

Scrapers that collect nested or responsive markup save a body twice or more, and each copy can lack paragraphs that
another has. As a three-way merge aligns two versions of a file, the copies are aligned on the paragraphs that they
have in common; what only one copy has goes where its neighbours stand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

_LONG = 10
_ENOUGH_WORDS = 20
_LOOKAHEAD = 60

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """`order`: positions in reading order, without repeats. `sources`: for each repeat, what it repeats."""

    order: tuple[int, ...]
    sources: dict[int, int]


@dataclass(frozen=True, slots=True)
class Item:
    """A block to be aligned: how many words it has, a number that its copies have in common, and whether it is surely
    a copy, by itself, and not only if its neighbours are."""

    words: int
    original: int
    sure: bool = True


def align(items: Sequence[Item], least_words: int) -> Alignment:
    """Align `items`. A repeat outside a copy of the body counts from `least_words` words on."""
    return _Aligner(items, least_words).run()


class _Aligner:
    def __init__(self, items: Sequence[Item], least_words: int) -> None:
        self.least_words = least_words
        self.items = items
        self.sizes = [item.words for item in items]
        self.classes = [item.original for item in items]
        self.places: dict[int, Place] = {}
        self.kept: dict[int, list[int]] = {}
        self.sources: dict[int, int] = {}
        self.last: Place = (-1,)
        self.first_run = True
        self.pending: list[int] = []

    def run(self) -> Alignment:
        for i in range(len(self.sizes)):
            self.place(i)
        self.settle_pending(None)
        order = sorted(self.places, key=self.places.__getitem__)
        return Alignment(tuple(order), self.sources)

    def keep(self, i: int, place: Place) -> None:
        self.places[i] = place
        self.kept.setdefault(self.classes[i], []).append(i)

    def settle_pending(self, anchor: Place | None) -> None:
        for i in self.pending:
            self.keep(i, (i,) if anchor is None else (*anchor, i))
        self.pending.clear()

    def place(self, i: int) -> None:
        twins = self.kept.get(self.classes[i])
        if not twins:
            self.add(i)
            return
        ahead = min((t for t in twins if self.places[t] > self.last), key=self.places.__getitem__, default=None)
        if not self.first_run and ahead is not None:
            self.settle_pending(self.last)
            self.sources[i] = ahead
            self.last = self.places[ahead]
        elif self.starts_copy(i):
            self.settle_pending(None)
            self.first_run = False
            self.sources[i] = twins[0]
            self.last = self.places[twins[0]]
        elif self.sizes[i] >= self.least_words and self.items[i].sure:
            self.sources[i] = twins[0]
        else:
            self.add(i)

    def add(self, i: int) -> None:
        if self.first_run:
            self.keep(i, (i,))
            self.last = (i,)
        else:
            self.pending.append(i)

    def starts_copy(self, i: int) -> bool:
        """Whether what follows runs along with what stands already, rather than repeating one line of it."""
        last: Place = (-1,)
        matched = words = misses = longest = 0
        for j in range(i, min(i + _LOOKAHEAD, len(self.sizes))):
            twins = self.kept.get(self.classes[j])
            if not twins:
                misses += 1
                if misses > 6:
                    break
                continue
            ahead = min((self.places[t] for t in twins if self.places[t] > last), default=None)
            if ahead is None:
                break
            last = ahead
            matched += 1
            words += self.sizes[j]
            longest = max(longest, self.sizes[j])
        if matched >= 2 and longest >= _LONG and words >= _ENOUGH_WORDS:
            return True
        return matched >= 5 and matched >= 0.6 * len(self.places)
