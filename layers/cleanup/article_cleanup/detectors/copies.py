"""Blocks that stand more than once, and whole bodies that do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import ne

from ..config import CleanupConfig
from ..draft import Draft, Findings
from ..model import Block, Removal
from ..rules import REASONS
from .alignment import align
from .collation import Item
from .near_duplicates import Versions, find_versions, is_sure, score_of

_SHORT_LINE = 15
# To how many versions of a paragraph another is compared.
_MOST_VERSIONS = 8


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
    found = {} if draft.config.keep_near_duplicates else find_versions(blocks, originals, draft.reader)
    if not has_repeats and not found:
        return Findings()
    items = [
        Item(
            words=block.size, text=text, original=original, is_sure=_is_sure(position, text, found.get(original), draft)
        )
        for position, (block, text, original) in enumerate(zip(blocks, texts, originals, strict=True))
    ]
    alignment = align(items, _least_repeat(blocks, draft.config))
    fullest = _fullest(blocks, alignment.sources)
    removals = [_removal(blocks[gone], blocks[kept]) for gone, kept in _kept_for(alignment.sources, fullest, texts)]
    if any(removal.score for removal in removals):
        # What goes was compared with some versions, and what stays is to be with the others.
        draft.reader.forget("copies")
    return Findings(
        removals=tuple(removals),
        order=tuple(blocks[fullest.get(position, position)].index for position in alignment.order),
    )


def _is_sure(position: int, text: int, versions: Versions | None, draft: Draft) -> bool:
    """Whether a block that repeats another does so even where it stands alone: it is an exact copy, or hardly less."""
    if versions is None or text != position:
        return True
    blocks, config = draft.blocks, draft.config
    earlier = (other for other in versions.all[:_MOST_VERSIONS] if other < position)
    return any(is_sure(blocks[position], blocks[o], config, is_adjacent=position == o + 1) for o in earlier)


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
    return Removal(
        span=block.span,
        rule=rule,
        reason=REASONS[rule],
        text=block.text,
        duplicate_of=kept.span,
        score=None if is_exact else score_of(block, kept),
    )


def _first_positions(blocks: Sequence[Block]) -> list[int]:
    """For each block where the first stands that has the same words."""
    first: dict[str, int] = {}
    return [first.setdefault(block.fold, position) for position, block in enumerate(blocks)]


def _least_repeat(blocks: Sequence[Block], config: CleanupConfig) -> int:
    """How many words a line must have to be a repeat by itself. Where most lines are short, they are verse or lists."""
    short = sum(block.size < _SHORT_LINE for block in blocks)
    return config.least_repeat_words * (2 if 2 * short > len(blocks) else 1)
