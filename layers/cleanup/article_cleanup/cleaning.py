"""The cleanup as one call."""

from __future__ import annotations

from .assembly import assemble, compose
from .config import CleanupConfig
from .detectors import DETECTORS
from .draft import Draft, Findings
from .model import CleanedArticle, Removal
from .reading import Reader
from .site_rules import rules_digest

# Names the rules that made an output. It changes whenever some text could come out otherwise.
RULES_VERSION = "2026.11.11"

_DEFAULT = CleanupConfig()


def clean(text: str, config: CleanupConfig = _DEFAULT) -> CleanedArticle:
    """The article in `text` without what scraping added to it, each removal explained.

    `text` is the article as a scraper saved it, one block a line. The same text and config give the same result,
    whatever was cleaned before. Text that needs no cleaning comes back as it is. Raises `TypeError` for bytes and None.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"clean() takes the text of an article as a str, and was given {type(text).__name__}: decode bytes first, "
            "and leave out articles without a text."
        )
    reader = Reader(config.lexicon())
    article, is_settled = _pass(text, reader, config)
    while not is_settled:
        latest, is_settled = _pass(article.text, reader, config)
        if not latest.removals:
            break
        article = compose(text, article, latest)
    return article


def rules_version(config: CleanupConfig = _DEFAULT) -> str:
    """What names the rules that clean with a config. Where a site has its own, they are told from others."""
    return f"{RULES_VERSION}+{rules_digest(config.site_rules)}" if config.site_rules else RULES_VERSION


def _pass(text: str, reader: Reader, config: CleanupConfig) -> tuple[CleanedArticle, bool]:
    """One cleanup of `text`, and whether that of what is left would find nothing.

    What is left can look otherwise without what went, as a list of headlines does that lost the body between. So the
    detectors look again until none finds anything: each round leaves less. But a line that lost its middle stands in
    the text as one, and in the draft as two. There the text decides, in another pass.
    """
    blocks = reader.blocks(text)
    draft = Draft(blocks=blocks, reader=reader, config=config)
    claims: list[Removal] = []
    order: tuple[int, ...] | None = None
    is_split = False
    while not is_split:
        found, draft = _round(draft)
        if not found.removals:
            break
        claims += found.removals
        order = found.order or order
        is_split = draft.has_split_lines()
    return assemble(text, blocks, claims, order, rules_version=rules_version(config)), not is_split


def _round(draft: Draft) -> tuple[Findings, Draft]:
    """What the detectors find, each in what those before it left, and what is left in the end."""
    removals: list[Removal] = []
    order: tuple[int, ...] | None = None
    for detect in DETECTORS:
        findings = detect(draft)
        if findings.removals:
            removals += findings.removals
            order = findings.order or order
            draft = draft.without(findings.removals)
    return Findings(removals=tuple(removals), order=order), draft.in_order(order)
