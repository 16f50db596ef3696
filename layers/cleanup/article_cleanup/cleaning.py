"""The cleanup as one call."""

from __future__ import annotations

from .assembly import assemble, compose
from .config import CleanupConfig
from .detectors import DETECTORS
from .draft import Draft
from .model import CleanedArticle, Removal
from .reading import Reader

# Names the rules that made an output. It changes whenever some text could come out otherwise.
RULES_VERSION = "2026.11.1"

_DEFAULT = CleanupConfig()


def clean(text: str, config: CleanupConfig = _DEFAULT) -> CleanedArticle:
    """The article in `text` without what scraping added to it, each removal explained.

    `text` is the article as a scraper saved it, one block a line. The same text and config give the same result,
    whatever was cleaned before. Text that needs no cleaning comes back as it is.
    """
    reader = Reader(config.lexicon())
    article = latest = _pass(text, reader, config)
    # What is left can look otherwise without what went, as a list of headlines does that lost the body between. So it
    # is cleaned until nothing more is found, and cleaning a clean article changes nothing. Each pass leaves less.
    while latest.removals:
        latest = _pass(article.text, reader, config)
        if latest.removals:
            article = compose(text, article, latest)
    return article


def _pass(text: str, reader: Reader, config: CleanupConfig) -> CleanedArticle:
    blocks = reader.blocks(text)
    draft = Draft(blocks=blocks, reader=reader, config=config)
    claims: list[Removal] = []
    order: tuple[int, ...] | None = None
    for detect in DETECTORS:
        findings = detect(draft)
        claims += findings.removals
        order = findings.order or order
        draft = draft.without(findings.removals)
    return assemble(text, blocks, claims, order, rules_version=RULES_VERSION)
