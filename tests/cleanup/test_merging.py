"""Orders of the same things, merged into one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_cleanup.detectors.merging import breaches, merge

MERGED = [
    ([], []),
    ([[]], []),
    ([[0, 1, 2]], [0, 1, 2]),
    ([[0, 1, 2], [0, 3, 2]], [0, 1, 3, 2]),
    ([[0, 1, 2], [0, 3, 2], [3, 1]], [0, 3, 1, 2]),
    ([[0, 1, 2], [3, 0]], [3, 0, 1, 2]),
    ([[0, 1], [1, 2], [2, 3]], [0, 1, 2, 3]),
    ([[3, 2], [2, 1], [1, 0]], [3, 2, 1, 0]),
]


@pytest.mark.parametrize(("chains", "order"), MERGED)
def test_chains_become_one_and_what_they_leave_open_comes_in_the_order_of_numbers(
    chains: list[list[int]], order: list[int]
) -> None:
    assert merge(chains) == order
    assert breaches(chains) == 0


CONTRADICTORY = [
    ([[0, 1], [1, 0]], [0, 1], 1),
    ([[0, 1, 2], [2, 0]], [0, 1, 2], 1),
    ([[0, 1, 2, 3], [0, 3, 1]], [0, 1, 2, 3], 1),
    ([[0, 1], [3, 2], [2, 3]], [0, 1, 2, 3], 1),
]


@pytest.mark.parametrize(("chains", "order", "count"), CONTRADICTORY)
def test_where_chains_contradict_each_other_the_lower_number_goes_first(
    chains: list[list[int]], order: list[int], count: int
) -> None:
    assert merge(chains) == order
    assert breaches(chains) == count


@given(st.permutations(range(12)), st.lists(st.sets(st.integers(0, 11)), max_size=6))
def test_parts_of_one_order_are_all_kept_to(order: list[int], parts: list[set[int]]) -> None:
    chains = [[member for member in order if member in part] for part in parts]
    merged = merge(chains)
    assert sorted(merged) == sorted(set().union(*parts))
    for chain in chains:
        assert [member for member in merged if member in set(chain)] == chain
    assert breaches(chains) == 0


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=6))
def test_whatever_the_chains_each_member_comes_once_and_breaches_are_counted(chains: list[list[int]]) -> None:
    merged = merge(chains)
    assert sorted(merged) == sorted({member for chain in chains for member in chain})
    reversed_links = [
        (one, other) for chain in chains for one, other in pairwise(chain) if merged.index(one) > merged.index(other)
    ]
    assert breaches(chains) == len(reversed_links)
