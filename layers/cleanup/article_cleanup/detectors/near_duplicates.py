"""Which blocks are others but for a few words: corrected, written anew in part, or with more in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from ..config import CleanupConfig
from ..folding import fold, has_any
from ..model import Block
from ..reading import Reader
from ..sentences import is_closed
from .relations import near_peers

# Shorter blocks that differ in a word differ in what they say.
_LEAST_WORDS = 12
_LEAST_ALONE = 20
_SPELLED_ALIKE = 0.6
_CASELESS = (("\u0590", "\u1fff"), ("\u3040", "\ud7ff"), ("\uf900", "\ufaff"))
_NAME = re.compile(r"(?<!\w)[^\W\d_a-zß-öø-ÿ]\w*")
# Within a body that stands twice, its neighbours vouch for a paragraph that was edited between the copies.
_ALIKE_IN_COPY = 0.8
# For how many words of what goes there may be one that does not stay: there, and where it stands alone.
_WORDS_FOR_ONE_LOST = 10
_WORDS_FOR_ONE_EXCHANGED = 30


def join_near_duplicates(blocks: Sequence[Block], originals: list[int], reader: Reader) -> set[int]:
    """Give near-duplicates the first of them for their original, in place. Returns the positions of the others."""
    distinct = [original for position, original in enumerate(originals) if position == original]
    firsts: dict[int, int] = {}
    fullest: dict[int, int] = {}
    for later, peers in near_peers([blocks[position] for position in distinct], reader, _LEAST_WORDS):
        block = blocks[distinct[later]]
        # What is near a near-duplicate can be far from the first, or from the one that is to stay.
        candidates = {firsts.get(peer, peer) for peer in peers}
        score, first = max(
            (likeness(block, blocks[distinct[fullest.get(first, first)]], reader), -first) for first in candidates
        )
        if not score:
            continue
        firsts[later] = first = -first
        if block.size > blocks[distinct[fullest.get(first, first)]].size:
            fullest[first] = later
    first_of = {distinct[later]: distinct[first] for later, first in firsts.items()}
    joined = {position for position, original in enumerate(originals) if original in first_of}
    for position in joined:
        originals[position] = first_of[originals[position]]
    return joined


def likeness(block: Block, original: Block, reader: Reader) -> float:
    """How alike two blocks are, 0 to 1; 0 unless the shorter can go for the other to stay."""
    # Cheap looks first: most pairs share a word or two.
    size = block.size + original.size
    if 2 * min(block.size, original.size) < max(_ALIKE_IN_COPY * size, 2 * _LEAST_WORDS):
        return 0.0
    one, other = reader.words(block), reader.words(original)
    differing = set(one).symmetric_difference(other)
    if size - len(differing) < _ALIKE_IN_COPY * size:
        return 0.0
    if any(character.isdigit() for word in differing for character in word):
        return 0.0
    if 2 * sum((Counter(one) & Counter(other)).values()) < _ALIKE_IN_COPY * size:
        return 0.0
    score = score_of(block, original)
    shorter, fuller = (original, block) if original.size < block.size else (block, original)
    return score if score >= _ALIKE_IN_COPY and _can_stand_for(fuller, shorter) else 0.0


def score_of(block: Block, original: Block) -> float:
    """How much of the words of two blocks is the same, in the same order, 0 to 1."""
    return round(SequenceMatcher(None, original.words, block.words, autojunk=False).ratio(), 3)


def _can_stand_for(fuller: Block, shorter: Block) -> bool:
    """Whether hardly a word, and no name, is lost with the shorter of two blocks that are alike.

    A headline and the sentence below it that says it again are two, though that has every word of it.
    """
    if is_closed(fuller.text) != is_closed(shorter.text):
        return False
    if not _names(shorter.text).isdisjoint(set(shorter.words) - set(fuller.words)):
        return False
    lost = sum(len(after) for _, after in _changes(fuller, shorter))
    return lost * _WORDS_FOR_ONE_LOST <= shorter.size


def is_sure(block: Block, original: Block, config: CleanupConfig, *, is_adjacent: bool) -> bool:
    """Whether a near-duplicate is one even where it stands alone.

    Most paragraphs of real pages that differ in a few words mean to: they say of one product, town or day what another
    said of the next, or deny it. So it must be long and alike, and differ in spelling, or in a word for another, and in
    no name.
    """
    if block.size < _LEAST_ALONE or score_of(block, original) < config.near_duplicate_threshold:
        return False
    if has_any(block.text, _CASELESS):
        # In a script without capitals names do not show.
        return False
    differing = set(block.words) ^ set(original.words)
    if not differing.isdisjoint(_names(block.text) | _names(original.text)):
        return False
    changes = _changes(original, block)
    if not all(before and after for before, after in changes):
        # What was put in or left out can be a "not".
        return False
    exchanged = sum(max(len(before), len(after)) for before, after in changes)
    # Authors put the like side by side: "Shares in the one rose …", "Shares in the other fell …".
    return not exchanged or (not is_adjacent and exchanged * _WORDS_FOR_ONE_EXCHANGED <= block.size)


def _changes(one: Block, other: Block) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Which words of one block stand for which of the other; changes of spelling are none."""
    words, others = one.words, other.words
    opcodes = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    changes = [(words[a:b], others[c:d]) for tag, a, b, c, d in opcodes if tag != "equal"]
    return [(before, after) for before, after in changes if not _is_spelling("".join(before), "".join(after))]


def _is_spelling(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SPELLED_ALIKE


def _names(text: str) -> set[str]:
    return {fold(name) for name in _NAME.findall(text)}
