"""The cleanup as one call."""

from __future__ import annotations

from .assembly import assemble, compose
from .config import CleanupConfig
from .detectors import DETECTORS
from .draft import Draft
from .model import CleanedArticle, Removal
from .reading import Reader
from .site_rules import rules_digest

# Names the rules that made an output. It changes whenever some text could come out otherwise.
RULES_VERSION = "2026.11.10"

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
    article, left = _pass(text, reader, config)
    # What is left can look otherwise without what went, as a list of headlines does that lost the body between. So it
    # is cleaned until nothing more is found, and cleaning a clean article changes nothing. Each pass leaves less.
    while article.removals and not _is_settled(left):
        reader.read_anew()  # what was found in the draft only now is to be found in the text as well
        latest, left = _pass(article.text, reader, config)
        if not latest.removals:
            break
        article = compose(text, article, latest)
    return article


def rules_version(config: CleanupConfig = _DEFAULT) -> str:
    """What names the rules that clean with a config. Where a site has its own, they are told from others."""
    return f"{RULES_VERSION}+{rules_digest(config.site_rules)}" if config.site_rules else RULES_VERSION


def _pass(text: str, reader: Reader, config: CleanupConfig) -> tuple[CleanedArticle, Draft]:
    """One cleanup of `text`, and the draft that is left of it, in reading order."""
    blocks = reader.blocks(text)
    draft = Draft(blocks=blocks, reader=reader, config=config)
    claims: list[Removal] = []
    order: tuple[int, ...] | None = None
    for detect in DETECTORS:
        findings = detect(draft)
        claims += findings.removals
        order = findings.order or order
        draft = draft.without(findings.removals)
    return assemble(text, blocks, claims, order, rules_version=rules_version(config)), draft.in_order(order)


def _is_settled(draft: Draft) -> bool:
    """Whether no detector finds anything in what is left, so that its text need not be read again.

    A line that lost its middle stands in the text as one, and in the draft as two: there the text decides.
    """
    indexes = [block.index for block in draft.blocks]
    return len(set(indexes)) == len(indexes) and not any(detect(draft).removals for detect in DETECTORS)
