"""Reading one article: each of its lines is folded and looked up once, however often it is met again."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import count
from operator import xor
from typing import Any, TypeVar

from .blocks import split_lines
from .folding import fold_lines, fold_words, has_unspaced
from .lexicon import Lexicon, Match
from .model import Block

T = TypeVar("T")

_UNASKED: Any = object()

_SHINGLE = 4
_MOST_PROBES = 3
# Blocks of fewer words that differ in one differ in what they say.
LEAST_SIGNED = 12
# Python sorts numbers of up to 30 bits much quicker than larger ones.
_SMALL = (1 << 30) - 1

# So many words are kept, as much as most articles have. They take some ten times the memory of the text, so those of
# larger ones are made anew whenever they are asked for.
_MOST_KEPT = 20_000
# But a line is compared with several that stand before it. So those of the latest lines are kept, of as many at most as
# this, if they have no more words than others.
_MOST_LATEST = 100
_LONG = 200

# Lines of so many characters are read together. To read more at once is not quicker, and takes much memory.
_READ_TOGETHER = 16_000

# Of a long block the opening is enough to look for the words that it is known by.
_OPENING = 20


class Reader:
    """What one cleanup remembers of the texts that it has read. Made for an article, and gone with it.

    Each text has a number, and what is known of it stands under that in columns.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self._folds: list[str] = []
        self._sizes = array("I")
        self._unspaced = bytearray()
        self._probes: list[tuple[str, ...]] = []
        self._signatures = array("I")
        self._signatures_before = array("I", [0])
        self._matches: list[Match | None] = []
        self._words: list[tuple[str, ...]] = []
        self._latest: dict[int, tuple[str, ...]] = {}
        self._room = _MOST_KEPT
        self._answers: defaultdict[Callable[..., object], list[Any]] = defaultdict(list)
        # What was left of lines, as it came into being. Of that and of all texts: how much each detector was given, and
        # which pairs it left open.
        self._parts: list[int] = []
        self._given: dict[str, tuple[int, int]] = {}
        self._open: dict[str, Sequence[tuple[str, str]]] = {}
        self.may_begin = lexicon.may_begin

    def blocks(self, text: str) -> tuple[Block, ...]:
        """The blocks of `text`."""
        starts, lines = split_lines(text)
        self._read(lines)
        numbers = [self._numbers[line] for line in lines]
        columns = ([column[number] for number in numbers] for column in (self._texts, self._folds, self._sizes))
        return tuple(map(Block, range(len(lines)), starts, *columns, numbers))

    def part(self, index: int, start: int, text: str) -> Block:
        """The block that is left of a line with this index. Every detector is given it anew."""
        self._read((text,))
        number = self._numbers[text]
        self._parts.append(number)
        return Block(index, start, text, self._folds[number], self._sizes[number], number)

    def _read(self, lines: Sequence[str]) -> None:
        new = [line for line in dict.fromkeys(lines) if line not in self._numbers]
        is_long = sum(map(len, new)) > _READ_TOGETHER
        for chunk in _chunks(new) if is_long else (new,):
            self._numbers.update(zip(chunk, count(len(self._numbers))))
            words = list(map(tuple, fold_lines(chunk)))
            self._texts += chunk
            folds = list(map(" ".join, words))
            self._folds += folds
            are_unspaced = list(map(has_unspaced, folds))
            self._unspaced.extend(are_unspaced)
            self._sizes.extend(map(len, words))
            self._matches += map(self._lexicon.match, chunk, words)
            probes = [_PROBES[kind](line) for kind, line in zip(are_unspaced, words, strict=True)]
            self._sign(words, probes)
            self._room -= sum(map(len, words))
            if self._room >= 0:
                self._words += words
                self._probes += probes

    def _sign(self, words: Iterable[Sequence[str]], probes: Iterable[Sequence[str]]) -> None:
        # Numbers take little memory, so they are kept of any text.
        for line, probes_of_line in zip(words, probes, strict=True):
            if len(line) >= LEAST_SIGNED:
                self._signatures.extend(_signatures_of(probes_of_line))
            self._signatures_before.append(len(self._signatures))

    def words(self, block: Block) -> tuple[str, ...]:
        """The words of a block."""
        if block.number < len(self._words):
            return self._words[block.number]
        return self._latest.get(block.number) or self._split(block)

    def _split(self, block: Block) -> tuple[str, ...]:
        if len(self._latest) >= _MOST_LATEST:
            self._latest.clear()
        words = block.words
        if block.size <= _LONG:
            self._latest[block.number] = words
        return words

    def probes(self, block: Block) -> tuple[str, ...]:
        """Up to three terms of a block's opening, by which blocks that share text find each other, the best first."""
        if block.number < len(self._probes):
            return self._probes[block.number]
        return _PROBES[self.is_unspaced(block)](block.fold.split(" ", _OPENING))

    def signatures(self, block: Block) -> Sequence[int]:
        """Numbers of which blocks that differ in a few words share one: two probes in common, since one is chance."""
        return self._signatures[self._signatures_before[block.number] : self._signatures_before[block.number + 1]]

    def is_unspaced(self, block: Block) -> bool:
        """Whether a block has characters of a script without spaces. Then its probes are shingles."""
        return bool(self._unspaced[block.number])

    def terms(self, block: Block) -> Sequence[str]:
        """The terms among which the probes of a block are that stands in this one."""
        if not self.is_unspaced(block):
            return self.words(block)
        # A quotation in another script can stand in it.
        return [word for word in self.words(block) if len(word) > 1] + shingles(unspaced(block.fold), _SHINGLE)

    def match(self, block: Block) -> Match | None:
        """The lexicon entry that makes a promo of a block, if one does."""
        return self._matches[block.number]

    def matches(self, blocks: Sequence[Block]) -> dict[int, Match]:
        """The entries that make promos of blocks, by the positions of those."""
        matches = self._matches
        return {position: match for position, block in enumerate(blocks) if (match := matches[block.number])}

    def match_part(self, text: str) -> Match | None:
        """The entry that would make a promo of a part of a block, were it a line of its own."""
        return self._lexicon.match(text, tuple(fold_words(text)))

    def is_reporting(self, block: Block) -> bool:
        """Whether a block has a word by which somebody's speech or post is reported."""
        return not self._lexicon.announcing.isdisjoint(self.words(block))

    def once(self, find: Callable[[Reader, Block], T], block: Block) -> T:
        """What `find` says of a block, which must depend on its text alone. Asked once for each text."""
        return self.each(find, (block,))[0]

    def each(self, find: Callable[[Reader, Block], T], blocks: Sequence[Block]) -> list[T]:
        """What `find` says of each block, as above."""
        answers = self._answers[find]
        answers += [_UNASKED] * (len(self._texts) - len(answers))
        for block in blocks:
            if answers[block.number] is _UNASKED:
                answers[block.number] = find(self, block)
        return [answers[block.number] for block in blocks]

    def unread(self, blocks: Iterable[Block], by: str) -> list[Block]:
        """Those of `blocks` that the detector of this name has not been given before."""
        parts, texts = self._given.get(by, (0, 0))
        self._given[by] = len(self._parts), len(self._texts)
        new = set(self._parts[parts:])
        if not new and texts == len(self._texts):
            return []
        return [block for block in blocks if block.number >= texts or block.number in new]

    def forget(self, by: str) -> None:
        """Give the detector of this name all blocks anew."""
        self._given.pop(by, None)

    def leave_open(self, pairs: Iterable[tuple[Block, Block]], by: str) -> None:
        """Remember the pairs of blocks about which the detector of this name is to decide later."""
        self._open[by] = list(dict.fromkeys((one.fold, other.fold) for one, other in pairs))

    def left_open(self, by: str) -> Sequence[tuple[str, str]]:
        """The folds of the pairs that the detector of this name has left open."""
        return self._open.get(by, ())


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines, so many at a time as are read together."""
    chunk: list[str] = []
    characters = 0
    for line in lines:
        if characters + len(line) > _READ_TOGETHER and chunk:
            yield chunk
            chunk, characters = [], 0
        chunk.append(line)
        characters += len(line)
    yield chunk


def _word_probes(words: Sequence[str]) -> tuple[str, ...]:
    """The probes of a line that begins with these words: the longest of its opening.

    Long words are rare words, and of two blocks that differ in a few words hardly ever the first two differ.
    """
    longest = sorted(_opening(words), key=len, reverse=True)
    probes = tuple(longest[:_MOST_PROBES])
    return probes if len(set(probes)) == len(probes) else tuple(dict.fromkeys(longest))[:_MOST_PROBES]


def _shingle_probes(words: Sequence[str]) -> tuple[str, ...]:
    """The probes of a line with characters of a script without spaces: shingles from all over their order."""
    ordered = sorted(shingles("".join(_opening(words)), _SHINGLE))
    return tuple(dict.fromkeys((ordered[0], ordered[-1], ordered[(len(ordered) - 1) // 2])))


_PROBES = (_word_probes, _shingle_probes)


def _signatures_of(probes: Sequence[str]) -> Sequence[int]:
    """A number for each pair of probes, or for the only one."""
    if len(probes) == _MOST_PROBES:
        one, other, third = map(hash, probes)
        return (one ^ other) & _SMALL, (other ^ third) & _SMALL, (third ^ one) & _SMALL
    return (reduce(xor, map(hash, probes)) & _SMALL,) if probes else ()


def _opening(words: Sequence[str]) -> Sequence[str]:
    # A teaser's last word may be cut.
    return (words[:-1] or words)[:_OPENING]


def unspaced(fold: str) -> str:
    """A fold without its spaces."""
    return fold.replace(" ", "")


def shingles(text: str, size: int) -> list[str]:
    """Runs of so many characters. Of a shorter text, the text."""
    return [text[end - size : end] for end in range(size, max(len(text), size) + 1)]
