"""Reading one article: its lines are folded and looked up once, however often they are met again."""

from __future__ import annotations

from collections.abc import Sequence

from .blocks import split_blocks
from .folding import fold_words
from .lexicon import Lexicon, Match
from .model import Block


class Reader:
    """What one cleanup remembers of the lines that it has read. Made for an article, and gone with it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._folds: dict[str, tuple[str, ...]] = {}
        self._matches: dict[str, Match | None] = {}
        self.may_begin = lexicon.may_begin

    def blocks(self, text: str) -> tuple[Block, ...]:
        """The blocks of `text`."""
        return split_blocks(text, self.fold)

    def fold(self, line: str) -> tuple[str, ...]:
        """The folded words of a line."""
        words = self._folds.get(line)
        if words is None:
            words = self._folds[line] = tuple(fold_words(line))
        return words

    def match(self, line: str) -> Match | None:
        """The lexicon entry that makes a promo of a line, if one does."""
        if line not in self._matches:
            self._matches[line] = self._lexicon.match(line, self.fold(line))
        return self._matches[line]
