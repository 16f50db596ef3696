"""Lines that the page added to the article: labels, links, newsletter lines, share bars, other articles' headlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..draft import Draft, Findings, claim
from ..lexicon import Match
from ..model import Block, Removal
from ..rules import REASONS
from ..sentences import OPENING
from .contents import RULE as CONTENTS
from .embeds import RULE as EMBED
from .sections import Places, headlines_after

# So many headlines under a line, of so many words, show what the line is, where its words leave it open: an article's
# own lists have short items.
_ENOUGH_HEADLINES = 2
_MEAN_WORDS = 6


def find_promos(draft: Draft) -> Findings:
    """Claims whole lines that a lexicon entry fits, and the headlines under a line that heads them."""
    blocks = draft.blocks
    places = Places(blocks)
    removals: dict[int, Removal] = {}
    weak: dict[int, Match] = {}
    for position, match in draft.reader.matches(blocks).items():
        block = blocks[position]
        # A line that opens with a quotation is somebody's words, whatever they are.
        if match.kind.rule == CONTENTS or position in removals or block.text[0] in OPENING:
            continue
        if match.kind.form == "line" and not match.kind.alone:
            weak[position] = match
            continue
        headlines = headlines_under(draft, position, match, places)
        if headlines is None:
            continue
        removals[position] = claim(block, match.kind.rule, reason=explain(match))
        removals |= {headline: headline_removal(blocks[headline], block.text) for headline in headlines}
    for position in _beside(removals, weak):
        removals[position] = claim(blocks[position], weak[position].kind.rule, reason=explain(weak[position]))
    return Findings(removals=tuple(removals.values()))


def _beside(removals: Mapping[int, Removal], weak: Mapping[int, Match]) -> Iterator[int]:
    """Positions of lines that are promos beside another promo only, and have one, or another such, beside them."""
    promos = set(removals)
    for positions, step in ((sorted(weak), -1), (sorted(weak, reverse=True), 1)):
        for position in positions:
            if position not in promos and position + step in promos:
                promos.add(position)
                yield position


def headlines_under(draft: Draft, position: int, match: Match, places: Places) -> list[int] | None:
    """Positions of the headlines under a line, or line's end, at `position` that fits an entry.

    None where it is no promo after all: an embed that is to be kept, or a cue that its words leave open and nothing
    under it shows to be one.
    """
    kind = match.kind
    if kind.form != "heads":
        is_kept = kind.rule == EMBED and draft.config.keep_embeds
        return [] if kind.alone and not is_kept else None
    if not kind.alone and (position < places.begin or _is_listed(draft.blocks, position)):
        # The name of a section, over the article's own headline; or one of several lines that begin alike.
        return None
    headlines = headlines_after(draft.blocks, position, places)
    return headlines if kind.alone or _are_enough([draft.blocks[headline] for headline in headlines]) else None


def _is_listed(blocks: Sequence[Block], position: int) -> bool:
    """Whether the lines before and after begin with the same word, as items of a list do."""
    first, _, _ = blocks[position].fold.partition(" ")
    around = blocks[position - 1 : position + 2 : 2] if position else ()
    return len(around) > 1 and all(block.fold.startswith(f"{first} ") for block in around)


def _are_enough(headlines: Sequence[Block]) -> bool:
    """Whether headlines show that the line over them is a cue, where its words leave it open."""
    words = sum(headline.size for headline in headlines)
    return len(headlines) >= _ENOUGH_HEADLINES and words >= _MEAN_WORDS * len(headlines)


def headline_removal(headline: Block, cue: str) -> Removal:
    """The removal of a headline that stands under a cue line."""
    return claim(headline, "headline-block", reason=f"This is the headline of another article, under “{cue}”.")


def explain(match: Match) -> str:
    """Why a line that a lexicon entry fits is removed, for a person."""
    return f"{REASONS[match.kind.rule]} It fits “{match.phrase}”."
