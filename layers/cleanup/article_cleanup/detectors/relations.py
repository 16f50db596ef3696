"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, pairwise

from ..model import Block
from ..reading import Reader

# More blocks than this that share a long word are a table or a list, whose rows are no copies of each other; the bound
# keeps the comparison linear in the length of the article.
_MOST_PEERS = 20
# And of those that share two long words, so many are compared with each.
_MOST_NEAR = 8
# So many numbers are counted at once.
_COUNTED_TOGETHER = 30_000
# More blocks than most articles have.
_MANY = 200


def near_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(earlier, later)` of blocks of `least_words` or more that might be near-duplicates.

    They have two probes in common: one is chance.
    """
    # Hashes take little memory, and those that come once, as most do, are not kept.
    signatures = array("q")
    ends = array("q")
    for block in blocks:
        if block.size >= least_words:
            signatures.extend(map(hash, _pairs(reader.probes(block))))
        ends.append(len(signatures))
    latest: dict[int, list[int]] = {signature: [] for signature in _repeated(signatures)}
    if not latest:
        return
    for position, (start, end) in enumerate(pairwise(chain((0,), ends))):
        peers = [latest[signature] for signature in signatures[start:end] if signature in latest]
        for earlier in sorted({peer for positions in peers for peer in positions}):
            yield earlier, position
        for positions in peers:
            positions.append(position)
            del positions[:-_MOST_NEAR]


def _repeated(numbers: Sequence[int]) -> Iterator[int]:
    """Those of the numbers that come more than once. Counted in parts: all at once would take much memory."""
    parts = 1 + len(numbers) // _COUNTED_TOGETHER
    for part in range(parts):
        counts = Counter(numbers if parts == 1 else (number for number in numbers if number % parts == part))
        yield from (number for number, count in counts.items() if count > 1)


def _pairs(probes: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return combinations(sorted(probes), 2) if len(probes) > 1 else (tuple(probes),)


def nested_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(inner, outer)` of blocks of which the first might stand in the second.

    `inner` has `least_words` or more.
    """
    # Long words are rare enough in an article. In a book each comes many times, but not beside the same other.
    is_book = len(blocks) > _MANY
    known: defaultdict[str | int, list[int]] = defaultdict(list)
    for position, block in enumerate(blocks):
        if block.size >= least_words:
            best = reader.probes(block)[0]
            peers = known[reader.anchor(block) if is_book else best]
            if len(peers) <= _MOST_PEERS:
                peers.append(position)
    for outer, block in enumerate(blocks):
        terms = reader.terms(block)
        # Most blocks share their own term with themselves, and nothing with others.
        shared = known.keys() & (map(hash, pairwise(terms)) if is_book else terms)
        inners = [
            inner for term in shared if len(known[term]) <= _MOST_PEERS for inner in known[term] if inner != outer
        ]
        for inner in sorted(inners) if len(inners) > 1 else inners:
            if blocks[inner].size <= block.size and reader.probes(blocks[inner])[-1] in block.fold:
                yield inner, outer
