"""Cutting a text into blocks."""

from __future__ import annotations

import re

from .model import Block, Span

# Scrapers write one block a line. All that `str.splitlines` breaks at counts, since pasted and legacy texts use it all.
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def split_blocks(text: str) -> tuple[Block, ...]:
    """The non-blank lines of `text`, in order, each without the white space around it."""
    blocks: list[Block] = []
    for line in _LINE.finditer(text):
        content = line.group().strip()
        if content:
            start = line.start() + len(line.group()) - len(line.group().lstrip())
            blocks.append(Block(index=len(blocks), span=Span(start, start + len(content)), text=content))
    return tuple(blocks)
