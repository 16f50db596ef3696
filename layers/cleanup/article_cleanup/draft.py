"""What a detector is given, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from .blocks import in_order, subtract
from .config import CleanupConfig
from .model import Block, Removal, Span
from .reading import Reader
from .rules import REASONS

_START = attrgetter("start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a detector claims: what is to go, and the indexes of the blocks in reading order, if not the source's."""

    removals: tuple[Removal, ...] = ()
    order: tuple[int, ...] | None = None


def claim(
    block: Block,
    rule: str,
    *,
    span: Span | None = None,
    reason: str | None = None,
    duplicate_of: Span | None = None,
    score: float | None = None,
) -> Removal:
    """The removal of a block, or of what of it stands at `span`, for its rule's reason unless another is given."""
    span = block.span if span is None else span
    return Removal(
        span=span,
        rule=rule,
        reason=reason or REASONS[rule],
        text=block.text[span.start - block.start : span.end - block.start],
        duplicate_of=duplicate_of,
        score=score,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article on its way: the blocks that nobody has claimed yet, in reading order, each narrowed to what is left.

    `is_reordered` says whether that may be another order than the source's.
    """

    blocks: tuple[Block, ...]
    reader: Reader
    config: CleanupConfig
    is_reordered: bool = False

    def without(self, removals: Iterable[Removal]) -> Draft:
        """The draft as the next detector shall see it, with the claimed spans gone."""
        spans = sorted((removal.span for removal in removals), key=_START)
        blocks = sorted(self.blocks, key=_START) if self.is_reordered else self.blocks
        left = replace(self, blocks=tuple(subtract(blocks, spans, self.reader.part)))
        return left.in_order([block.index for block in self.blocks]) if self.is_reordered else left

    def in_order(self, order: Sequence[int] | None) -> Draft:
        """The draft with its blocks as `order` has their indexes."""
        return self if order is None else replace(self, blocks=tuple(in_order(self.blocks, order)), is_reordered=True)

    def has_split_lines(self) -> bool:
        """Whether a line is left in parts."""
        return len({block.index for block in self.blocks}) < len(self.blocks)
