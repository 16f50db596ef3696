"""Blocks that stand more than once, and whole bodies that do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from operator import ne

from ..config import CleanupConfig
from ..draft import Draft, Findings
from ..folding import fold, has_any
from ..model import Block, Removal
from ..reading import Reader
from ..rules import REASONS
from .alignment import align
from .collation import Item
from .relations import near_pairs

# Shorter blocks that differ in a word differ in what they say.
_LEAST_NEAR_DUPLICATE = 12
_LEAST_ALONE = 20
_SPELLED_ALIKE = 0.6
_WORDS_FOR_ONE_EXCHANGED = 30
_SHORT_LINE = 15
_CASELESS = (("\u0590", "\u1fff"), ("\u3040", "\ud7ff"), ("\uf900", "\ufaff"))
_NAME = re.compile(r"(?<!\w)[^\W\d_a-zß-öø-ÿ]\w*")
# Within a body that stands twice, its neighbours vouch for a paragraph that was edited between the copies.
_ALIKE_IN_COPY = 0.8


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
    scores = {} if draft.config.keep_near_duplicates else _join_near_duplicates(blocks, originals, draft.reader)
    if not has_repeats and not scores:
        return Findings()
    items = [
        Item(
            words=block.size,
            text=texts[position],
            original=original,
            is_sure=position not in scores
            or _is_sure(block, blocks[original], scores[position], draft.config, is_adjacent=position == original + 1),
        )
        for position, (block, original) in enumerate(zip(blocks, originals, strict=True))
    ]
    alignment = align(items, _least_repeat(blocks, draft.config))
    removals = []
    for position, source in sorted(alignment.sources.items()):
        score = scores.get(position)
        rule = "duplicate" if score is None else "near-duplicate"
        removals.append(
            Removal(
                span=blocks[position].span,
                rule=rule,
                reason=REASONS[rule],
                text=blocks[position].text,
                duplicate_of=blocks[source].span,
                score=score,
            )
        )
    return Findings(removals=tuple(removals), order=tuple(blocks[position].index for position in alignment.order))


def _first_positions(blocks: Sequence[Block]) -> list[int]:
    """For each block where the first stands that has the same words."""
    first: dict[str, int] = {}
    return [first.setdefault(block.fold, position) for position, block in enumerate(blocks)]


def _least_repeat(blocks: Sequence[Block], config: CleanupConfig) -> int:
    """How many words a line must have to be a repeat by itself. Where most lines are short, they are verse or lists."""
    short = sum(block.size < _SHORT_LINE for block in blocks)
    return config.least_repeat_words * (2 if 2 * short > len(blocks) else 1)


def _is_sure(block: Block, original: Block, score: float, config: CleanupConfig, *, is_adjacent: bool) -> bool:
    """Whether a near-duplicate is one even where it stands alone.

    Most paragraphs of real pages that differ in a few words mean to: they say of one product, town or day what another
    said of the next, or deny it. So it must be long and alike, and differ in spelling, or in a word for another, and in
    no name.
    """
    if block.size < _LEAST_ALONE or score < config.near_duplicate_threshold or has_any(block.text, _CASELESS):
        # In a script without capitals names do not show.
        return False
    words, original_words = block.words, original.words
    differing = set(words) ^ set(original_words)
    if any(fold(word) in differing for text in (block.text, original.text) for word in _NAME.findall(text)):
        return False
    changes = SequenceMatcher(None, original_words, words, autojunk=False).get_opcodes()
    exchanged = 0
    for tag, a, b, c, d in changes:
        if tag == "equal" or _is_spelling("".join(original_words[a:b]), "".join(words[c:d])):
            continue
        if tag != "replace":
            # What was put in or left out can be a "not".
            return False
        exchanged += max(b - a, d - c)
    # Authors put the like side by side: "Shares in the one rose …", "Shares in the other fell …".
    return not exchanged or (not is_adjacent and exchanged * _WORDS_FOR_ONE_EXCHANGED <= block.size)


def _is_spelling(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SPELLED_ALIKE


def _join_near_duplicates(blocks: Sequence[Block], originals: list[int], reader: Reader) -> dict[int, float]:
    """Give near-duplicates the same original, in place. Returns how alike each is to what it repeats, 0 to 1."""
    distinct = [original for position, original in enumerate(originals) if position == original]
    best: dict[int, tuple[float, int]] = {}
    for one, other in near_pairs([blocks[position] for position in distinct], reader, _LEAST_NEAR_DUPLICATE):
        earlier, later = distinct[one], distinct[other]
        score = likeness(blocks[earlier], blocks[later], reader)
        if score >= _ALIKE_IN_COPY:
            best[later] = max(best.get(later, (0.0, 0)), (score, -earlier))
    scores: dict[int, float] = {}
    for position, original in enumerate(originals):
        if original in best:
            score, earlier = best[original]
            scores[position] = round(score, 3)
            originals[position] = originals[-earlier]
    return scores


def likeness(block: Block, original: Block, reader: Reader) -> float:
    """How much of the words of two blocks is the same, 0 to 1; 0 where that is little, or a number differs."""
    # Cheap looks first: most pairs share a word or two.
    size = block.size + original.size
    if 2 * min(block.size, original.size) < max(_ALIKE_IN_COPY * size, 2 * _LEAST_NEAR_DUPLICATE):
        return 0.0
    one, other = reader.words(block), reader.words(original)
    if 4 * len(set(one).intersection(other)) < len(one):
        return 0.0
    if 2 * sum((Counter(one) & Counter(other)).values()) < _ALIKE_IN_COPY * size:
        return 0.0
    if any(character.isdigit() for word in set(one) ^ set(other) for character in word):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
