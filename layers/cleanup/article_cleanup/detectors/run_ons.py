"""Promos that have run on to the end of a paragraph, with or without a space between."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..draft import Draft, Findings, claim
from ..folding import fold_words
from ..lexicon import RUN_ON_RULES, Match
from ..model import Block, Removal, Span
from ..reading import Reader
from ..sentences import OPENING, sentence_ends
from .promos import explain, headline_removal, headlines_under
from .sections import Places

# How far from its end a paragraph is searched, in characters: promos are short.
_REACH = 240
_LEAST_WORDS = 4
# With a space between, a promo looks like the paragraph's last sentence. Then it must be of a kind that articles do not
# write, and not short.
_LEAST_WORDS_APART = 5
# Where a paragraph was cut, a label leads on ("the harbour board has … Read more").
_CUT = re.compile(r"(?:…|\.{3})[\])]?\s+(?=\S)")
_FIRST_WORD = re.compile(r"[\W_]*(\w+)")


@dataclass(frozen=True, slots=True)
class _Tail:
    start: int
    end: int
    match: Match


def find_run_ons(draft: Draft) -> Findings:
    """Claims the ends of paragraphs, from the end of a sentence on, that would be promos as lines of their own."""
    blocks = draft.blocks
    removals: list[Removal] = []
    places = Places(blocks)
    tails_of = draft.reader.each(_tails, blocks)
    for position, (block, tails) in enumerate(zip(blocks, tails_of, strict=True)):
        for tail in tails:
            headlines = headlines_under(draft, position, tail.match, places)
            if headlines is None:
                break
            removals.append(_removal(block, tail))
            if tail.end == len(block.text):
                removals += [headline_removal(blocks[headline], removals[-1].text) for headline in headlines]
    return Findings(removals=tuple(removals))


def _tails(reader: Reader, block: Block) -> tuple[_Tail, ...]:
    """Promos at the end of a paragraph, the last one first, each at the end of what is left without the one before."""
    tails: list[_Tail] = []
    end, size = len(block.text), block.size
    while size >= _LEAST_WORDS and (tail := _tail(reader, block.text, end)):
        tails.append(tail)
        base = max(0, tail.start - _REACH)
        before = block.text[base : tail.start].rstrip()
        end, size = base + len(before), len(fold_words(before))
    return tuple(tails)


def _tail(reader: Reader, text: str, end: int) -> _Tail | None:
    base = max(0, end - _REACH)
    reached = text[base:end]
    cut = _last_cut(text, base, end) if "…" in reached or "..." in reached else None
    for sentence_end in sentence_ends(reached):
        start = base + sentence_end
        is_glued = not text[start - 1].isspace()
        if text[start] in OPENING or not (is_glued or start == cut or _may_begin(reader, text, start)):
            continue
        tail = text[start:end]
        match = reader.match_part(tail)
        if match is None:
            continue
        leads_on = start == cut and match.kind.rule == "continue-label"
        if is_glued or leads_on or _is_told_apart(match, len(fold_words(tail))):
            return _Tail(start, end, match)
    return None


def _last_cut(text: str, base: int, end: int) -> int | None:
    """Where the text goes on after the last of its ellipses from `base` to `end`."""
    return max((found.end() for found in _CUT.finditer(text, base, end)), default=None)


def _may_begin(reader: Reader, text: str, start: int) -> bool:
    first = _FIRST_WORD.match(text, start)
    return first is not None and reader.may_begin(first[1].lower())


def _is_told_apart(match: Match, size: int) -> bool:
    if match.kind.form == "opens":
        return True
    return match.kind.form == "line" and match.kind.rule in RUN_ON_RULES and size >= _LEAST_WORDS_APART


def _removal(block: Block, tail: _Tail) -> Removal:
    return claim(
        block,
        tail.match.kind.rule,
        span=Span(block.start + tail.start, block.start + tail.end),
        reason=f"{explain(tail.match)} It ran on to the paragraph’s end.",
    )
