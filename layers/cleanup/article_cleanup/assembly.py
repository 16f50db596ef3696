"""Putting a clean article together from what detectors found, and taking it apart again.

`assemble` is the one place where text is left out. Detectors only claim; here their claims are made into spans that
overlap nowhere, what nobody claimed is kept, and every character of white space is accounted for, so that `restore`
can undo it all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import attrgetter

from .blocks import in_order, subtract
from .folding import has_any
from .model import Block, CleanedArticle, Removal, Span

_START = attrgetter("start")
_CLAIM_START = attrgetter("span.start")
_NEWLINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029](?:(?<=\r)\n)?")
_NO_SPACE = re.compile(r"\S")
_SHORT = 100
# Scripts that are written without spaces between sentences: kana, Han, and their full-width punctuation.
_UNSPACED = (("\u3000", "\u30ff"), ("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\uff00", "\uffef"))


def assemble(
    text: str,
    blocks: Sequence[Block],
    claims: Iterable[Removal],
    order: Sequence[int] | None = None,
    *,
    rules_version: str,
) -> CleanedArticle:
    """The article that is left of `text` when the claimed spans are gone.

    Where claims overlap, the earlier in `claims` wins and the later keeps what is left of it. `order` gives the
    indexes of `blocks` in reading order, where that is not the order of the source.
    """
    removals = tuple(_redirected(_settle(text, claims)))
    left = subtract(blocks, [removal.span for removal in removals], _unread)
    kept = _coalesce(text, left if order is None else in_order(left, order))
    separators = _separators(text, kept, changed=bool(removals))
    is_as_it_was = not removals and order is None
    return CleanedArticle(
        text=text if is_as_it_was else _interleave(text, kept, separators),
        kept=kept,
        separators=separators,
        removals=removals,
        gaps=_gaps(text, kept, removals),
        rules_version=rules_version,
    )


def compose(text: str, first: CleanedArticle, second: CleanedArticle) -> CleanedArticle:
    """One article of two cleanups: `first` of `text`, and `second` of what `first` made of it."""
    origins = _origins(first)
    kept: list[Span] = []
    separators: list[str] = []
    position = end = 0
    for span, separator in zip(second.kept, second.separators, strict=False):
        position += len(separator)
        for start, origin in _traced(origins, span):
            at = position + start - span.start
            kept.append(origin)
            separators.append(second.text[end:at])
            end = at + len(origin)
        position += len(span)
    separators.append(second.text[end:])
    later = [
        replace(
            removal,
            span=origin,
            text=origin.of(text),
            duplicate_of=removal.duplicate_of and next((o for _, o in _traced(origins, removal.duplicate_of)), None),
        )
        for removal in second.removals
        for _, origin in _traced(origins, removal.span)
    ]
    removals = tuple(_redirected(sorted((*first.removals, *later), key=_CLAIM_START)))
    return CleanedArticle(
        text=second.text,
        kept=tuple(kept),
        separators=tuple(separators),
        removals=removals,
        gaps=_gaps(text, kept, removals),
        rules_version=second.rules_version,
    )


def _redirected(removals: Sequence[Removal]) -> Iterator[Removal]:
    """The removals, none of which stands for what has gone itself, if that stands for something else."""
    instead = {removal.span: removal.duplicate_of for removal in removals if removal.duplicate_of}
    for removal in removals:
        met = {removal.span}
        kept = removal.duplicate_of
        while kept in instead and kept not in met:
            met.add(kept)
            kept = instead[kept]
        yield removal if kept == removal.duplicate_of or kept in met else replace(removal, duplicate_of=kept)


def _origins(article: CleanedArticle) -> list[tuple[int, Span]]:
    """For each kept span where it begins in the clean text."""
    origins = []
    position = 0
    for span, separator in zip(article.kept, article.separators, strict=False):
        position += len(separator)
        origins.append((position, span))
        position += len(span)
    return origins


def _traced(origins: Sequence[tuple[int, Span]], span: Span) -> Iterator[tuple[int, Span]]:
    """The parts of a span of the clean text: where each begins there, and where it stands in the source."""
    index = max(bisect_right(origins, span.start, key=lambda origin: origin[0]) - 1, 0)
    # Not a slice: that would copy all that follows for every span.
    for start, origin in map(origins.__getitem__, range(index, len(origins))):
        if start >= span.end:
            break
        first, last = max(start, span.start), min(start + len(origin), span.end)
        if first < last:
            yield first, Span(origin.start + first - start, origin.start + last - start)


def restore(article: CleanedArticle) -> str:
    """The source text that `article` was made from, character for character.

    Raises `ValueError` when the parts do not belong together, as when the clean text was edited afterwards.
    """
    if len(article.separators) != len(article.kept) + 1:
        raise ValueError("The report does not fit itself: it needs one separator more than kept spans.")
    pieces: dict[Span, str] = {removal.span: removal.text for removal in article.removals}
    position = len(article.separators[0])
    for span, separator in zip(article.kept, article.separators[1:], strict=True):
        pieces[span] = article.text[position : position + len(span)]
        position += len(span) + len(separator)
    if position != len(article.text):
        raise ValueError(
            f"The clean text has {len(article.text)} characters and its report speaks of {position}: "
            "restore needs the text as it was written, and its own report."
        )
    spans = sorted(pieces)
    if len(article.gaps) != len(spans) + 1:
        raise ValueError("The report does not fit itself: it needs one gap more than kept and removed spans.")
    return "".join(gap + pieces[span] for gap, span in zip(article.gaps, spans, strict=False)) + article.gaps[-1]


def _unread(index: int, start: int, text: str) -> Block:
    return Block(index, start, text, fold="", size=0, number=-1)


def _settle(text: str, claims: Iterable[Removal]) -> tuple[Removal, ...]:
    """Claims as removals in the order of the source, trimmed of white space, none overlapping another."""
    claims = tuple(claims)
    ordered = sorted(claims, key=_CLAIM_START)
    if any(later.span.start < earlier.span.end for earlier, later in pairwise(ordered)):
        ordered = sorted(_parted(claims, len(text)), key=_CLAIM_START)
    settled = []
    for claim in ordered:
        span = _trim(text, claim.span)
        if span:
            exact = span is claim.span and len(claim.text) == len(span)
            settled.append(claim if exact else replace(claim, span=span, text=span.of(text)))
    return tuple(settled)


def _parted(claims: Iterable[Removal], size: int) -> Iterator[Removal]:
    """The claims without what an earlier one has claimed."""
    taken = bytearray(size)
    for claim in claims:
        for span in _free_runs(claim.span, taken):
            taken[span.start : span.end] = b"\1" * len(span)
            yield replace(claim, span=span)


def _free_runs(span: Span, taken: bytearray) -> Iterable[Span]:
    position = span.start
    while (start := taken.find(0, position, span.end)) >= 0:
        end = taken.find(1, start, span.end)
        position = span.end if end < 0 else end
        yield Span(start, position)


def _trim(text: str, span: Span) -> Span | None:
    if span and not text[span.start].isspace() and not text[span.end - 1].isspace():
        return span
    content = span.of(text)
    stripped = content.strip()
    if not stripped:
        return None
    start = span.start + len(content) - len(content.lstrip())
    return Span(start, start + len(stripped))


def _coalesce(text: str, blocks: Iterable[Block]) -> tuple[Span, ...]:
    """Where blocks stand. Those that follow each other in source and output alike, with nothing between, become one."""
    runs: list[Span] = []
    start = end = -1
    for block in blocks:
        if end < 0:
            start = block.start
        elif end > block.start or not _is_blank(text, end, block.start):
            runs.append(Span(start, end))
            start = block.start
        end = block.start + len(block.text)
    return (*runs, Span(start, end)) if end >= 0 else ()


def _is_blank(text: str, start: int, end: int) -> bool:
    """Whether there is only white space. Between two copies lies much of a book: that is not copied to look at it."""
    return not (text[start:end].strip() if end - start < _SHORT else _NO_SPACE.search(text, start, end))


def _separators(text: str, kept: Sequence[Span], *, changed: bool) -> tuple[str, ...]:
    """White space to stand before each kept span, and after the last: the source's own wherever it has any."""
    if not kept:
        return ("",) if changed else (text,)
    newline = found.group() if (found := _NEWLINE.search(text)) else "\n"
    leading = _space_before(text, kept[0].start)
    leading = leading if kept[0].start == len(leading) else ""
    trailing = _space_after(text, max(span.end for span in kept))
    if changed and not _NEWLINE.search(trailing):
        trailing = newline
    return (leading, *(_between(text, a, b, newline) for a, b in pairwise(kept)), trailing)


