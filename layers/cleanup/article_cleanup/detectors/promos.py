"""Lines that the page added to the article: labels, links, newsletter lines, share bars, other articles' headlines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..draft import Draft, Findings
from ..lexicon import Match
from ..model import Block, Removal
from ..rules import REASONS
from .contents import RULE as CONTENTS
from .embeds import RULE as EMBED
from .sections import headlines_after, places

# A line that opens with a quotation is somebody's words, whatever they are.
_QUOTED = re.compile(r"[\"“„«‘「『]")


# So many headlines under a line, of so many words, show what the line is, where its words leave it open: an article's
# own lists have short items.
_ENOUGH_HEADLINES = 2
_MEAN_WORDS = 6


def find_promos(draft: Draft) -> Findings:
    """Claims whole lines that a lexicon entry fits, and the headlines under a line that heads them."""
    blocks = draft.blocks
    removals: dict[int, Removal] = {}
    where = None
    for position, block in enumerate(blocks):
        match = draft.reader.match(block.text)
        if match is None or position in removals or _QUOTED.match(block.text):
            continue
        if match.kind.rule == CONTENTS or (draft.config.keep_embeds and match.kind.rule == EMBED):
            continue
        headlines: list[int] = []
        if match.kind.form == "heads":
            where = where or places(blocks)
            headlines = headlines_after(blocks, position, where)
            if not match.kind.alone and not are_enough([blocks[headline] for headline in headlines]):
                continue
        removals[position] = _removal(block, match.kind.rule, explain(match))
        for headline in headlines:
            removals[headline] = headline_removal(blocks[headline], block.text)
    return Findings(removals=tuple(removals.values()))


def are_enough(headlines: Sequence[Block]) -> bool:
    """Whether headlines show that the line over them is a cue, where its words leave it open."""
    words = sum(len(headline.words) for headline in headlines)
    return len(headlines) >= _ENOUGH_HEADLINES and words >= _MEAN_WORDS * len(headlines)


def headline_removal(headline: Block, cue: str) -> Removal:
    """The removal of a headline that stands under a cue line."""
    return _removal(headline, "headline-block", f"This is the headline of another article, under “{cue}”.")


def explain(match: Match) -> str:
    """Why a line that a lexicon entry fits is removed, for a person."""
    return f"{REASONS[match.kind.rule]} It fits “{match.phrase}”."


def _removal(block: Block, rule: str, reason: str) -> Removal:
    return Removal(span=block.span, rule=rule, reason=reason, text=block.text)
