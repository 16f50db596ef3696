"""Which blocks might be copies or excerpts of which: the pairs worth a comparison."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

# Blocks that share one of their longest words are compared. More than this many that share one are a table or a
# list, whose rows are no copies of each other; the bound keeps the comparison linear in the length of the article.
_MOST_PEERS = 40


def peers(blocks: Sequence[Sequence[str]], least_words: int) -> Iterator[tuple[int, int]]:
    """Pairs of positions `(a, b)` of blocks, given as words, that might be excerpts or near-duplicates of each other.

    Each block of `least_words` or more is a candidate `a`; `b` is any other block that has one of its two longest
    words. What two blocks must share to be copies is hardly ever short, and long words are rare words.
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


def _longest_two(words: Sequence[str]) -> set[str]:
    first = max(words, key=len)
    return {first, max((word for word in words if word != first), key=len, default=first)}
