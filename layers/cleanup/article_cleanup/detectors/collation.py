"""Collating the copies of one body: where in a text each of them begins, and what in it repeats what.

A copy is read along those before it: what comes next stands further on in one of them, or is new. Where it does not go
on like that, another copy begins, or a line comes again by itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from itertools import accumulate, islice
from typing import NamedTuple

from .merging import breaches

# From so many words on a line is a paragraph, and no heading, answer or score.
LONG_LINE = 10
# What shows that a copy of the body begins, and not that one line comes again: so much in a run, two paragraphs of it,
# or one where the article itself begins. In a run hardly a line stands between a repeat and the next, here or there.
_ENOUGH_WORDS = 24
_PARAGRAPH = 15
_MOST_BETWEEN = 2
# A copy lacks what another has. Texts in one mould ("Pros", "Price") each have something of their own between the lines
# that they share: at most so much of it, as a part of those.
_MOST_OF_ITS_OWN = 0.5
# What has almost all that stands so far is a copy as well, though it be of short lines, as verse is: a refrain has not.
_ENOUGH_LINES = 5
_ALMOST_ALL = 0.6
# And of a text that was wrapped, so many words of short lines in a row, line for line, near where it begins: passages
# further on are said again, and rows of tables come again with others between.
_ENOUGH_IN_SHORT_LINES = 200
_NEAR_ITS_BEGINNING = 0.1
# How far to look for paragraphs, and for verse; and how many lines only one copy may have, one after the other.
_NEAR = 12
_FAR = 60
_LONGEST_GAP = 8
# To how many of the last lines of its copy a line is compared, and to how many of the places where each stands.
_MOST_COMPARED = 8
_MOST_PLACES = 8


class Item(NamedTuple):
    """A block to be collated.

    `text` is the position of the first block with the same words, and `original` that of the first block of which it is
    a copy: word for word or with changes, and then surely, or only if its neighbours are copies as well.
    """

    words: int
    text: int
    original: int
    is_sure: bool = True


class _Way(Enum):
    AHEAD = "ahead"
    BEHIND = "behind"
    UNKNOWN = "unknown"


class _Step(NamedTuple):
    """The way to a line: where it stands in an earlier copy, and from which line of that copy on it was looked for."""

    way: _Way
    to: int
    since: int = -1


class _Pair(NamedTuple):
    """A repeat and what it repeats. In both places, how many words stand since the pair before, and lines at most."""

    position: int
    place: int
    words: int
    ours: int = 0
    theirs: int = 0
    between: int = 0


class Collation:
    """One reading of `items`, from the first to the last.

    `copies` has the positions that stand in each copy of the body, and `sources` for each repeat what it repeats.
    Copies begin where the items show it, and at `starts`. A repeat outside a copy counts from `least_words` words on.
    """

    def __init__(self, items: Sequence[Item], least_words: int, starts: AbstractSet[int] = frozenset()) -> None:
        self.starts = starts
        self.copies: list[list[int]] = [[]]
        self.sources: dict[int, int] = {}
        self._items = items
        self._least_words = least_words
        self._words_before = [0, *accumulate(item.words for item in items)]
        self._paragraphs_before = [0, *accumulate(item.words >= _PARAGRAPH for item in items)]
        # Where the words of an earlier line stand again.
        self._exact = [position for position, item in enumerate(items) if item.text != position]
        # The copy in which each position stands, if it does, and the copy that is being read.
        self._copy = [-1] * len(items)
        self._current = 0
        # Of what comes again: where in the copies each original stands, in whatever form, and each source, itself or
        # repeated. Most lines come once, and are only counted.
        self._repeated = {item.original for position, item in enumerate(items) if item.original != position}
        self._originals: dict[int, list[int]] = {}
        self._places: dict[int, list[int]] = {}
        self._distinct = 0
        # The sources that the current copy has repeated; where the last of them stands in it, and in an earlier copy.
        self._trail: list[int] = []
        self._reached = self._along = -1
        self._strays = 0
        self._read_all()

    @property
    def chains(self) -> list[list[int]]:
        """The copies, with what each repeat in them repeats in its place."""
        return [[self.sources.get(position, position) for position in copy] for copy in self.copies]

    def breaks(self) -> int:
        """How often the order breaks off: where another copy begins, at lines out of turn, where copies are at odds."""
        return len(self.copies) - 1 + self._strays + breaches(self.chains)

    def is_stray(self, position: int) -> bool:
        """Whether a position repeats a line out of turn, and is in no copy."""
        return position in self.sources and self._copy[position] < 0

    def _read_all(self) -> None:
        end = 0
        for position, item in enumerate(self._items):
            if item.original not in self._repeated and position not in self.starts:
                continue
            self._stand_alone(end, position)
            if position in self.starts:
                self._begin()
            self._read(position, item)
            end = position + 1
        self._stand_alone(end, len(self._items))

    def _read(self, position: int, item: Item) -> None:
        places = self._originals.get(item.original)
        if places is None:
            self._stand(position, position)
            return
        # What it repeats word for word, if that stands.
        place = item.text if self._copy[item.text] >= 0 else places[0]
        step = self._step(item, self._along, self._trail, self._current)
        if step.way is _Way.AHEAD and self._goes_on(position, step):
            self._repeat(position, step.to)
        elif step.way is _Way.UNKNOWN and item.is_sure:
            self._repeat(position, place)
        elif self._is_start(position, place):
            self._begin()
            self._repeat(position, place)
        else:
            self._strays += 1
            if item.words >= self._least_words and item.is_sure:
                self.sources[position] = self._source(place)
            else:
                self._stand(position, position)

    def _begin(self) -> None:
        self.copies.append([])
        self._current += 1
        self._trail.clear()
        self._along = -1

    def _repeat(self, position: int, place: int) -> None:
        source = self.sources[position] = self._source(place)
        self._trail.append(source)
        self._reached, self._along = position, place
        self._stand(position, source)

    def _stand(self, position: int, source: int) -> None:
        self._copy[position] = self._current
        self.copies[-1].append(position)
        self._distinct += source not in self._places
        self._places.setdefault(source, []).append(position)
        self._originals.setdefault(self._items[position].original, []).append(position)

    def _stand_alone(self, start: int, end: int) -> None:
        """Read lines from `start` to `end` that come once."""
        self.copies[-1] += range(start, end)
        self._copy[start:end] = [self._current] * (end - start)
        self._distinct += end - start

    def _source(self, place: int) -> int:
        return self.sources.get(place, place)

    def _step(self, item: Item, along: int, trail: Sequence[int], copy: int | None) -> _Step:
        """The step to `item` from the last source in `trail` that stands in one copy with it.

        It mostly comes right after `along`, where the last of them stands. It can stand in `copy` only once.
        """
        following = along + 1
        is_next = 0 < following < len(self._items) and self._items[following].text == item.text
        if is_next and self._copy[following] == self._copy[along] and not self._is_in(copy, following):
            return _Step(_Way.AHEAD, following, along)
        places = self._originals[item.original]
        for source in islice(reversed(trail), _MOST_COMPARED):
            is_behind = False
            for since in self._places[source][-_MOST_PLACES:]:
                index = bisect_right(places, since)
                to = self._after(since, places[index : index + _MOST_PLACES], item.text)
                if to is not None and not self._is_in(copy, to):
                    return _Step(_Way.AHEAD, to, since)
                is_behind |= to is not None or (index > 0 and self._copy[places[index - 1]] == self._copy[since])
            if is_behind:
                return _Step(_Way.BEHIND, places[0])
        return _Step(_Way.BEHIND if self._copy[places[-1]] == copy else _Way.UNKNOWN, places[0])

    def _is_in(self, copy: int | None, place: int) -> bool:
        """Whether what stands at `place` stands in a copy as well, which is the last."""
        return self._copy[self._places[self._source(place)][-1]] == copy

    def _after(self, position: int, places: Sequence[int], text: int) -> int | None:
        """The first of `places` in the copy of `position`; if one of them has the same `text`, that."""
        within = [place for place in places if self._copy[place] == self._copy[position]]
        return next((place for place in within if self._items[place].text == text), within[0] if within else None)

    def _goes_on(self, position: int, step: _Step) -> bool:
        """Whether a step ahead is the copy going on, and not a line that happens to stand there."""
        item = self._items[position]
        if not self._is_exact(position) and self._is_expected(position, step.to):
            return False
        nearer, farther = sorted((position - self._reached, step.to - step.since))
        return (
            farther <= _LONGEST_GAP
            or (nearer <= _LONGEST_GAP and item.words >= LONG_LINE and item.is_sure)
            or bool(self._evidence(position, step.to))
        )

    def _is_expected(self, position: int, place: int) -> bool:
        """Whether what stands at `place` comes word for word soon after `position`, which is something else then."""
        text = self._items[self._source(place)].text
        return any(item.text == text for item in self._items[position + 1 : position + 1 + _LONGEST_GAP])

    def _is_start(self, position: int, place: int) -> bool:
        """Whether a copy begins, rather than one line being out of turn, after which the current copy goes on."""
        ways = (
            self._step(self._items[pair.position], self._along, self._trail, self._current).way
            for pair in self._evidence(position, place)[1:]
        )
        return next(ways, _Way.AHEAD) is not _Way.AHEAD or _Way.BEHIND in ways

    def _evidence(self, position: int, place: int) -> Sequence[_Pair]:
        """The pairs, two or more, that show that the body stands at `position` as at `place`. None if none do."""
        reach = _FAR if _ALMOST_ALL * self._distinct <= _FAR else _NEAR
        if reach == _NEAR and not self._has_paragraph(position, position + _NEAR):
            return self._evidence_of_short_lines(position, place)
        pairs: list[_Pair] = []
        run: list[int] = []
        shared = own = 0
        for pair in self._pairs(position, place, reach):
            if pair.between > _MOST_BETWEEN:
                if len(pairs) == 1 and not self._is_exact(position):
                    # A line with changes has its neighbour beside it, or it is another line.
                    return ()
                run = []
            pairs.append(pair)
            run.append(pair.words)
            shared += pair.words
            own += min(pair.ours, pair.theirs)
            if own <= _MOST_OF_ITS_OWN * shared and _is_enough(run, paragraphs=2 if place else 1):
                return pairs
        if own or len(pairs) < _ALMOST_ALL * self._distinct:
            # A poem that stands twice can lack lines; what has others in their place is the next table.
            return ()
        return pairs if len(pairs) >= _ENOUGH_LINES or _is_enough([pair.words for pair in pairs], paragraphs=1) else ()

    def _pairs(self, position: int, place: int, reach: int) -> Iterator[_Pair]:
        """The repeats within `reach` lines from `position` on, and what they repeat, until the order breaks off."""
        item = self._items[position]
        yield _Pair(position, place, item.words if self._is_exact(position) else 0)
        trail = [self._source(place)]
        last, along, longest = position, place, item.words
        for ahead in self._exact_repeats(position + 1, position + reach):
            item = self._items[ahead]
            if (ahead - position > _NEAR and longest >= _PARAGRAPH) or ahead - last > _LONGEST_GAP + 1:
                return
            if item.original not in self._originals:
                continue
            step = self._step(item, along, trail, None)
            if step.way is _Way.BEHIND or self._source(step.to) in trail:
                return
            if step.way is _Way.UNKNOWN:
                yield _Pair(ahead, step.to, item.words, self._words_between(last, ahead), 0, ahead - last - 1)
            else:
                yield _Pair(
                    ahead,
                    step.to,
                    item.words,
                    self._words_between(last, ahead),
                    self._words_between(step.since, step.to),
                    max(ahead - last, step.to - step.since) - 1,
                )
            trail.append(self._source(step.to))
            last, along, longest = ahead, step.to, max(longest, item.words)

    def _exact_repeats(self, start: int, end: int) -> Sequence[int]:
        return self._exact[bisect_left(self._exact, start) : bisect_left(self._exact, end)]

    def _is_exact(self, position: int) -> bool:
        """Whether a block is a copy of another word for word, be that one with changes, or a copy of none."""
        item = self._items[position]
        return item.text != position or item.original == position

    def _has_paragraph(self, start: int, end: int) -> bool:
        return self._paragraphs_before[min(end, len(self._items))] > self._paragraphs_before[start]

    def _evidence_of_short_lines(self, position: int, place: int) -> Sequence[_Pair]:
        if place > max(_NEAR, _NEAR_ITS_BEGINNING * self._distinct):
            return ()
        pairs: list[_Pair] = []
        words = 0
        for here, there in zip(
            self._items[position : position + _FAR], self._items[place : place + _FAR], strict=False
        ):
            if here.text != there.text:
                break
            pairs.append(_Pair(position + len(pairs), place + len(pairs), here.words))
            words += here.words
            if words >= _ENOUGH_IN_SHORT_LINES:
                return pairs
        return ()

    def _words_between(self, one: int, other: int) -> int:
        return self._words_before[other] - self._words_before[one + 1]


def _is_enough(words: Sequence[int], paragraphs: int) -> bool:
    """Whether repeats of so many words are more than a line that comes again."""
    return (
        len(words) > 1
        and max(words) >= _PARAGRAPH
        and sum(words) >= _ENOUGH_WORDS
        and sum(size >= LONG_LINE for size in words) >= paragraphs
    )
