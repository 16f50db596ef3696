"""Promos that have run on to the end of a paragraph, with or without a space between."""

from __future__ import annotations

import re

from ..draft import Draft, Findings
from ..model import Block, Removal, Span
from ..sentences import sentence_ends

_REACH = 320
_FIRST_WORD = re.compile(r"[\W_]*(\w+)")


def find_run_ons(draft: Draft) -> Findings:
    removals = []
    for block in draft.reader.unread(draft.blocks, "run-ons"):
        if len(block.words) < 4:
            continue
        found = _tail(draft, block)
        if found:
            start, rule, phrase = found
            removals.append(Removal(span=Span(block.span.start + start, block.span.end), rule=rule, reason=f"run-on {rule}: {phrase}", text=block.text[start:]))
    return Findings(removals=tuple(removals))


_SPACED = frozenset(("related-link", "newsletter", "follow-us", "app-promo"))


def _tail(draft: Draft, block: Block):
    text = block.text
    base = max(0, len(text) - _REACH)
    for end in sentence_ends(text[base:]):
        start = base + end
        glued = not text[start - 1].isspace()
        tail = text[start:]
        if tail[0] in "\"“„«‘「『":
            continue
        first = _FIRST_WORD.match(tail)
        if not glued and not (first and draft.reader.may_begin(first.group(1).lower())):
            continue
        words = draft.reader.fold(tail)
        match = draft.reader.match(tail)
        if match is None:
            continue
        if glued or match.entry.form == "opens" or (match.entry.rule in _SPACED and match.entry.form == "line" and len(words) >= 5):
            return start, match.entry.rule, match.phrase
    return None
