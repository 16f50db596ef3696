"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from ..model import Block
from ..reading import Reader

# More blocks than this that share a long word are a table or a list, whose rows are no copies of each other; the bound
# keeps the comparison linear in the length of the article.
_MOST_PEERS = 20
# And of those that share two long words, so many are compared with each.
_MOST_NEAR = 8
# More blocks than most articles have.
_MANY = 200
# Enough to number the blocks of the largest article.
_BITS = 32
_POSITION = (1 << _BITS) - 1


def near_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(earlier, later)` of blocks of `least_words` or more that might be near-duplicates.

    They have two probes in common: one is chance.
    """
    # Two probes of a block and its position in one number, and two positions in one: that takes little memory.
    found: list[int] = []
    for position, block in enumerate(blocks):
        if block.size >= least_words:
            probes = sorted(reader.probes(block))
            pairs = combinations(probes, 2) if len(probes) > 1 else [tuple(probes)]
            found += [hash(pair) << _BITS | position for pair in pairs]
    found.sort()
    peers: list[int] = []
    together: set[int] = set()
    for one, other in pairwise(found):
        peers = [*peers[1 - _MOST_NEAR :], one & _POSITION] if one >> _BITS == other >> _BITS else []
        together.update([(other & _POSITION) << _BITS | earlier for earlier in peers])
    for pair in sorted(together):
        yield pair & _POSITION, pair >> _BITS


def nested_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(inner, outer)` of blocks of which the first might stand in the second.

    `inner` has `least_words` or more.
    """
    # Long words are rare enough in an article. In a book each comes many times, but not beside the same other.
    is_book = len(blocks) > _MANY
    # By the best probe of each, with another: both have to be in the other block.
    known: defaultdict[object, list[tuple[int, str]]] = defaultdict(list)
    for position, block in enumerate(blocks):
        if block.size >= least_words:
            best, *others = reader.probes(block)
            key = _beside(best, reader.terms(block)) if is_book else best
            known[key].append((position, others[0] if others else best))
    keys = {key for key, inners in known.items() if len(inners) <= _MOST_PEERS}
    for outer, block in enumerate(blocks):
        fold, size = block.fold, block.size
        terms = reader.terms(block)
        # Most blocks share their own key with themselves, and nothing with others.
        shared = keys.intersection(pairwise(terms) if is_book else terms)
        inners = [inner for key in shared for inner, second in known[key] if inner != outer and second in fold]
        for inner in sorted(inners) if len(inners) > 1 else inners:
            if blocks[inner].size <= size:
                yield inner, outer


def _beside(probe: str, terms: Sequence[str]) -> tuple[str, str]:
    """A probe with the term before it, or after it if it is the first of all. (A last one may be cut.)"""
    place = max(terms.index(probe), 1) if probe in terms and len(terms) > 1 else 0
    return (terms[place - 1], terms[place])
