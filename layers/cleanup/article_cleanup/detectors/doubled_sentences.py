"""Sentences that stand twice in one paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..draft import Draft, Findings, claim
from ..folding import count_words, fold
from ..model import Block, Removal, Span
from ..sentences import split_sentences

_STOPS = "!?"
_STOPS_BEYOND_ASCII = f"{_STOPS}…。！？।"
_AROUND = " \"'“”‘’«»)"
# Shorter ones are repeated on purpose: chants, answers, emphasis.
_LEAST_WORDS = 7
_LEAST_CHARACTERS = 16


def find_doubled_sentences(draft: Draft) -> Findings:
    """Claims sentences that come again at once, and runs of sentences that come again, in one paragraph."""
    return Findings(
        removals=tuple(
            removal
            for block in draft.reader.unread(draft.blocks, "doubled-sentences")
            if block.size >= 2 * _LEAST_WORDS and _may_repeat(block.text)
            for removal in _doubled(block)
        )
    )


def _doubled(block: Block) -> Iterator[Removal]:
    sentences: list[tuple[Span, str]] = []
    start = block.start
    for sentence in split_sentences(block.text):
        span = Span(start, start + len(sentence))
        start = span.end
        sentences.append((span, fold(sentence)))
    for position, source in _repeats([sentence for _, sentence in sentences]):
        yield claim(block, "doubled-sentence", span=sentences[position][0], duplicate_of=sentences[source][0])


def _repeats(sentences: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Positions of sentences, given by their folds, that stand a second time, and where they stand first.

    One that comes again at once counts, a run of several that comes again, and the first that is appended as the last.
    Else what comes again is a refrain.
    """
    first: dict[str, int] = {}
    sources = [first.setdefault(sentence, position) for position, sentence in enumerate(sentences)]
    for position, source in enumerate(sources):
        if source == position or count_words(sentences[position]) < _LEAST_WORDS:
            continue
        follows = position > 0 and sources[position - 1] == source - 1 and source > 0
        goes_on = position + 1 < len(sources) and sources[position + 1] == source + 1 < position
        is_appended = source == 0 and position == len(sources) - 1
        if sources[position - 1] == source or follows or goes_on or is_appended:
            yield position, source


def _may_repeat(text: str) -> bool:
    """A quick look, before sentences are compared one by one."""
    for stop in _STOPS if text.isascii() else _STOPS_BEYOND_ASCII:
        text = text.replace(stop, ".")
    parts = [part for part in text.split(".") if len(part) >= _LEAST_CHARACTERS]
    return len(parts) > 1 and len({part.strip(_AROUND) for part in parts}) < len(parts)
