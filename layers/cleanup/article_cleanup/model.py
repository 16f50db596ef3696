"""The types that flow through a cleanup: where text stands, what goes, and what is left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets, `start` included, `end` not.

    Offsets count Unicode code points, as Python's `str` does, never bytes.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"Span({self.start}, {self.end}) is no range: give offsets with 0 <= start <= end.")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Block:
    """One non-blank line of an article: a paragraph, a headline, a label. Parts of one line have the same `index`.

    Its `text` begins at `start`, without the white space around it. `fold` is its words in the form in which blocks are
    compared, one space between them, and `size` how many they are. Blocks of one text have the same `number`.
    """

    index: int
    start: int
    text: str
    fold: str
    size: int
    number: int

    @property
    def end(self) -> int:
        """The offset at which the text ends."""
        return self.start + len(self.text)

    @property
    def span(self) -> Span:
        """Where the text stands. Made anew each time: of most blocks nobody asks it."""
        return Span(self.start, self.start + len(self.text))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the fold, made anew each time: kept, they would take ten times the memory of the text."""
        return tuple(self.fold.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One stretch of the source that the clean article does not have, and why.

    `rule` is a stable kebab-case slug, `reason` a sentence for a person, `text` what stood at `span`.
    A duplicate names what it repeats in `duplicate_of`; a rule that weighs evidence gives its `score`, 0 to 1.
    """

    span: Span
    rule: str
    reason: str
    text: str
    duplicate_of: Span | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedArticle:
    """A clean article, with all that is needed to explain it and to rebuild its source.

    `kept` are spans of the source in the order of the output, which a merged body can make another order than
    the source's. The spans of `kept` and `removals` overlap nowhere and leave out nothing but white space.
    `separators` is the white space around the kept spans in the output, `gaps` that around all spans in the source:
    each has one string before every span and one after the last.
    """

    text: str
    kept: tuple[Span, ...]
    separators: tuple[str, ...]
    removals: tuple[Removal, ...]
    gaps: tuple[str, ...]
    rules_version: str
