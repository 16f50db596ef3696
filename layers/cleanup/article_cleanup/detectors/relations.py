"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

# Blocks that share one of their longest words are compared. More than this many that share one are a table or a
# list, whose rows are no copies of each other; the bound keeps the comparison linear in the length of the article.
_MOST_PEERS = 40


def near_pairs(blocks: Sequence[Sequence[str]], least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(earlier, later)` of blocks, given as words, that might be near-duplicates of each other.

    Of two blocks of `least_words` or more that differ in a few words, hardly ever both longest words differ.
    """
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for later, words in enumerate(blocks):
        if len(words) >= least_words:
            probes = _longest_two(words)
            for earlier in sorted({earlier for word in probes for earlier in seen[word][-_MOST_PEERS:]}):
                yield earlier, later
            for word in probes:
                seen[word].append(later)


def peers(blocks: Sequence[Sequence[str]], least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(inner, outer)` of blocks, given as words, of which the first might stand in the other.

    `inner` has `least_words` or more; `outer` is any other block that has one of its two longest words. Long words are
    rare words.
    """
    probes: defaultdict[str, list[int]] = defaultdict(list)
    for position, words in enumerate(blocks):
        if len(words) >= least_words:
            for word in _longest_two(words):
                probes[word].append(position)
    wanted = probes.keys()
    for position, words in enumerate(blocks):
        found: Counter[int] = Counter()
        for word in wanted & set(words):
            if len(probes[word]) <= _MOST_PEERS:
                found.update(probes[word])
        for candidate in sorted(found):
            if candidate != position:
                yield candidate, position


def _longest_two(words: Sequence[str]) -> tuple[str, ...]:
    first = max(words, key=len)
    others = [word for word in words if word != first]
    return (first, max(others, key=len)) if others else (first,)
