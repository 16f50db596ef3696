"""Cutting a text into blocks, and blocks into what is left of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from .model import Block, Span

Fold = Callable[[str], tuple[str, ...]]


def split_blocks(text: str, fold: Fold) -> tuple[Block, ...]:
    """The non-blank lines of `text`, in order, each without the white space around it.

    `fold` gives the words of a line.

    Scrapers write one block a line. A line ends wherever `str.splitlines` ends it: pasted and legacy texts use it all.
    """
    blocks: list[Block] = []
    position = 0
    for line in text.splitlines(keepends=True):
        block = _block(len(blocks), position, line, fold)
        if block:
            blocks.append(block)
        position += len(line)
    return tuple(blocks)


def in_order(blocks: Iterable[Block], order: Sequence[int]) -> list[Block]:
    """`blocks` as `order` has their indexes; those that it leaves out come last, as they stood."""
    rank = {index: place for place, index in enumerate(dict.fromkeys(order))}
    return sorted(blocks, key=lambda block: rank.get(block.index, len(rank)))


def is_item(block: Block) -> bool:
    """Whether a block is marked as an item of a list, or as a row of a table."""
    return block.text[0] in "-*•·–▪■►▶»›|"


def subtract(blocks: Iterable[Block], spans: Sequence[Span], fold: Fold) -> Iterator[Block]:
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
                yield from _part(block, start, span.start, fold)
                start = span.end
            if span.end > block.span.end:
                break
            span = next(remaining, None)
        if not cut:
            yield block
        else:
            yield from _part(block, start, block.span.end, fold)


def _part(block: Block, start: int, end: int, fold: Fold) -> Iterator[Block]:
    if start < end:
        part = _block(block.index, start, block.text[start - block.span.start : end - block.span.start], fold)
        if part:
            yield part


def _block(index: int, position: int, line: str, fold: Fold) -> Block | None:
    content = line.strip()
    if not content:
        return None
    start = position + len(line) - len(line.lstrip())
    return Block(index=index, span=Span(start, start + len(content)), text=content, words=fold(content))
