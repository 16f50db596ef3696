"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ..model import Block
from ..reading import Reader

# More blocks than this that share a long word are a table or a list, whose rows are no copies of each other; the bound
# keeps the comparison linear in the length of the article.
_MOST_PEERS = 40


def near_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(earlier, later)` of blocks of `least_words` or more that might be near-duplicates."""
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for later, block in enumerate(blocks):
        if len(block.words) >= least_words:
            probes = reader.probes(block)
            peers = [earlier for word in probes for earlier in seen[word][-_MOST_PEERS:]]
            for earlier in sorted(set(peers)) if len(peers) > 1 else peers:
                yield earlier, later
            for word in probes:
                seen[word].append(later)


def nested_pairs(blocks: Sequence[Block], reader: Reader, least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(inner, outer)` of blocks of which the first might stand in the second.

    `inner` has `least_words` or more.
    """
    known: defaultdict[str, list[int]] = defaultdict(list)
    for position, block in enumerate(blocks):
        if len(block.words) >= least_words:
            known[reader.probes(block)[0]].append(position)
    probes = {word for word, inners in known.items() if len(inners) <= _MOST_PEERS}
    for outer, block in enumerate(blocks):
        shared = probes.intersection(reader.terms(block))
        inners = {inner for word in shared for inner in known[word]}
        # Most blocks share their own first probe with themselves, and nothing with others.
        inners.discard(outer)
        for inner in sorted(inners):
            if len(blocks[inner].words) <= len(block.words):
                yield inner, outer
