"""Cutting a text into blocks, and blocks into what is left of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from .model import Block, Span

_MARKS_OF_ITEMS = "-*•·–▪■►▶»›|"
# Of those, what can open a quotation as well, and what closes it then.
_QUOTES = {"»": "«", "›": "‹"}

# Makes a block of an index, a start, and a text.
MakeBlock = Callable[[int, int, str], Block]


def split_lines(text: str) -> tuple[list[int], list[str]]:
    """The non-blank lines of `text`, each without the white space around it: where they begin, and what they are.

    Scrapers write one block a line. A line ends wherever `str.splitlines` ends it: pasted and legacy texts use it all.
    """
    starts: list[int] = []
    lines: list[str] = []
    position = 0
    for line in text.splitlines(keepends=True):
        content = line.strip()
        if content:
            starts.append(position + line.index(content[0]))
            lines.append(content)
        position += len(line)
    return starts, lines


def in_order(blocks: Iterable[Block], order: Sequence[int]) -> list[Block]:
    """`blocks` as `order` has their indexes; those that it leaves out come last, as they stood."""
    rank = {index: place for place, index in enumerate(dict.fromkeys(order))}
    return sorted(blocks, key=lambda block: rank.get(block.index, len(rank)))


def is_item(block: Block) -> bool:
    """Whether a block is marked as an item of a list, or as a row of a table."""
    mark = block.text[0]
    return mark in _MARKS_OF_ITEMS and not (mark in _QUOTES and _is_quotation(block.text, _QUOTES[mark]))


def _is_quotation(text: str, closing: str) -> bool:
    """Whether what the first mark opens is closed by the next `closing` one: that may open a quotation itself."""
    end = text.find(closing)
    return end > 0 and not text[1].isspace() and not text[end - 1].isspace()


def subtract(blocks: Sequence[Block], spans: Iterable[Span], make: MakeBlock) -> list[Block]:
    """What is left of `blocks` without `spans`. Both stand in the order of the source, and no spans overlap.

    A block that loses its middle goes on as two, of the same index.
    """
    ends = [block.start + len(block.text) for block in blocks]
    left: list[Block] = []
    # Up to which block, and to where in it, all is in `left` that is to be.
    position = start = 0
    for span in spans:
        reached = bisect_right(ends, span.start, position)
        if reached > position:
            left += _rest(blocks[position], start, make)
            left += blocks[position + 1 : reached]
            position, start = reached, 0
        while position < len(blocks) and (block := blocks[position]).start < span.end:
            if span.start > block.start:
                left += _part(blocks[position], start, span.start, make)
            start = span.end
            if start < block.end:
                break
            position, start = position + 1, 0
    if position < len(blocks):
        left += _rest(blocks[position], start, make)
        left += blocks[position + 1 :]
    return left


def _rest(block: Block, start: int, make: MakeBlock) -> Iterable[Block]:
    return _part(block, start, block.end, make) if start > block.start else (block,)


def _part(block: Block, start: int, end: int, make: MakeBlock) -> Iterator[Block]:
    start = max(start, block.start)
    part = block.text[start - block.start : max(start, end) - block.start]
    content = part.strip()
    if content:
        start += len(part) - len(part.lstrip())
        yield make(block.index, start, content)
