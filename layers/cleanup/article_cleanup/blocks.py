"""Cutting a text into blocks, and blocks into what is left of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .folding import fold_words
from .model import Block, Span


def split_blocks(text: str) -> tuple[Block, ...]:
    """The non-blank lines of `text`, in order, each without the white space around it.

    Scrapers write one block a line. A line ends wherever `str.splitlines` ends it: pasted and legacy texts use it all.
    """
    blocks: list[Block] = []
    position = 0
    for line in text.splitlines(keepends=True):
        block = _block(len(blocks), position, line)
        if block:
            blocks.append(block)
        position += len(line)
    return tuple(blocks)


def subtract(blocks: Iterable[Block], spans: Sequence[Span]) -> Iterator[Block]:
    """What is left of `blocks` without `spans`, which are sorted and do not overlap.

    A block that loses its middle goes on as two, of the same index.
    """
    remaining = iter(spans)
    span = next(remaining, None)
    for block in blocks:
        start = block.span.start
        cut = False
        while span is not None and span.start < block.span.end:
            if span.end > block.span.start:
                cut = True
                yield from _part(block, start, span.start)
                start = span.end
            if span.end > block.span.end:
                break
            span = next(remaining, None)
        if not cut:
            yield block
        else:
            yield from _part(block, start, block.span.end)


def _part(block: Block, start: int, end: int) -> Iterator[Block]:
    if start < end:
        part = _block(block.index, start, block.text[start - block.span.start : end - block.span.start])
        if part:
            yield part


def _block(index: int, position: int, line: str) -> Block | None:
    content = line.strip()
    if not content:
        return None
    start = position + len(line) - len(line.lstrip())
    return Block(index=index, span=Span(start, start + len(content)), text=content, words=tuple(fold_words(content)))
