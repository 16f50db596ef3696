"""What is measured of cleaned texts. Every share is between 0 and 1; a gain is against leaving the text as it was."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean

from .corpora import Row

Figures = Mapping[str, float]

_SHINGLE = 4
_WORD = re.compile(r"\w+")
_TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " ", "–": "-", "—": "-", "…": "..."})


def measure(name: str, rows: Sequence[Row], texts: Sequence[str]) -> Figures:
    """The figures of the corpus `name`, whose `rows` came out as `texts`."""
    return _MEASURES[name](rows, texts)


def _defects(rows: Sequence[Row], texts: Sequence[str]) -> Figures:
    pairs = [(_lines(row["expected"]), _lines(text)) for row, text in zip(rows, texts, strict=True)]
    return {
        "documents exactly right": mean(want == got for want, got in pairs),
        "documents that lost a paragraph": mean(not set(want) <= set(got) for want, got in pairs),
    }


def _untouched(rows: Sequence[Row], texts: Sequence[str]) -> Figures:
    pairs = [(_lines(row["expected"]), _lines(text)) for row, text in zip(rows, texts, strict=True)]
    lost = sum((Counter(want) - Counter(got)).total() for want, got in pairs)
    return {
        "sound documents changed": mean(want != got for want, got in pairs),
        "sound paragraphs lost": lost / max(1, sum(len(want) for want, _ in pairs)),
    }


def _pages(rows: Sequence[Row], texts: Sequence[str]) -> Figures:
    """By corpus, averaged over the levels of noise: the gain in F1 of shingles of words."""
    cells: defaultdict[tuple[str, str], list[tuple[Row, str]]] = defaultdict(list)
    for row, text in zip(rows, texts, strict=True):
        cells[row["corpus"], row["noise"]].append((row, text))
    gains: defaultdict[str, list[float]] = defaultdict(list)
    for (corpus, _), pairs in sorted(cells.items()):
        after = _f1((row["truth"], text) for row, text in pairs)
        gains[corpus].append(after - _f1((row["truth"], row["text"]) for row, _ in pairs))
    return {f"F1 gained, {corpus}": mean(values) for corpus, values in gains.items()}


def _f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Of mean precision and mean recall over documents, of shingles of words counted as often as they stand."""
    precisions, recalls = [], []
    for truth, text in pairs:
        want, got = _shingles(truth), _shingles(text)
        common = (want & got).total()
        if got:
            precisions.append(common / got.total())
        if want:
            recalls.append(common / want.total())
    precision, recall = mean(precisions or [0.0]), mean(recalls or [0.0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _segments(rows: Sequence[Row], texts: Sequence[str]) -> Figures:
    before = _shares(rows, [row["text"] for row in rows])
    after = _shares(rows, texts)
    return {"wanted passages gained": after[0] - before[0], "unwanted passages dropped": after[1] - before[1]}


def _shares(rows: Sequence[Row], texts: Sequence[str]) -> tuple[float, float]:
    """Of the passages that must be there those that are, and of those that must not be those that are not."""
    there = wanted = absent = unwanted = 0
    for row, text in zip(rows, texts, strict=True):
        flat = _flat(text)
        there += sum(_flat(passage) in flat for passage in row["with"])
        absent += sum(_flat(passage) not in flat for passage in row["without"])
        wanted += len(row["with"])
        unwanted += len(row["without"])
    return there / max(1, wanted), absent / max(1, unwanted)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> list[str]:
    """The lines of a text as they are compared: however quotes, dashes and spaces were set."""
    return [line for raw in text.translate(_TYPOGRAPHY).split("\n") if (line := _flat(raw))]


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    ends = range(min(_SHINGLE, len(words)), len(words) + 1) if words else ()
    return Counter(tuple(words[max(0, end - _SHINGLE) : end]) for end in ends)


_MEASURES: Mapping[str, Callable[[Sequence[Row], Sequence[str]], Figures]] = {
    "defects": _defects,
    "untouched": _untouched,
    "pages": _pages,
    "segments": _segments,
}
