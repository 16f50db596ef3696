"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, pairwise
from typing import TypeVar

from ..model import Block
from ..reading import Reader

Term = TypeVar("Term", bound=Hashable)

# More blocks than this that share a long word are a table or a list, whose rows are no copies of each other; the bound
# keeps the comparison linear in the length of the article.
_MOST_PEERS = 20
# And of those that share two long words, so many are compared with each.
_MOST_NEAR = 8
# Python sorts numbers of up to 30 bits much quicker than larger ones.
_SMALL = (1 << 30) - 1
_SORTED_TOGETHER = 100_000
# With more blocks than this no word is rare enough: to look for pieces is quicker then (measured).
_MANY = 800
# How frequent the letters are at which the blocks of a book are cut: the more frequent, the longer it takes, and the
# more of the short ones have a piece.
_SHARES = (0.04, 0.1, 0.1, 0.1)
_LEAST_MARKS = 2
_SAMPLED = 30
_LOOKED_AT = 6
_SHORTEST_PIECE, _LONG_PIECE = 6, 12
_LEAST_WITHOUT_PIECE = 40


def near_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(earlier, later)` of blocks of `least_words` or more that might be near-duplicates.

    They have two probes in common: one is chance.
    """
    # Numbers take little memory, and those that come once, as most do, are not kept.
    signatures = array("I")
    ends = array("I")
    for block in blocks:
        if block.size >= least_words:
            signatures.extend([hash(pair) & _SMALL for pair in _pairs(reader.probes(block))])
        ends.append(len(signatures))
    latest: dict[int, list[int]] = {signature: [] for signature in _repeated(signatures)}
    if not latest:
        return
    for position, (start, end) in enumerate(pairwise(chain((0,), ends))):
        peers = [latest[signature] for signature in signatures[start:end] if signature in latest]
        if not peers:
            continue
        for earlier in sorted({peer for positions in peers for peer in positions}):
            yield earlier, position
        for positions in peers:
            positions.append(position)
            del positions[:-_MOST_NEAR]


def _repeated(numbers: Sequence[int]) -> Iterator[int]:
    """Those of the numbers that come more than once. In order they take less memory than counted, and less in parts."""
    parts = 1 + len(numbers) // _SORTED_TOGETHER
    for part in range(parts):
        ordered = [number for number in numbers if number % parts == part] if parts > 1 else list(numbers)
        ordered.sort()
        yield from (number for number, following in pairwise(ordered) if number == following)


def _pairs(probes: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return combinations(sorted(probes), 2) if len(probes) > 1 else (tuple(probes),)


def nested_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(inner, outer)` of blocks of which the first might stand in the second.

    `inner` has `least_words` or more.
    """
    inners = (position for position, block in enumerate(blocks) if block.size >= least_words)
    meetings = _meetings if len(blocks) <= _MANY else _meetings_in_book
    for inner, outer in meetings(blocks, inners, reader):
        if blocks[inner].size <= blocks[outer].size and reader.probes(blocks[inner])[-1] in blocks[outer].fold:
            yield inner, outer


def _meetings(blocks: Sequence[Block], inners: Iterable[int], reader: Reader) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second has the best probe of the first: long words are rare in an article."""
    known: defaultdict[str, list[int]] = defaultdict(list)
    for inner in inners:
        known[reader.probes(blocks[inner])[0]].append(inner)
    return _found(known, map(reader.terms, blocks))


def _meetings_in_book(blocks: Sequence[Block], inners: Iterable[int], reader: Reader) -> Iterator[tuple[int, int]]:
    """The same for many blocks, among which no term is rare: they meet by what tells more."""
    spaced: list[int] = []
    unspaced: list[int] = []
    for inner in inners:
        (unspaced if reader.is_unspaced(blocks[inner]) else spaced).append(inner)
    if spaced:
        yield from _meetings_by_pieces(blocks, spaced)
    if unspaced:
        yield from _meetings_by_neighbours(blocks, unspaced, reader)


def _meetings_by_neighbours(
    blocks: Sequence[Block], inners: Iterable[int], reader: Reader
) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second has the best probe of the first and the term before that, or after."""
    known: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for inner in inners:
        terms = [*reader.terms(blocks[inner]), ""]
        place = max(terms.index(reader.probes(blocks[inner])[0]), 1)
        known[terms[place - 1], terms[place]].append(inner)
    return _found(known, (pairwise(reader.terms(block) if reader.is_unspaced(block) else ()) for block in blocks))


def _meetings_by_pieces(blocks: Sequence[Block], inners: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second has a piece of the first.

    Folds are cut wherever a letter stands, so that a text is cut alike in whatever it stands. Blocks without a whole
    piece are cut again, at another letter. The shortest of those that still have none stand in others by chance.
    """
    marks: list[str] = []
    for share in _SHARES:
        sample = "".join([blocks[inner].fold for inner in inners[:: 1 + len(inners) // _SAMPLED]])
        marks.append(_mark(sample, share, marks))
        known: defaultdict[str, list[int]] = defaultdict(list)
        left: list[int] = []
        for inner in inners:
            piece = _piece(blocks[inner].fold, marks[-1])
            peers = known[piece] if piece else left
            if peers is left or len(peers) <= _MOST_PEERS:
                peers.append(inner)
        inners = left
        yield from _found(known, (block.fold.split(marks[-1]) for block in blocks))
        if len(marks) >= _LEAST_MARKS and not any(blocks[inner].size >= _LEAST_WITHOUT_PIECE for inner in inners):
            return


def _found(known: Mapping[Term, Sequence[int]], terms: Iterable[Iterable[Term]]) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of the positions that are known by a term, and others of which the `terms` have it."""
    for outer, terms_of_outer in enumerate(terms):
        # Most blocks share their own term with themselves, and nothing with others.
        for term in known.keys() & terms_of_outer:
            if len(known[term]) <= _MOST_PEERS:
                for inner in known[term]:
                    if inner != outer:
                        yield inner, outer


def _mark(folds: str, share: float, taken: Collection[str]) -> str:
    """The letter of which the share among the letters of `folds` is next to `share`."""
    letters = folds.replace(" ", "")
    others = sorted(set(letters).difference(taken))
    return min(others, key=lambda letter: abs(letters.count(letter) - share * len(letters)), default=" ")


def _piece(fold: str, mark: str) -> str:
    """The first piece between two marks that tells much, or else the longest. Nothing where none tells anything."""
    pieces = fold.split(mark, _LOOKED_AT)[1:-1]
    if pieces and len(pieces[0]) >= _LONG_PIECE:
        return pieces[0]
    piece = max(pieces, key=len, default="")
    return piece if len(piece) >= _SHORTEST_PIECE else ""
