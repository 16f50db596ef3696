"""Which blocks are others but for a few words: corrected, written anew in part, or with more in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from ..config import CleanupConfig
from ..folding import fold_words, has_any
from ..model import Block
from ..reading import LEAST_SIGNED, Reader
from ..sentences import is_closed
from .relations import near_peers

_LEAST_ALONE = 20
# Scripts without capitals: names do not show in them.
_CASELESS = (("\u0590", "\u1fff"), ("\u3040", "\ud7ff"), ("\uf900", "\ufaff"))
_WORD = re.compile(r"([@#]?)(\w+)")
# Within a body that stands twice, its neighbours vouch for a paragraph that was edited between the copies.
_ALIKE_IN_COPY = 0.8
# For how many words of what goes there may be one that does not stay: there, and where it stands alone.
_WORDS_FOR_ONE_LOST = 10
_WORDS_FOR_ONE_EXCHANGED = 30
# What is spelled alike and begins alike: "legal" is no spelling of "illegal".
_SPELLED_ALIKE = 0.7
# What stands in more versions is no paragraph that was edited, but a mould.
_MOST_VERSIONS = 8

# Words of one block, and what stands for them in another; one side can be empty.
_Change = tuple[Sequence[str], Sequence[str]]


def join_versions(blocks: Sequence[Block], originals: list[int], reader: Reader) -> set[int]:
    """Give versions of a paragraph the first of them for their original, in place. Returns where each other one is.

    `originals` has for each block the position of the first with the same words.
    """
    distinct = [original for position, original in enumerate(originals) if position == original]
    versions: dict[int, list[int]] = {}
    first_of: dict[int, int] = {}
    for later, peers in near_peers([blocks[position] for position in distinct], reader):
        position = distinct[later]
        score, first = 0.0, position
        for candidate in sorted({first_of.get(distinct[peer], distinct[peer]) for peer in peers}):
            alike = _likeness_to_all(position, versions.get(candidate, [candidate]), blocks, reader)
            if alike > score:
                score, first = alike, candidate
        if score:
            first_of[position] = first
            versions.setdefault(first, [first]).append(position)
    originals[:] = [first_of.get(original, original) for original in originals]
    return set(first_of)


def _likeness_to_all(position: int, versions: Sequence[int], blocks: Sequence[Block], reader: Reader) -> float:
    """How alike a block is to that of some versions from which it differs most: any of them can go for any other."""
    if len(versions) >= _MOST_VERSIONS:
        return 0.0
    least = 1.0
    for version in versions:
        least = min(least, likeness(blocks[position], blocks[version], reader))
        if not least:
            break
    return least


def likeness(block: Block, original: Block, reader: Reader) -> float:
    """How alike two blocks are, 0 to 1; 0 unless the shorter can go for the other to stay.

    With what goes hardly a word is lost, and no name or number. A headline and the sentence below it that says it again
    are two, though that has every word of it.
    """
    if not _may_be_alike(block, original, reader):
        return 0.0
    shorter, fuller = (original, block) if original.size < block.size else (block, original)
    score, changes = _compare(fuller, shorter)
    lost = [word for _, after in changes for word in after]
    may_go = (
        score >= _ALIKE_IN_COPY
        and len(lost) * _WORDS_FOR_ONE_LOST <= shorter.size
        and is_closed(fuller.text) == is_closed(shorter.text)
        and not any(_has_number((*before, *after)) for before, after in changes)
        and not (lost and has_any(shorter.text, _CASELESS))
        and _names(shorter.text).isdisjoint(lost)
    )
    return score if may_go else 0.0


def _may_be_alike(block: Block, original: Block, reader: Reader) -> bool:
    """Quick looks: most pairs share a word or two."""
    size = block.size + original.size
    if 2 * min(block.size, original.size) < max(_ALIKE_IN_COPY * size, 2 * LEAST_SIGNED):
        return False
    one, other = reader.words(block), reader.words(original)
    differing = set(one).symmetric_difference(other)
    if size - len(differing) < _ALIKE_IN_COPY * size or _has_number(differing):
        return False
    return 2 * sum((Counter(one) & Counter(other)).values()) >= _ALIKE_IN_COPY * size


def score_of(block: Block, original: Block) -> float:
    """How much of the words of two blocks is the same, in the same order, 0 to 1."""
    return _compare(original, block)[0]


def is_sure(block: Block, original: Block, config: CleanupConfig, *, is_adjacent: bool) -> bool:
    """Whether a near-duplicate is one even where it stands alone.

    Most paragraphs of real pages that differ in a few words mean to: they say of one product, town or day what another
    said of the next, or deny it. So it must be long and alike, and differ in spelling, or in a word for another, and in
    no name.
    """
    if block.size < _LEAST_ALONE or has_any(block.text, _CASELESS):
        return False
    score, changes = _compare(original, block)
    if score < config.near_duplicate_threshold:
        return False
    names = _names(block.text) | _names(original.text)
    if any(not names.isdisjoint((*before, *after)) for before, after in changes):
        return False
    changes = [change for change in changes if not _is_spelling(*map("".join, change))]
    if not all(before and after for before, after in changes):
        # What was put in or left out can be a "not".
        return False
    exchanged = sum(max(len(before), len(after)) for before, after in changes)
    # Authors put the like side by side: "Shares in the one rose …", "Shares in the other fell …".
    return not exchanged or (not is_adjacent and exchanged * _WORDS_FOR_ONE_EXCHANGED <= block.size)


def _compare(one: Block, other: Block) -> tuple[float, list[_Change]]:
    """How much of the words of two blocks is the same, and which words of the first stand for which of the second."""
    words, others = one.words, other.words
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    changes: list[_Change] = [(words[a:b], others[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    return round(matcher.ratio(), 3), changes


def _is_spelling(one: str, other: str) -> bool:
    return one[:1] == other[:1] and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SPELLED_ALIKE


def _has_number(words: Iterable[str]) -> bool:
    return any(character.isdigit() for word in words for character in word)


def _names(text: str) -> set[str]:
    """The folded words of a text that have a capital anywhere, handles and tags."""
    return {part for mark, word in _WORD.findall(text) if mark or word != word.lower() for part in fold_words(word)}
