"""An article marked up: its source with what was removed in its place, and the clean article in its order.

Articles are strangers' text. All of it is escaped here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from types import MappingProxyType

from article_cleanup import CleanedArticle, Removal, Span

# Kinds of rules that look alike on the page, by the names of their styles, and what a person calls them.
KINDS: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "repeat": (
            "Repeats",
            frozenset(
                {"container", "doubled-sentence", "duplicate", "near-duplicate", "pull-quote", "run-on", "teaser"}
            ),
        ),
        "embed": ("Embedded posts", frozenset({"embedded-post"})),
        "headline": ("Other articles", frozenset({"headline-block", "related-link", "table-of-contents"})),
        "promo": (
            "Promos",
            frozenset(
                {"affiliate-note", "app-promo", "comments", "contact-line", "donation", "follow-us", "newsletter"}
                | {"share-bar", "site-promo", "subscription"}
            ),
        ),
        "page": ("Parts of the page", frozenset()),  # and all that is in no other kind
    }
)
# What HTML has no place for. It is shown as a sign that something was there.
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# A phrase's choices after the second: `(sign up|signup|subscribe|opt in)`.
_MORE_CHOICES = re.compile(r"\(([^()|]*\|[^()|]*)\|[^()]*\)")


def kind_of(rule: str) -> str:
    """The kind of a rule, as the page's styles name it."""
    return next((kind for kind, (_, rules) in KINDS.items() if rule in rules), "page")


def in_brief(reason: str) -> str:
    """A reason as a person is shown it: of the phrase that it quotes, two of several choices. Reports have them all."""
    return _MORE_CHOICES.sub(r"(\1|…)", reason)


