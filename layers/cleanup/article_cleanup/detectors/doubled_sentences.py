"""Sentences that stand twice in one paragraph."""

from __future__ import annotations

from collections.abc import Iterator

from ..draft import Draft, Findings
from ..folding import fold_words
from ..model import Block, Removal, Span
from ..rules import REASONS
from ..sentences import split_sentences

_STOPS = "!?…。！？।"
_AROUND = " \"'“”‘’«»)"
# Shorter ones are repeated on purpose: chants, answers, emphasis.
_LEAST_WORDS = 7
_LEAST_CHARACTERS = 16


def find_doubled_sentences(draft: Draft) -> Findings:
    """Claims the later of two equal sentences of a paragraph."""
    return Findings(
        removals=tuple(
            removal for block in draft.reader.unread(draft.blocks, "doubled-sentences") for removal in _doubled(block)
        )
    )


def _doubled(block: Block) -> Iterator[Removal]:
    # Quick looks, before sentences are compared one by one.
    if len(set(block.words)) > len(block.words) - _LEAST_WORDS or not _may_repeat(block.text):
        return
    seen: dict[tuple[str, ...], Span] = {}
    start = block.span.start
    for sentence in split_sentences(block.text):
        span = Span(start, start + len(sentence))
        start = span.end
        words = tuple(fold_words(sentence))
        first = seen.setdefault(words, span)
        if first != span and len(words) >= _LEAST_WORDS:
            yield Removal(
                span=span,
                rule="doubled-sentence",
                reason=REASONS["doubled-sentence"],
                text=sentence,
                duplicate_of=first,
            )


def _may_repeat(text: str) -> bool:
    for stop in _STOPS:
        text = text.replace(stop, ".")
    parts = [part for part in text.split(".") if len(part) >= _LEAST_CHARACTERS]
    return len({part.strip(_AROUND) for part in parts}) < len(parts)
