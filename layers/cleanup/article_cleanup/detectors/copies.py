"""Blocks that stand more than once, and whole bodies that do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import ne

from ..config import CleanupConfig
from ..draft import Draft, Findings, claim
from ..model import Block, Removal
from .alignment import align
from .collation import Item
from .near_duplicates import is_sure, join_versions, score_of

_SHORT_LINE = 15


def find_copies(draft: Draft) -> Findings:
    """Claims repeated blocks, and puts what only one copy of a body has where its neighbours stand."""
    blocks = draft.blocks
    texts = _first_positions(blocks)
    originals = list(texts)
    has_repeats = any(map(ne, texts, range(len(texts))))
    new = draft.reader.unread(blocks, "copies")
    if not has_repeats and not new:
        # Near-duplicates among them would have been found before.
        return Findings()
    versions = set() if draft.config.keep_near_duplicates else join_versions(blocks, originals, draft.reader)
    if not has_repeats and not versions:
        return Findings()
    items = list(map(Item, [block.size for block in blocks], texts, originals))
    for position in versions:
        original = originals[position]
        if not is_sure(blocks[position], blocks[original], draft.config, is_adjacent=position == original + 1):
            items[position] = items[position]._replace(is_sure=False)
    alignment = align(items, _least_repeat(blocks, draft.config))
    if not alignment.sources:
        return Findings()
    fullest = _fullest(blocks, alignment.sources)
    removals = [_removal(blocks[gone], blocks[kept]) for gone, kept in _kept_for(alignment.sources, fullest, texts)]
    if versions:
        # What goes was compared with some versions, and what stays is to be with the others.
        draft.reader.forget("copies")
    return Findings(
        removals=tuple(removals),
        order=tuple(blocks[fullest.get(position, position)].index for position in alignment.order),
    )


def _fullest(blocks: Sequence[Block], sources: Mapping[int, int]) -> dict[int, int]:
    """For sources that have fewer words than an edited repeat: the repeat with the most, which is to stay instead."""
    fullest: dict[int, int] = {}
    for position, source in sorted(sources.items()):
        if blocks[position].size > blocks[fullest.get(source, source)].size:
            fullest[source] = position
    return fullest


def _kept_for(
    sources: Mapping[int, int], fullest: Mapping[int, int], texts: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """What goes, in order, and what stays for it: what has the same words if that stays, or else the fullest."""
    gone: dict[int, int] = {}
    for position, source in sources.items():
        kept = fullest.get(source, source)
        gone[source if position == kept else position] = kept
    for position in sorted(gone):
        kept = position if texts[position] in gone else texts[position]
        while kept in gone:
            kept = gone[kept]
        yield position, kept


def _removal(block: Block, kept: Block) -> Removal:
    is_exact = block.fold == kept.fold
    rule = "duplicate" if is_exact else "near-duplicate"
    return claim(block, rule, duplicate_of=kept.span, score=None if is_exact else score_of(block, kept))


def _first_positions(blocks: Sequence[Block]) -> list[int]:
    """For each block where the first stands that has the same words."""
    first: dict[str, int] = {}
    return [first.setdefault(block.fold, position) for position, block in enumerate(blocks)]


def _least_repeat(blocks: Sequence[Block], config: CleanupConfig) -> int:
    """How many words a line must have to be a repeat by itself. Where most lines are short, they are verse or lists."""
    short = sum(block.size < _SHORT_LINE for block in blocks)
    return config.least_repeat_words * (2 if 2 * short > len(blocks) else 1)
