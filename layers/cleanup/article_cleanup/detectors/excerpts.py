"""Blocks whose whole text stands in another block: containers and their paragraphs, teasers, pull quotes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ..draft import Draft, Findings
from ..folding import fold
from ..model import Block, Removal, Span
from ..sentences import split_sentences
from .relations import peers

# A teaser is cut by an ellipsis, in brackets or not.
_CUT_SHORT = re.compile(r"(?:…|\.\.\.+|[\[(]\s*(?:…|\.\.\.)\s*[\])])[\"'”’»]?$")
# Shorter lines stand in longer ones by chance.
_LEAST_TEASER = 4
_LEAST_PULL_QUOTE = 5
# How much of a container its paragraphs must make up.
_MOST_OF_IT = 0.9


def find_excerpts(draft: Draft) -> Findings:
    """Claims containers of other blocks, and of what is left the teasers and pull quotes."""
    blocks = _distinct(draft.blocks)
    inside = _containment(blocks)
    removals: dict[tuple[str, ...], Removal] = {}
    for outer, inners in sorted(inside.items()):
        removal = _container(blocks[outer], [blocks[inner] for inner in inners])
        if removal:
            removals[blocks[outer].words] = removal
    for outer, inners in sorted(inside.items()):
        if blocks[outer].words in removals:
            continue
        for inner in inners:
            removal = _excerpt(blocks[inner], blocks[outer])
            if removal:
                removals.setdefault(blocks[inner].words, removal)
    return Findings(removals=tuple(_on_every_copy(draft.blocks, removals)))


def _distinct(blocks: Sequence[Block]) -> list[Block]:
    """One block of each fold, the first."""
    first: dict[tuple[str, ...], Block] = {}
    for block in blocks:
        first.setdefault(block.words, block)
    return list(first.values())


def _on_every_copy(blocks: Sequence[Block], removals: Mapping[tuple[str, ...], Removal]) -> Iterator[Removal]:
    for block in blocks:
        removal = removals.get(block.words)
        if removal:
            yield Removal(
                span=block.span,
                rule=removal.rule,
                reason=removal.reason,
                text=block.text,
                duplicate_of=removal.duplicate_of,
            )


def _containment(blocks: Sequence[Block]) -> dict[int, list[int]]:
    """For each position the positions of blocks whose words stand in it, in a row."""
    keys = [f" {' '.join(block.words)} " for block in blocks]
    inside: defaultdict[int, list[int]] = defaultdict(list)
    for inner, outer in peers([block.words for block in blocks], _LEAST_TEASER):
        if len(keys[inner]) < len(keys[outer]) and _begins_inside(blocks[inner], keys[inner], keys[outer]):
            inside[outer].append(inner)
    return inside


def _begins_inside(block: Block, key: str, outer: str) -> bool:
    # The last word of a teaser may be cut as well.
    return (key.rstrip() if _CUT_SHORT.search(block.text) else key) in outer


def _container(outer: Block, inners: Sequence[Block]) -> Removal | None:
    """A block that is two others or more, run together."""
    if len(inners) < 2:
        return None
    key = f" {' '.join(outer.words)} "
    covered = bytearray(len(key))
    for inner in inners:
        if not _CUT_SHORT.search(inner.text):
            part = " ".join(inner.words)
            start = key.index(f" {part} ")
            covered[start : start + len(part) + 1] = b"\1" * (len(part) + 1)
    if covered.count(1) < _MOST_OF_IT * len(key):
        return None
    return Removal(
        span=outer.span,
        rule="container",
        reason="This repeats, run together in one block, paragraphs that stand by themselves.",
        text=outer.text,
        duplicate_of=Span(min(inner.span.start for inner in inners), max(inner.span.end for inner in inners)),
    )


def _excerpt(inner: Block, outer: Block) -> Removal | None:
    """A teaser or pull quote: whole sentences of another block, but for a teaser's last, which is cut."""
    cut = _CUT_SHORT.search(inner.text) is not None
    if len(inner.words) < (_LEAST_TEASER if cut else _LEAST_PULL_QUOTE):
        return None
    sentences = _sentence_key(inner.text)
    if (sentences.rstrip("\0") if cut else sentences) not in _sentence_key(outer.text):
        return None
    return Removal(
        span=inner.span,
        rule="teaser" if cut else "pull-quote",
        reason="This is the beginning of another paragraph, cut short."
        if cut
        else "This was lifted out of another paragraph, where it still stands.",
        text=inner.text,
        duplicate_of=outer.span,
    )


def _sentence_key(text: str) -> str:
    return "\0" + "".join(f"{key}\0" for sentence in split_sentences(text) if (key := fold(sentence)))