def escaped(text: str) -> str:
    """Text as HTML shows it."""
    return escape(_NOT_IN_HTML.sub("�", text))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one line that is in no part otherwise than in another."""

    span: Span
    removal: int | None  # its place among the article's removals
    kept: int | None  # its place in the clean article, counted from 1


class MarkedArticle:
    """The source's text, cut where anything begins or ends that the page marks.

    Where a page shows several, their removals are counted on, from `first`, and all else that links lead to has a
    `prefix` that tells them apart.
    """

    def __init__(self, text: str, cleaned: CleanedArticle, *, first: int = 1, prefix: str = "") -> None:
        self._first = first
        self._prefix = prefix
        self._text = text
        self._removals = cleaned.removals
        self._kept = cleaned.kept
        self._moved = _moved(cleaned.kept)
        # What is repeated elsewhere, once each, however many repeats of it there are.
        spots = sorted({removal.duplicate_of for removal in cleaned.removals if removal.duplicate_of})
        self._spots = {spot: f"{prefix}s{number}" for number, spot in enumerate(spots, start=1)}
        self._repeats: dict[Span, list[int]] = {spot: [] for spot in spots}
        for number, removal in enumerate(cleaned.removals, start=first):
            if removal.duplicate_of:
                self._repeats[removal.duplicate_of].append(number)

    def marked(self) -> str:
        """All lines of the source, each as a paragraph."""
        spots = sorted(self._spots)
        waiting, active = 0, list[Span]()
        paragraphs = []
        for line in self._lines():
            shown = []
            for piece in line:
                active = [spot for spot in active if spot.end > piece.span.start]
                begun = waiting
                while waiting < len(spots) and spots[waiting].start <= piece.span.start:
                    active.append(spots[waiting])
                    waiting += 1
                shown.append(self._show(piece, active, spots[begun:waiting]))
            paragraphs.append(f'<p dir="auto">{"".join(shown)}</p>')
        return "\n".join(paragraphs)

    def in_order(self) -> str:
        """The clean article in its order, with links to where each stretch stands in the source."""
        if not self._kept:
            return ""
        stretches = []
        for place, span in enumerate(self._kept, start=1):
            lines = [line for line in span.of(self._text).splitlines() if line.strip()]
            where = f"{self._prefix}k{place}"
            link = (
                f'<a class="order" lang="en" dir="ltr" href="#{where}" aria-label="{_ordinal(place)}, in the source">'
                f"{_ordinal(place)}</a>"
            )
            for number, line in enumerate(lines):
                content = escaped(line)
                shown = f"<ins>{content}</ins>" if place in self._moved else content
                stretches.append(f'<p dir="auto">{link if number == 0 and self._moved else ""}{shown}</p>')
        is_merged = " open" if self._moved else ""
        about = (
            "<p>Copies of the body were merged. Above, each stretch says as which it comes here. What is underlined "
            "stood elsewhere in the source.</p>"
            if self._moved
            else ""
        )
        return (
            f'<details{is_merged}><summary>The clean article</summary>{about}<div class="text" lang="">\n'
            + "\n".join(stretches)
            + "\n</div></details>"
        )

    def _lines(self) -> Iterator[list[_Piece]]:
        """The pieces of each line that is not blank."""
        starts = {span.start: place for place, span in enumerate(self._kept, start=1)}
        edges = sorted(
            {edge for removal in self._removals for edge in (removal.span.start, removal.span.end)}
            | {edge for span in (*self._kept, *self._spots) for edge in (span.start, span.end)}
        )
        removed = [removal.span for removal in self._removals]
        ends = [span.end for span in removed]
        position = 0
        for line in self._text.splitlines(keepends=True):
            start, position = position, position + len(line)
            if not line.strip():
                continue
            start += len(line) - len(line.lstrip())
            end = start + len(line.strip())
            cuts = [start, *edges[bisect_left(edges, start + 1) : bisect_left(edges, end)], end]
            pieces = []
            for first, last in pairwise(cuts):
                number = bisect_left(ends, first + 1)
                is_removed = number < len(removed) and removed[number].start <= first
                pieces.append(_Piece(Span(first, last), number if is_removed else None, starts.get(first)))
            yield pieces

    def _show(self, piece: _Piece, active: Sequence[Span], begun: Sequence[Span]) -> str:
        content = escaped(piece.span.of(self._text))
        for spot in begun:
            content = f'<span id="{self._spots[spot]}">{content}</span>'
        data = f' data-spots="{" ".join(self._spots[spot] for spot in active)}"' if active else ""
        if piece.removal is None:
            shown = f"<span{data}>{content}</span>" if data else content
            if piece.kept is not None:
                shown = self._place(piece.kept) + shown
        else:
            shown = self._show_removed(piece, piece.removal, content, data)
        ended = [number for spot in active if spot.end == piece.span.end for number in self._repeats[spot]]
        return shown + (self._copies(ended) if ended else "")

    def _place(self, place: int) -> str:
        if not self._moved:
            return ""
        return f'<span class="order" id="{self._prefix}k{place}" lang="en" dir="ltr">comes {_ordinal(place)}</span>'

    def _copies(self, numbers: Iterable[int]) -> str:
        links = ", ".join(f'<a href="#r{number}" data-removal="{number}">removal {number}</a>' for number in numbers)
        return f' <span class="copies" lang="en" dir="ltr">repeated: {links}</span>'

    def _show_removed(self, piece: _Piece, index: int, content: str, data: str) -> str:
        removal = self._removals[index]
        number = self._first + index
        kind = kind_of(removal.rule)
        spot = f' data-spot="{self._spots[removal.duplicate_of]}"' if removal.duplicate_of else ""
        begins = piece.span.start == removal.span.start
        name = f' id="r{number}" tabindex="-1" aria-describedby="n{number}"' if begins else ""
        shown = f'<del class="{kind}"{name} data-removal="{number}"{spot}{data}>{content}</del>'
        return shown + (self._note(number, removal, kind) if piece.span.end == removal.span.end else "")

    def _note(self, number: int, removal: Removal, kind: str) -> str:
        where = ""
        if removal.duplicate_of:
            spot = self._spots[removal.duplicate_of]
            where = f' <a href="#{spot}" data-removal="{number}">Show where it stands</a>'
        return (
            f'<span class="note {kind}" id="n{number}" lang="en" dir="ltr"><span class="number">{number}</span>'
            f"<b>{escaped(removal.rule)}</b> {escaped(in_brief(removal.reason))}{where}</span>"
        )


def _ordinal(number: int) -> str:
    """A place in an order, which no removal's number is taken for."""
    suffixes = {1: "st", 2: "nd", 3: "rd"}
    return f"{number:,}{'th' if number // 10 % 10 == 1 else suffixes.get(number % 10, 'th')}"


def _moved(kept: Sequence[Span]) -> frozenset[int]:
    """The places in the clean article of what came there from elsewhere, if as little as can be did."""
    # The longest increasing subsequence stays; the others have moved.
    tails: list[int] = []
    starts: list[int] = []
    before: list[int] = []
    for index, span in enumerate(kept):
        place = bisect_left(starts, span.start)
        before.append(tails[place - 1] if place else -1)
        tails[place : place + 1] = [index]
        starts[place : place + 1] = [span.start]
    stays = set()
    index = tails[-1] if tails else -1
    while index >= 0:
        stays.add(index)
        index = before[index]
    return frozenset(place for place in range(1, len(kept) + 1) if place - 1 not in stays)
