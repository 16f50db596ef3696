"""Blocks that stand more than once, and whole bodies that do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from ..draft import Draft, Findings
from ..model import Block, Removal
from .alignment import Item, align
from .relations import peers

# Shorter blocks that differ in a word differ in what they say.
_LEAST_NEAR_DUPLICATE = 12
# Within a body that stands twice, its neighbours vouch for a paragraph that was edited between the copies.
_ALIKE_IN_COPY = 0.8


def find_copies(draft: Draft) -> Findings:
    """Claims repeated blocks, and puts what only one copy of a body has where its neighbours stand."""
    blocks = draft.blocks
    first: dict[tuple[str, ...], int] = {}
    originals = [first.setdefault(block.words, position) for position, block in enumerate(blocks)]
    scores = {} if draft.config.keep_near_duplicates else _join_near_duplicates(blocks, originals)
    items = [
        Item(len(block.words), original, scores.get(position, 1.0) >= draft.config.near_duplicate_threshold)
        for position, (block, original) in enumerate(zip(blocks, originals, strict=True))
    ]
    alignment = align(items, draft.config.least_repeat_words)
    removals = []
    for position, source in sorted(alignment.sources.items()):
        score = scores.get(position)
        removals.append(
            Removal(
                span=blocks[position].span,
                rule="duplicate" if score is None else "near-duplicate",
                reason="This paragraph stands in the article already."
                if score is None
                else "This paragraph stands in the article already, but for a few words.",
                text=blocks[position].text,
                duplicate_of=blocks[source].span,
                score=score,
            )
        )
    return Findings(removals=tuple(removals), order=tuple(blocks[position].index for position in alignment.order))


def _join_near_duplicates(blocks: Sequence[Block], originals: list[int]) -> dict[int, float]:
    """Give near-duplicates the same original, in place. Returns how alike each is to what it repeats, 0 to 1."""
    distinct = [position for position, original in enumerate(originals) if position == original]
    best: dict[int, tuple[float, int]] = {}
    for one, other in peers([blocks[position].words for position in distinct], _LEAST_NEAR_DUPLICATE):
        later, earlier = distinct[one], distinct[other]
        if earlier < later:
            score = likeness(blocks[earlier].words, blocks[later].words)
            if score >= _ALIKE_IN_COPY:
                best[later] = max(best.get(later, (0.0, 0)), (score, -earlier))
    scores: dict[int, float] = {}
    for position, original in enumerate(originals):
        if original in best:
            score, earlier = best[original]
            scores[position] = round(score, 3)
            originals[position] = originals[-earlier]
    return scores


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of two word sequences is the same, 0 to 1; 0 where that is little, or a number differs."""
    if min(len(one), len(other)) < _LEAST_NEAR_DUPLICATE:
        return 0.0
    common = sum((Counter(one) & Counter(other)).values())
    if 2 * common < _ALIKE_IN_COPY * (len(one) + len(other)):
        return 0.0
    if any(character.isdigit() for word in set(one) ^ set(other) for character in word):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
