"""Cutting a text into blocks, and blocks into what is left of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from .folding import count_words
from .model import Block, Span

Fold = Callable[[str], str]
FoldLines = Callable[[Sequence[str]], Iterable[str]]


def split_blocks(text: str, fold_lines: FoldLines) -> tuple[Block, ...]:
    """The non-blank lines of `text`, in order, each without the white space around it.

    `fold_lines` gives the folds of lines.

    Scrapers write one block a line. A line ends wherever `str.splitlines` ends it: pasted and legacy texts use it all.
    """
    spans: list[Span] = []
    lines: list[str] = []
    position = 0
    for line in text.splitlines(keepends=True):
        content = line.strip()
        if content:
            start = position + line.index(content[0])
            spans.append(Span(start, start + len(content)))
            lines.append(content)
        position += len(line)
    return tuple(
        Block(index=index, span=span, text=line, fold=fold, size=count_words(fold))
        for index, (span, line, fold) in enumerate(zip(spans, lines, fold_lines(lines), strict=True))
    )


def in_order(blocks: Iterable[Block], order: Sequence[int]) -> list[Block]:
    """`blocks` as `order` has their indexes; those that it leaves out come last, as they stood."""
    rank = {index: place for place, index in enumerate(dict.fromkeys(order))}
    return sorted(blocks, key=lambda block: rank.get(block.index, len(rank)))


def is_item(block: Block) -> bool:
    """Whether a block is marked as an item of a list, or as a row of a table."""
    return block.text[0] in "-*•·–▪■►▶»›|"


def subtract(blocks: Sequence[Block], spans: Iterable[Span], fold: Fold) -> list[Block]:
    """What is left of `blocks` without `spans`. Both stand in the order of the source, and no spans overlap.

    A block that loses its middle goes on as two, of the same index.
    """
    ends = [block.span.end for block in blocks]
    left: list[Block] = []
    # Up to which block, and to where in it, all is in `left` that is to be.
    position = start = 0
    for span in spans:
        reached = bisect_right(ends, span.start, position)
        if reached > position:
            left += _rest(blocks[position], start, fold)
            left += blocks[position + 1 : reached]
            position, start = reached, 0
        while position < len(blocks) and (block := blocks[position].span).start < span.end:
            if span.start > block.start:
                left += _part(blocks[position], start, span.start, fold)
            start = span.end
            if start < block.end:
                break
            position, start = position + 1, 0
    if position < len(blocks):
        left += _rest(blocks[position], start, fold)
        left += blocks[position + 1 :]
    return left


def _rest(block: Block, start: int, fold: Fold) -> Iterable[Block]:
    return _part(block, start, block.span.end, fold) if start > block.span.start else (block,)


def _part(block: Block, start: int, end: int, fold: Fold) -> Iterator[Block]:
    start = max(start, block.span.start)
    part = block.text[start - block.span.start : max(start, end) - block.span.start]
    content = part.strip()
    if content:
        start += len(part) - len(part.lstrip())
        folded = fold(content)
        span = Span(start, start + len(content))
        yield Block(index=block.index, span=span, text=content, fold=folded, size=count_words(folded))
