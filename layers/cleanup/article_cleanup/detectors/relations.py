"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import Generic, NamedTuple, TypeVar

from ..folding import plain
from ..model import Block
from ..reading import Reader, shingles, unspaced

Term = TypeVar("Term", bound=Hashable)

# More blocks than this that share a long word are a table or a list, whose rows are no copies of each other; the bound
# keeps the comparison linear in the length of the article.
_MOST_PEERS = 20
# And of those that share two long words, so many are compared with each.
_MOST_NEAR = 8
_SORTED_TOGETHER = 100_000
# With more blocks than this no word is rare enough.
_MANY = 200
# How frequent the letter is at which the blocks of a book are cut: the more frequent, the longer it takes, and the more
# of the short ones have a piece.
_SHARE = 0.06
_MOST_MARKS = 4
_SAMPLED, _SAMPLED_OF_EACH = 30, 150
_LOOKED_AT = 6
_SHORTEST_PIECE, _LONG_PIECE = 6, 12
# Blocks of so many words have a piece but for chance; if more than a few have none, they are of another script.
_LONG, _MOST_WITHOUT = 20, 0.02
_OPENING = 12
# So few blocks are looked for in each of all the others, and each of those in so few.
_FEW, _SMALL_SHARE = 20, 8
_LONG_OUTER = 1_000
# What can stand before an opening, quotes being stops by then, and after what is cut.
_BEFORE, _CUT = ". ([])*+-–—•…'»«›‹„", ". [(])"
# In a script without spaces so many characters tell as much as two words do.
_RUN = 5


class _Known(NamedTuple, Generic[Term]):
    """Positions by the keys that they are known by: the first that has a key, and of a few keys the others."""

    first: Mapping[Term, int]
    others: Mapping[Term, Sequence[int]]


def near_peers(blocks: Sequence[Block], reader: Reader) -> Iterator[tuple[int, set[int]]]:
    """Positions of blocks, each with those before it of which it might be a near-duplicate: they share a signature."""
    # Numbers take little memory, and those that come once, as most do, are not kept.
    signatures = array("I")
    ends = array("I")
    for block in blocks:
        signatures.extend(reader.signatures(block))
        ends.append(len(signatures))
    latest: dict[int, list[int]] = {signature: [] for signature in _repeated(signatures)}
    if not latest:
        return
    for position, (start, end) in enumerate(pairwise(chain((0,), ends))):
        peers = [latest[signature] for signature in signatures[start:end] if signature in latest]
        if not peers:
            continue
        if any(peers):
            yield position, set(chain.from_iterable(peers))
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


