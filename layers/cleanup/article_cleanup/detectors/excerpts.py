"""Blocks whose text stands in another block: containers and their paragraphs, teasers, pull quotes, run-on copies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise

from ..blocks import is_item
from ..draft import Draft, Findings, claim
from ..folding import count_words, fold, fold_lines
from ..model import Block, Removal, Span
from ..reading import Reader
from ..sentences import CLOSING, OPENING, is_closed, sentence_ends, split_sentences
from .relations import nested_pairs
from .searching import SearchedText

# A teaser is cut by an ellipsis, in brackets or not.
_CUT_SHORT = re.compile(rf"(?:…|\.\.\.+|[\[(]\s*(?:…|\.\.\.)\s*[\])])[{re.escape(CLOSING)}]?$")
_STOPPED = re.compile(rf"[.!?…。！？।॥؟۔][{re.escape(CLOSING)}]*$")
_MAY_BE_CUT = ("…", "..", *CLOSING)
# In some languages what closes a quotation opens it.
_QUOTES = OPENING + "»‚"
# In how many of its last characters a block shows how it ends.
_ENDING = 12
# Shorter lines stand in longer ones by chance.
_LEAST_TEASER = 4
_LEAST_PULL_QUOTE = 5
_LEAST_PARAGRAPH = 8
_LEAST_CONTAINER = 40
# A container is made up of its paragraphs but for this; with a few of them missing, their sentences still go.
_ALL_OF_IT = 0.9
_MUCH_OF_IT = 0.5
_ENOUGH_PARAGRAPHS = 3
_LONGEST_RUN_ON = 80
_LEAST_SENTENCE = 3
# A sentence of so many words that only a container has is the article's. So many words in a row are, whatever stands
# around them: labels that ran on to a sentence are shorter.
_LEAST_OWN = 6
_LONG_OWN = 20

# A block, and another in which it stands.
_Pair = tuple[Block, Block]


class _Claims:
    """What is claimed of texts, on all blocks that have one. What is claimed once is settled."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._removals: dict[str, list[Removal]] = {}

    @cached_property
    def _same(self) -> Mapping[str, Sequence[Block]]:
        same: defaultdict[str, list[Block]] = defaultdict(list)
        for block in self._blocks:
            same[block.fold].append(block)
        return same

    def __contains__(self, block: Block) -> bool:
        return block.fold in self._removals

    def add(self, block: Block, removals_of: Callable[[Block], Iterator[Removal]]) -> None:
        if block not in self:
            removals = [removal for same in self._same[block.fold] for removal in removals_of(same)]
            if removals:
                self._removals[block.fold] = removals

    def findings(self) -> Findings:
        return Findings(removals=tuple(removal for removals in self._removals.values() for removal in removals))


def find_excerpts(draft: Draft) -> Findings:
    """Claims containers of other blocks, and of what is left teasers, pull quotes, and what ran on to a copy's end."""
    reader = draft.reader
    claims = _Claims(draft.blocks)
    pairs = _left_open(draft)
    # A part of what was compared before has no pairs that were not.
    if new := reader.unread(draft.blocks, "excerpts"):
        pairs += _pairs(draft, new, claims)
    if not pairs:
        return claims.findings()
    openings = [pair for pair in pairs if _opens(*pair)]
    # Copies of one paragraph have a neighbour in common. What has none is a paragraph and its first sentence.
    neighbours = _neighbours(draft.blocks, {block.fold for pair in openings for block in pair})
    for inner, outer in openings:
        if not neighbours[inner.fold].isdisjoint(neighbours[outer.fold]):
            claims.add(outer, partial(_run_on, inner=inner))
    introduced = _introduced(draft.blocks)
    for inner, outer in pairs:
        if outer not in claims:
            claims.add(inner, partial(_excerpt, outer=outer, introduced=introduced, reader=reader))
    # What stands beside them can be something else later. Of texts that stand twice one can go, and one be led on to.
    kept = set(introduced.values())
    unclaimed = [pair for pair in openings if pair[0] not in claims] + [pair for pair in pairs if pair[0].fold in kept]
    reader.leave_open([pair for pair in unclaimed if pair[1] not in claims], "excerpts")
    return claims.findings()


