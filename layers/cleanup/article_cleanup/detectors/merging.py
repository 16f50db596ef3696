"""Several orders of the same things, made into one."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import pairwise


def merge(chains: Sequence[Sequence[int]]) -> list[int]:
    """All that stands in `chains`, once, in an order that keeps to each of them.

    A topological sort. Where the chains leave it open, and where they contradict each other, the lowest number comes
    first: with positions in a text, what stood first stays first.
    """
    members = sorted(set().union(*chains))
    links = set().union(*map(pairwise, chains))
    followers: dict[int, list[int]] = {member: [] for member in members}
    blockers = dict.fromkeys(members, 0)
    for one, other in links:
        followers[one].append(other)
        blockers[other] += 1
    rest = iter(members)
    free = [member for member in members if not blockers[member]]
    order: dict[int, None] = {}
    while len(order) < len(members):
        member = heappop(free) if free else next(member for member in rest if member not in order)
        if member in order:
            # It went ahead of what contradicts its place, and is free only now.
            continue
        order[member] = None
        for follower in followers[member]:
            blockers[follower] -= 1
            if not blockers[follower]:
                heappush(free, follower)
    return list(order)


def breaches(chains: Sequence[Sequence[int]]) -> int:
    """How many neighbours in the chains stand the other way round once they are merged."""
    rank = {member: place for place, member in enumerate(merge(chains))}
    return sum(rank[one] > rank[other] for chain in chains for one, other in pairwise(chain))
