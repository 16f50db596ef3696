"""Parts of a long text are found wherever they stand, and nothing else is."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from article_cleanup.detectors.searching import SearchedText

_CHANCE = random.Random(7)  # noqa: S311 - the same on every run
_WORDS = [f"{_CHANCE.randrange(10**6)}" for _ in range(30)]
_TEXTS = [
    " ".join(f"{_CHANCE.randrange(10**6)}" for _ in range(6_000)),
    # Hardly a stretch of it is the only one of its kind.
    " ".join(_CHANCE.choices(_WORDS[:3], k=6_000)),
    "ab" * 20_000,
    "short",
]


@given(st.data(), st.sampled_from(_TEXTS))
def test_a_part_is_found_where_it_stands(data: st.DataObject, text: str) -> None:
    searched = SearchedText(text)
    for _ in range(5):
        start = data.draw(st.integers(0, len(text)))
        part = text[start : start + data.draw(st.integers(0, 400))]
        if data.draw(st.booleans()):
            place = data.draw(st.integers(0, len(part)))
            part = f"{part[:place]}{data.draw(st.sampled_from('0b x'))}{part[place:]}"
        found = searched.find(part)
        assert (found >= 0) == (part in text)
        assert found < 0 or text.startswith(part, found)


def test_parts_in_their_order_are_found_one_after_the_other() -> None:
    searched = SearchedText("one two one two one two")
    assert [searched.find("one"), searched.find("two"), searched.find("one"), searched.find("two")] == [0, 4, 8, 12]
    searched.rewind()
    assert searched.find("two") == 4