def _pairs(draft: Draft, new: Sequence[Block], claims: _Claims) -> Sequence[_Pair]:
    """Pairs of blocks of which the first stands in the second, once the containers among those are claimed.

    Those without a new block were found before.
    """
    firsts = _first_of_each(draft.blocks)
    inside = [
        (firsts[outer], [firsts[inner] for inner in inners])
        for outer, inners in _containment(firsts, draft.reader, new).items()
    ]
    for outer, inners in inside:
        claims.add(outer, partial(_container, inners=inners))
    return [(inner, outer) for outer, inners in inside if outer not in claims for inner in inners]


def _left_open(draft: Draft) -> list[_Pair]:
    """The pairs that were left open, as far as both are still there."""
    pairs = draft.reader.left_open("excerpts")
    if not pairs:
        return []
    folds = {fold for pair in pairs for fold in pair}
    firsts = {block.fold: block for block in reversed(draft.blocks) if block.fold in folds}
    return [(firsts[inner], firsts[outer]) for inner, outer in pairs if inner in firsts and outer in firsts]


def _first_of_each(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without those whose words another before them has, or, if that is cut short, after them."""
    first: dict[str, Block] = {}
    for block in blocks:
        known = first.setdefault(block.fold, block)
        if known is not block and _is_cut(known) and not _is_cut(block):
            first[block.fold] = block
    return list(first.values())


def _opens(inner: Block, outer: Block) -> bool:
    """Whether a block is a whole paragraph with which another begins, and not much less than that."""
    is_opening = inner.size >= _LEAST_PARAGRAPH and outer.fold.startswith(f"{inner.fold} ")
    return is_opening and outer.size - inner.size <= _LONGEST_RUN_ON


def _neighbours(blocks: Sequence[Block], folds: Collection[str]) -> Mapping[str, set[tuple[str, str]]]:
    """For each of some texts what stands before it and what after it, wherever it stands."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for before, after in pairwise(blocks if folds else ()):
        if before.fold in folds:
            found[before.fold].add(("after", after.fold))
        if after.fold in folds:
            found[after.fold].add(("before", before.fold))
    return found


def _containment(blocks: Sequence[Block], reader: Reader, new: Sequence[Block]) -> dict[int, list[int]]:
    """For each position, in order, those of the blocks whose words stand in it in a row.

    Left out may be those of which neither it nor any of them is new.
    """
    candidates: defaultdict[int, list[int]] = defaultdict(list)
    for inner, outer in nested_pairs(blocks, reader, _LEAST_TEASER, new):
        candidates[outer].append(inner)
    inside: dict[int, list[int]] = {}
    for outer, inners in sorted(candidates.items()):
        text = SearchedText(_key(blocks[outer]))
        found = [inner for inner in sorted(set(inners)) if _stands_in(blocks[inner], text)]
        if found:
            inside[outer] = found
    return inside


def _key(block: Block) -> str:
    return f" {block.fold} "


def _stands_in(inner: Block, outer: SearchedText) -> bool:
    if len(inner.fold) + 2 >= len(outer.text):
        return False
    # The last word of a teaser may be cut as well.
    return outer.find(f" {inner.fold}" if _is_cut(inner) else _key(inner)) >= 0


def _is_cut(block: Block) -> bool:
    text = block.text
    return text.endswith(_MAY_BE_CUT) and _CUT_SHORT.search(text, max(0, len(text) - _ENDING)) is not None


def _container(outer: Block, inners: Sequence[Block]) -> Iterator[Removal]:
    """A block that is others run together: all of it, or the sentences that those others have."""
    parts = [_key(inner) for inner in inners if not _is_cut(inner)]
    if len(parts) < 2 or outer.size < _LEAST_CONTAINER:
        return
    key = SearchedText(_key(outer))
    covered = bytearray(len(key.text))
    for part in parts:
        start = key.find(part)
        covered[start : start + len(part)] = b"\1" * len(part)
    share = covered.count(1) / len(covered)
    if share < _MUCH_OF_IT or (share < _ALL_OF_IT and len(parts) < _ENOUGH_PARAGRAPHS):
        return
    of = Span(min(inner.start for inner in inners), max(inner.end for inner in inners))
    spans = [outer.span]
    if share < _ALL_OF_IT or any(count_words(run) >= _LEAST_OWN for run in _uncovered(key.text, covered)):
        known, own = _sentences_of(outer, inners, key, covered)
        spans = known if own or share < _ALL_OF_IT else spans
    for span in spans:
        yield claim(outer, "container", span=span, duplicate_of=of)


def _uncovered(text: str, covered: bytearray) -> Iterator[str]:
    start = covered.find(0)
    while start >= 0:
        end = covered.find(1, start)
        yield text[start : end if end >= 0 else len(text)].strip()
        start = covered.find(0, end) if end >= 0 else -1


def _sentences_of(
    outer: Block, inners: Sequence[Block], key: SearchedText, covered: bytearray
) -> tuple[list[Span], list[Span]]:
    """Where the sentences of a container stand that its paragraphs have, and those that it alone has.

    A paragraph's sentence with a label that ran on to it is neither, and one that goes on for long is its own.
    """
    key.rewind()
    whole = [inner.text for inner in inners if not _is_cut(inner)]
    of_paragraphs = set(_folds([sentence for text in whole for sentence in split_sentences(text)]))
    known: list[Span] = []
    own: list[Span] = []
    start = outer.start
    sentences = split_sentences(outer.text)
    for sentence, words in zip(sentences, _folds(sentences), strict=True):
        span = Span(start, start + len(sentence))
        start = span.end
        place = key.find(f" {words} ")
        marks = covered[place + 1 : place + 1 + len(words)] if place >= 0 else bytearray()
        size = count_words(words)
        if size >= _LEAST_SENTENCE and (words in of_paragraphs or (bool(marks) and all(marks))):
            known.append(span)
        elif _has_own(words, marks) or (size >= _LEAST_OWN and is_closed(sentence.rstrip()) and not any(marks)):
            own.append(span)
    return known, own


def _has_own(words: str, marks: bytearray) -> bool:
    return any(count_words(run) >= _LONG_OWN for run in _uncovered(words, marks))


def _folds(sentences: Sequence[str]) -> list[str]:
    return [" ".join(words) for words in fold_lines(sentences)]


def _introduced(blocks: Sequence[Block]) -> Mapping[int, str]:
    """Quotations that the text leads on to, since it quotes once more what it is to speak of: starts and folds."""
    return {
        block.start: block.fold
        for before, block in pairwise(blocks)
        if before.text[-1] in ":：" and block.text[0] in _QUOTES
    }


def _excerpt(inner: Block, outer: Block, introduced: Collection[int], reader: Reader) -> Iterator[Removal]:
    """A teaser or pull quote: whole sentences of another block, but for a teaser's last, which is cut."""
    cut = _is_cut(inner)
    is_stopped = _STOPPED.search(inner.text, max(0, len(inner.text) - _ENDING))
    if not cut and (inner.start in introduced or not is_stopped or is_item(inner)):
        # Headings, cells and items of lists come again in the text below for good reasons.
        return
    if inner.size < (_LEAST_TEASER if cut else _LEAST_PULL_QUOTE):
        return
    sentences = reader.once(_sentence_key, inner)
    if (sentences.rstrip("\0") if cut else sentences) in reader.once(_sentence_key, outer):
        rule = "teaser" if cut else "pull-quote"
        yield claim(inner, rule, duplicate_of=outer.span)


def _sentence_key(_reader: Reader, block: Block) -> str:
    """The folds of a block's sentences, told apart: whole sentences of it are a part of this."""
    return "\0" + "".join(f"{words}\0" for words in _folds(split_sentences(block.text)) if words)


def _run_on(outer: Block, inner: Block) -> Iterator[Removal]:
    """What follows a whole paragraph with no space between, where a copy of that paragraph stands without it."""
    for end in sentence_ends(outer.text):
        if not outer.text[end - 1].isspace() and count_words(fold(outer.text[:end])) == inner.size:
            yield claim(outer, "run-on", span=Span(outer.start + end, outer.end))
            return
