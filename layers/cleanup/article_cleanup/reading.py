"""Reading one article: each of its lines is folded and looked up once, however often it is met again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from .blocks import split_blocks
from .folding import count_words, fold, fold_lines
from .lexicon import Lexicon, Match
from .model import Block

T = TypeVar("T")

_SHINGLE = 4
_MOST_PROBES = 3

# Words of so many characters are kept, as much as most articles have. They take some ten times the memory of the text,
# so those of larger ones are made anew whenever they are asked for.
_MOST_KEPT = 100_000

# Of a long block the opening is enough to look for the words that it is known by; a teaser's last word may be cut.
_OPENING = 20


class Reader:
    """What one cleanup remembers of the lines that it has read. Made for an article, and gone with it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._folds: dict[str, str] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._room = _MOST_KEPT
        self._matches: dict[str, Match | None] = {}
        self._probes: dict[str, tuple[str, ...]] = {}
        self._answers: defaultdict[Callable[..., object], dict[str, Any]] = defaultdict(dict)
        # What was left of lines, as it came into being, and how much of that each detector has been given.
        self._parts: list[str] = []
        self._given: dict[str, int] = {}
        self.may_begin = lexicon.may_begin

    def blocks(self, text: str) -> tuple[Block, ...]:
        """The blocks of `text`."""
        return split_blocks(text, self._fold_lines)

    def fold(self, line: str) -> str:
        """The fold of a line."""
        if line not in self._folds:
            self._folds[line] = fold(line)
        return self._folds[line]

    def fold_part(self, part: str) -> str:
        """The fold of what is left of a line. Every detector is given it anew."""
        self._parts.append(part)
        return self.fold(part)

    def _fold_lines(self, lines: Sequence[str]) -> Iterable[str]:
        new = [line for line in dict.fromkeys(lines) if line not in self._folds]
        self._folds.update(zip(new, fold_lines(new), strict=True))
        return map(self._folds.__getitem__, lines)

    def words(self, folded: str) -> tuple[str, ...]:
        """The words of a fold."""
        words = self._words.get(folded)
        if words is None:
            words = tuple(folded.split())
            if self._room > 0:
                self._words[folded] = words
                self._room -= len(folded)
        return words

    def match(self, line: str) -> Match | None:
        """The lexicon entry that makes a promo of a line, if one does."""
        if line not in self._matches:
            self._matches[line] = self._match(line, self.fold(line))
        return self._matches[line]

    def matches(self, blocks: Sequence[Block]) -> dict[int, Match]:
        """The entries that make promos of blocks, by the positions of those."""
        known = self._matches
        for block in blocks:
            if block.text not in known:
                known[block.text] = self._match(block.text, block.fold)
        return {position: match for position, block in enumerate(blocks) if (match := known[block.text])}

    def _match(self, line: str, folded: str) -> Match | None:
        is_short = count_words(folded) <= self._lexicon.most_words
        return self._lexicon.match(line, self.words(folded)) if is_short else None

    def probes(self, block: Block) -> tuple[str, ...]:
        """Up to three terms of a block's opening, by which blocks that share text find each other, the best first.

        They are its longest words: long words are rare words, and of two blocks that differ in a few words hardly ever
        the first two differ. In a script without spaces they are shingles, from all over the order of the script.
        """
        probes = self._probes.get(block.text)
        if probes is None:
            opening = self.words(block.fold)[: min(_OPENING, max(block.size - 1, 1))]
            longest = sorted(opening, key=len, reverse=True)
            if longest and len(longest[0]) == 1:
                shingles = sorted(_shingles(opening))
                last = len(shingles) - 1
                longest = [shingles[place] for place in (0, last, last // 2)]
            probes = tuple(dict.fromkeys(longest))[:_MOST_PROBES]
            self._probes[block.text] = probes
        return probes

    def terms(self, block: Block) -> Sequence[str]:
        """The terms among which the probes of a block are that stands in this one."""
        probes = self.probes(block)
        words = self.words(block.fold)
        return _shingles(words) if probes and " " in probes[0] else words

    def is_reporting(self, block: Block) -> bool:
        """Whether a block has a word by which somebody's speech or post is reported."""
        return not self._lexicon.announcing.isdisjoint(self.words(block.fold))

    def forget(self, by: str) -> None:
        """Give the detector of this name all blocks anew."""
        self._given.pop(by, None)

    def read_anew(self) -> None:
        """Give every detector all blocks anew."""
        self._given.clear()

    def once(self, find: Callable[[Reader, Block], T], block: Block) -> T:
        """What `find` says of a block, which must depend on its text alone. Asked once for each text."""
        return self.each(find, (block,))[0]

    def each(self, find: Callable[[Reader, Block], T], blocks: Sequence[Block]) -> list[T]:
        """What `find` says of each block, as above."""
        answers = self._answers[find]
        for block in blocks:
            if block.text not in answers:
                answers[block.text] = find(self, block)
        return [answers[block.text] for block in blocks]

    def unread(self, blocks: Iterable[Block], by: str) -> list[Block]:
        """Those of `blocks` that the detector of this name has not been given before."""
        given = self._given.get(by)
        self._given[by] = len(self._parts)
        if given is None:
            return list(blocks)
        new = set(self._parts[given:])
        return [block for block in blocks if block.text in new] if new else []


def _shingles(characters: Sequence[str]) -> list[str]:
    """Runs of a few characters, each given as a word of its own."""
    ends = range(_SHINGLE, max(len(characters), _SHINGLE) + 1)
    return [" ".join(characters[end - _SHINGLE : end]) for end in ends]
