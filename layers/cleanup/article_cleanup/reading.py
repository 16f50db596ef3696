"""Reading one article: each of its lines is folded and looked up once, however often it is met again."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, TypeVar

from .blocks import split_lines
from .folding import fold_lines, fold_words
from .lexicon import Lexicon, Match
from .model import Block

T = TypeVar("T")

_UNASKED: Any = object()

_SHINGLE = 4
_MOST_PROBES = 3

# So many words are kept, as much as most articles have. They take some ten times the memory of the text, so those of
# larger ones are made anew whenever they are asked for.
_MOST_KEPT = 20_000
# But a line is compared with several that stand before it. So of the lines that were asked for last so many keep their
# words, if they have no more than this.
_MOST_LATEST = 100
_LONG = 200

# Lines of so many characters are read together. To read more at once is not quicker, and takes much memory.
_READ_TOGETHER = 16_000

# The mean length of a word in a script without spaces, with the space that a fold has after it, is less than this.
_LENGTH_OF_UNSPACED = 3

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
        self._probes: list[tuple[str, ...]] = []
        self._matches: list[Match | None] = []
        self._words: list[tuple[str, ...]] = []
        self._latest: dict[int, tuple[str, ...]] = {}
        self._room = _MOST_KEPT
        self._answers: defaultdict[Callable[..., object], list[Any]] = defaultdict(list)
        # What was left of lines, as it came into being, and how much of that each detector has been given.
        self._parts: list[int] = []
        self._given: dict[str, int] = {}
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
            self._sizes.extend(map(len, words))
            self._matches += map(self._lexicon.match, chunk, words)
            self._room -= sum(map(len, words))
            if self._room >= 0:
                self._words += words
                self._probes += map(_probes, words, folds)

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
        return _probes(block.fold.split(" ", _OPENING), block.fold)

    def terms(self, block: Block) -> Sequence[str]:
        """The terms among which the probes of a block are that stands in this one."""
        return shingles(unspaced(block.fold), _SHINGLE) if is_unspaced(block.fold) else self.words(block)

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
        given = self._given.get(by)
        self._given[by] = len(self._parts)
        if given is None:
            return list(blocks)
        new = set(self._parts[given:])
        return [block for block in blocks if block.number in new] if new else []

    def forget(self, by: str) -> None:
        """Give the detector of this name all blocks anew."""
        self._given.pop(by, None)

    def read_anew(self) -> None:
        """Give every detector all blocks anew."""
        self._given.clear()


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


def _probes(words: Sequence[str], fold: str) -> tuple[str, ...]:
    """The probes of a line with this fold, of which the `words` are the first: the longest of its opening.

    Long words are rare words, and of two blocks that differ in a few words hardly ever the first two differ. In a
    script without spaces they are shingles, from all over the order of the script.
    """
    # A teaser's last word may be cut.
    opening = (words[:-1] or words)[:_OPENING]
    if is_unspaced(fold):
        ordered = sorted(shingles("".join(opening), _SHINGLE))
        longest = [ordered[0], ordered[-1], ordered[(len(ordered) - 1) // 2]]
    else:
        longest = sorted(opening, key=len, reverse=True)
    probes = tuple(longest[:_MOST_PROBES])
    return probes if len(set(probes)) == len(probes) else tuple(dict.fromkeys(longest))[:_MOST_PROBES]


def is_unspaced(fold: str) -> bool:
    """Whether most words of a fold are single characters, as in scripts without spaces. Some can be names in others."""
    return not fold.isascii() and len(fold) < _LENGTH_OF_UNSPACED * (fold.count(" ") + 1)


def unspaced(fold: str) -> str:
    """A fold without its spaces."""
    return fold.replace(" ", "")


def shingles(text: str, size: int) -> list[str]:
    """Runs of so many characters. Of a shorter text, the text."""
    return [text[end - size : end] for end in range(size, max(len(text), size) + 1)]