def _between(text: str, before: Span, after: Span, newline: str) -> str:
    """The stronger break of the two that stand in the source where the spans were cut apart."""
    ends, starts = _space_after(text, before.end), _space_before(text, after.start)
    breaks = starts if starts == ends else max(starts, ends, key=lambda space: len(_NEWLINE.findall(space)))
    if _NEWLINE.search(breaks):
        # A Markdown line means something else when it loses its indent.
        return breaks[: _last_newline(breaks)] + starts[_last_newline(starts) :] if starts != breaks else breaks
    if before.end > after.start or _NEWLINE.search(text, before.end, after.start):
        return newline
    if starts or ends or has_any(text[before.end - 1] + text[after.start], _UNSPACED):
        return starts or ends
    return " "


def _last_newline(space: str) -> int:
    return max((found.end() for found in _NEWLINE.finditer(space)), default=len(space))


def _space_before(text: str, position: int) -> str:
    start = position
    while start and text[start - 1].isspace():
        start -= 1
    return text[start:position]


def _space_after(text: str, position: int) -> str:
    end = position
    while end < len(text) and text[end].isspace():
        end += 1
    return text[position:end]


def _interleave(text: str, kept: Sequence[Span], separators: Sequence[str]) -> str:
    parts = [separators[0]]
    for span, separator in zip(kept, separators[1:], strict=True):
        parts += (span.of(text), separator)
    return "".join(parts)


def _gaps(text: str, kept: Iterable[Span], removals: Iterable[Removal]) -> tuple[str, ...]:
    """The white space of the source around all that is kept or removed."""
    spans = sorted([*kept, *[removal.span for removal in removals]], key=_START)
    starts = [span.start for span in spans]
    ends = [span.end for span in spans]
    return tuple([text[start:end] for start, end in zip([0, *ends], [*starts, len(text)], strict=True)])
