"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise

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
    long_enough = [(place, reader.probes(block)) for place, block in enumerate(blocks) if block.size >= least_words]
    # Long words are rare enough in an article, but not in a book.
    spread = Counter(chain.from_iterable(probes for _, probes in long_enough)) if len(blocks) > _MANY else None
    # With each of them another of its probes: both have to be in the other.
    known: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for position, probes in long_enough:
        best, *others = sorted(probes, key=spread.__getitem__) if spread else probes
        known[best].append((position, others[0] if others else best))
    firsts = {word for word, inners in known.items() if len(inners) <= _MOST_PEERS}
    for outer, block in enumerate(blocks):
        fold = block.fold
        shared = firsts.intersection(reader.terms(block))
        # Most blocks share their own first probe with themselves, and nothing with others.
        inners = [inner for word in shared for inner, second in known[word] if second in fold and inner != outer]
        for inner in sorted(inners) if len(inners) > 1 else inners:
            if blocks[inner].size <= block.size:
                yield inner, outer
