"""The cleanup as one call."""

from __future__ import annotations

from .assembly import assemble
from .blocks import split_blocks
from .config import CleanupConfig
from .detectors import DETECTORS
from .draft import Draft
from .model import CleanedArticle, Removal

# Names the rules that made an output. It changes whenever some text could come out otherwise.
RULES_VERSION = "2026.11.1"

_DEFAULT = CleanupConfig()


def clean(text: str, config: CleanupConfig = _DEFAULT) -> CleanedArticle:
    """The article in `text` without what scraping added to it, each removal explained.

    `text` is the article as a scraper saved it, one block a line. The same text and config give the same result,
    whatever was cleaned before. Text that needs no cleaning comes back as it is.
    """
    blocks = split_blocks(text)
    draft = Draft(blocks=blocks, lexicon=config.lexicon(), config=config)
    claims: list[Removal] = []
    order: tuple[int, ...] | None = None
    for detect in DETECTORS:
        findings = detect(draft)
        claims += findings.removals
        order = findings.order or order
        draft = draft.without(findings.removals)
    return assemble(text, blocks, claims, order, rules_version=RULES_VERSION)
