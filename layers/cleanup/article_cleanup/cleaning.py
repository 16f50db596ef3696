"""The cleanup as one call."""

from __future__ import annotations

from .assembly import assemble
from .blocks import split_blocks
from .model import CleanedArticle, Removal

RULES_VERSION = "0.0.1"


def clean(text: str) -> CleanedArticle:
    """The article in `text` without what scraping added to it, each removal explained."""
    blocks = split_blocks(text)
    seen = {}
    claims = []
    for block in blocks:
        first = seen.setdefault(block.text, block)
        if first is not block:
            claims.append(
                Removal(
                    span=block.span,
                    rule="duplicate",
                    reason="This paragraph already stands above.",
                    text=block.text,
                    duplicate_of=first.span,
                )
            )
    return assemble(text, blocks, claims, rules_version=RULES_VERSION)