def nested_pairs(
    blocks: Sequence[Block], reader: Reader, least_words: int, new: Sequence[Block]
) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(inner, outer)` of blocks of which the first might stand in the second.

    `inner` has `least_words` or more. All pairs of an outer come that is new, or has a new one in it; of others, they
    may.
    """
    inners = (position for position, block in enumerate(blocks) if block.size >= least_words)
    outers = _few_outers(blocks, new, least_words)
    if outers is not None:
        pairs = _meetings_of_few(blocks, list(inners), outers)
    elif len(blocks) <= _MANY:
        pairs = _meetings(blocks, inners, reader)
    else:
        pairs = _meetings_in_book(blocks, inners, reader)
    for inner, outer in pairs:
        if blocks[inner].size > blocks[outer].size:
            continue
        # In a long block nothing is looked for here: most of what might be in it is, each part after the one before.
        fold, place = blocks[inner].fold, blocks[outer].fold
        if blocks[outer].size > _LONG_OUTER or (fold[:_OPENING] in place and fold in place):
            yield inner, outer


def _few_outers(blocks: Sequence[Block], new: Sequence[Block], least_words: int) -> Sequence[int] | None:
    """Positions of the blocks that are new or have a new one in them. None where it would take long to look for more.

    Many are new at first; and in a block as long as a book, nothing can be looked for quickly.
    """
    if len(new) > min(_FEW, len(blocks) // _SMALL_SHARE) or any(block.size > _LONG_OUTER for block in blocks):
        return None
    folds = {block.fold for block in new if block.size >= least_words}
    outers = [position for position, block in enumerate(blocks) if any(fold in block.fold for fold in folds)]
    return outers if len(outers) <= _FEW else None


def _meetings_of_few(
    blocks: Sequence[Block], inners: Sequence[int], outers: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second begins like the first anywhere: of few it is no matter to look."""
    for outer in outers:
        place = blocks[outer].fold
        yield from ((i, outer) for i in inners if i != outer and blocks[i].fold[:_OPENING] in place)


def _meetings(blocks: Sequence[Block], inners: Iterable[int], reader: Reader) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second has the best probe of the first: long words are rare in an article."""
    known, _ = _known(blocks, inners, lambda block: reader.probes(block)[0])
    return _found(known, map(reader.terms, blocks))


def _meetings_in_book(blocks: Sequence[Block], inners: Iterable[int], reader: Reader) -> Iterator[tuple[int, int]]:
    """The same for many blocks, among which no term is rare: they meet by what tells more."""
    by_pieces: list[int] = []
    by_runs: list[int] = []
    for inner in inners:
        (by_runs if reader.is_unspaced(blocks[inner]) else by_pieces).append(inner)
    if by_pieces:
        yield from _meetings_by_pieces(blocks, by_pieces)
    if by_runs:
        yield from _meetings_by_runs(blocks, by_runs, reader)


def _meetings_by_runs(blocks: Sequence[Block], inners: Iterable[int], reader: Reader) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second has the best probe of the first and the character before that."""
    known, _ = _known(blocks, inners, partial(_run, reader))
    return _found(known, (shingles(unspaced(b.fold), _RUN) if reader.is_unspaced(b) else () for b in blocks))


def _run(reader: Reader, block: Block) -> str:
    text = unspaced(block.fold)
    start = max(text.find(reader.probes(block)[0]) - 1, 0)
    return text[start : start + _RUN] if len(text) >= _RUN else ""


def _meetings_by_pieces(blocks: Sequence[Block], inners: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of which the second has a piece of the first, or else a sentence with the same opening.

    Folds are cut wherever a letter stands, so that a text is cut alike in whatever it stands. A letter serves one
    script: where many blocks have no piece, they are cut again, at another letter.
    """
    left = inners
    marks: list[str] = []
    while left and len(marks) < _MOST_MARKS:
        marks.append(_mark([blocks[inner].fold for inner in left[:: 1 + len(left) // _SAMPLED]], marks))
        known, left = _known(blocks, left, partial(_piece, mark=marks[-1]))
        # Rows that end alike have the same piece at this letter, and perhaps another at the next.
        if known.first:
            yield from _found(known, (block.fold.split(marks[-1]) for block in blocks))
        if sum(blocks[inner].size >= _LONG for inner in left) <= _MOST_WITHOUT * len(inners):
            break
    known, _ = _known(blocks, left, _opening)
    if known.first:
        yield from _found(known, map(_openings, blocks))


def _known(
    blocks: Sequence[Block], inners: Iterable[int], key_of: Callable[[Block], Term]
) -> tuple[_Known[Term], list[int]]:
    """What is known by which key, and what by none: it has no key, or shares it with too many others."""
    first: dict[Term, int] = {}
    others: defaultdict[Term, list[int]] = defaultdict(list)
    unknown: list[int] = []
    for inner in inners:
        key = key_of(blocks[inner])
        if not key:
            unknown.append(inner)
        elif first.setdefault(key, inner) != inner:
            others[key].append(inner)
    for key in [key for key, peers in others.items() if len(peers) >= _MOST_PEERS]:
        unknown += (first.pop(key), *others.pop(key))
    return _Known(first, others), sorted(unknown)


def _found(known: _Known[Term], terms: Iterable[Iterable[Term]]) -> Iterator[tuple[int, int]]:
    """Pairs `(inner, outer)` of the positions that are known by a term, and others of which the `terms` have it."""
    first, others = known
    for outer, terms_of_outer in enumerate(terms):
        # Most blocks share their own term with themselves, and nothing with others.
        for term in first.keys() & terms_of_outer:
            for inner in (first[term], *others.get(term, ())):
                if inner != outer:
                    yield inner, outer


def _mark(folds: Sequence[str], taken: Collection[str]) -> str:
    """The letter of which the share among the letters of some folds is next to `_SHARE`."""
    counts = Counter("".join([fold[:_SAMPLED_OF_EACH] for fold in folds]).replace(" ", ""))
    wanted = _SHARE * counts.total()
    return min(sorted(counts.keys() - taken), key=lambda letter: abs(counts[letter] - wanted), default=" ")


def _piece(block: Block, mark: str) -> str:
    """The last piece between two marks that tells much, or else the longest. Nothing where none tells anything.

    Many paragraphs of one source begin alike.
    """
    last = block.fold.rsplit(mark, 2)
    if len(last) > 2 and len(last[1]) >= _LONG_PIECE:
        return last[1]
    piece = max(block.fold.rsplit(mark, _LOOKED_AT)[1:-1], key=len, default="")
    return piece if len(piece) >= _SHORTEST_PIECE else ""


def _opening(block: Block) -> str:
    """The first characters of a text, but for marks and how a teaser is cut. Nothing for a shorter one."""
    text = _stopped(block.text).lstrip(_BEFORE).rstrip(_CUT)
    return text[:_OPENING] if len(text) >= _OPENING else ""


def _openings(block: Block) -> list[str]:
    """The first characters of a text, of each of its sentences, and of what follows its quotes. A quick look."""
    text = _stopped(block.text).lstrip(_BEFORE)
    # Of "Dr. Kim sat down" no sentence begins with so many characters, and the text does.
    return [text[:_OPENING]] + [sentence.lstrip(_BEFORE)[:_OPENING] for sentence in text.split(". ")]


def _stopped(text: str) -> str:
    """A text with full stops for all that can stand at a sentence's end. Single characters are found very quickly."""
    return plain(text).replace("!", ".").replace("?", ".").replace('"', ".")
