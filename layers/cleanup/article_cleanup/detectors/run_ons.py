"""Promos that have run on to the end of a paragraph, with or without a space between."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..draft import Draft, Findings
from ..lexicon import RUN_ON_RULES, Match
from ..model import Block, Removal, Span
from ..phrases import SET_OFF
from ..reading import Reader
from ..sentences import sentence_ends
from .promos import explain, headline_removal, headlines_under
from .sections import Places

# How far from its end a paragraph is searched, in characters: promos are short.
_REACH = 240
_LEAST_WORDS = 4
# With a space between, a promo looks like the paragraph's last sentence. Then it must be of a kind that articles do not
# write, and not short.
_LEAST_WORDS_APART = 5
_REACH_WORDS = 42
_GLUED = re.compile(r"[.!?…。！？｡।॥؟۔][\"'”’»)\]」』）“‘]*(?=[^\s.,;:!?…%)\]}\"'”’»-])")
# Where a paragraph was cut, a label leads on ("the harbour board has … Read more").
_CUT = re.compile(r"(?:…|\.{3})[\])]?\s+(?=\S)")
_FIRST_WORD = re.compile(r"[\W_]*(\w+)")
_QUOTED = '"“„«‘「『'


@dataclass(frozen=True, slots=True)
class _Tail:
    start: int
    match: Match


def find_run_ons(draft: Draft) -> Findings:
    """Claims the ends of paragraphs, from the end of a sentence on, that would be promos as lines of their own."""
    blocks = draft.blocks
    removals: list[Removal] = []
    places = Places(blocks)
    for position, block in enumerate(blocks):
        tail = draft.reader.once(_tail, block) if len(block.words) >= _LEAST_WORDS else None
        headlines = headlines_under(draft, position, tail.match, places) if tail else None
        if tail is None or headlines is None:
            continue
        removals.append(_removal(block, tail))
        removals += [headline_removal(blocks[headline], block.text[tail.start :]) for headline in headlines]
    return Findings(removals=tuple(removals))


def _tail(reader: Reader, block: Block) -> _Tail | None:
    text = block.text
    base = max(0, len(text) - _REACH)
    cut = _last_cut(text, base)
    if not (
        cut or _GLUED.search(text, base) or SET_OFF.search(text, base) or reader.may_end(block.words[-_REACH_WORDS:])
    ):
        return None
    for end in sentence_ends(text[base:]):
        start = base + end
        is_glued = not text[start - 1].isspace()
        if text[start] in _QUOTED or not (is_glued or start == cut or _may_begin(reader, text, start)):
            continue
        tail = text[start:]
        match = reader.match(tail)
        if match and (
            is_glued
            or _is_told_apart(match, len(reader.fold(tail)))
            or (start == cut and match.entry.rule == "continue-label")
        ):
            return _Tail(start, match)
    return None


def _last_cut(text: str, base: int) -> int | None:
    """Where the text goes on after the last of its ellipses, from `base` on."""
    if "…" not in text and "..." not in text:
        return None
    return max((found.end() for found in _CUT.finditer(text, base)), default=None)


def _may_begin(reader: Reader, text: str, start: int) -> bool:
    first = _FIRST_WORD.match(text, start)
    return first is not None and reader.may_begin(first[1].lower())


def _is_told_apart(match: Match, size: int) -> bool:
    if match.entry.form == "opens":
        return True
    return match.entry.form == "line" and match.entry.rule in RUN_ON_RULES and size >= _LEAST_WORDS_APART


def _removal(block: Block, tail: _Tail) -> Removal:
    return Removal(
        span=Span(block.span.start + tail.start, block.span.end),
        rule=tail.match.entry.rule,
        reason=f"{explain(tail.match)} It ran on to the paragraph’s end.",
        text=block.text[tail.start :],
    )
