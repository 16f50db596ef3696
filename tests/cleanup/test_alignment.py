"""Copies of a body, aligned. A letter stands for a paragraph; letters that are the same are copies."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from article_cleanup.detectors.alignment import align
from article_cleanup.detectors.collation import Item

LONG = 24


def _items(text: str, words: int = LONG) -> list[Item]:
    return [Item(words=words, text=text.index(letter), original=text.index(letter)) for letter in text]


def _order(text: str, words: int = LONG, least_words: int = 10) -> str:
    return "".join(text[position] for position in align(_items(text, words), least_words).order)


ALIGNED = [
    ("ABCD", "ABCD"),
    ("ABCDABCD", "ABCD"),
    ("AABBCC", "ABC"),
    ("ABDEABCDE", "ABCDE"),
    ("ABCDEABDE", "ABCDE"),
    ("ACDEABCDE", "ABCDE"),
    ("ABCABCD", "ABCD"),
    ("ABCDBCD", "ABCD"),
    ("ABDEFGABCDEFHG", "ABCDEFHG"),
    ("ABCABCABC", "ABC"),
    ("ABDEABCDEABCDEF", "ABCDEF"),
    ("ABEFABCDEF", "ABCDEF"),
    ("ABCDXABCD", "ABCDX"),
    ("ABCDEFA", "ABCDEF"),
    ("ABACAD", "ABCD"),
    ("ABCDEFGHBCDEFG", "ABCDEFGH"),
    ("BEGABCDEFGH", "ABCDEFGH"),
    ("ABDACDBCE", "ABCDE"),
    ("ABCEABDEACDF", "ABCDEF"),
]


@pytest.mark.parametrize(("text", "order"), ALIGNED, ids=[text for text, _ in ALIGNED])
def test_what_only_one_copy_has_stands_where_its_neighbours_stand(text: str, order: str) -> None:
    assert _order(text) == order


@pytest.mark.parametrize("text", ["ABCBDBEB", "ABACADAE", "ABABCDAB", "ABCDCDEF"])
def test_short_lines_that_come_again_are_no_copies(text: str) -> None:
    assert _order(text, words=3) == text


def test_a_few_repeats_among_much_that_is_new_are_no_copy() -> None:
    text = "AXYZWBPACDEFBQ"
    assert _order(text, words=12, least_words=100) == text


def test_a_body_of_short_lines_alone_that_comes_again_whole_is_a_copy() -> None:
    assert _order("ABCDEFABCDEF", words=4) == "ABCDEF"


def test_a_line_alone_counts_from_the_least_number_of_words_on() -> None:
    text = "ABCDEA"
    assert _order(text, words=8, least_words=9) == text
    assert _order(text, words=8, least_words=8) == "ABCDE"


def test_a_copy_that_is_not_sure_stays_where_it_stands_alone() -> None:
    items = [
        Item(words=LONG, text=0, original=0),
        Item(words=LONG, text=1, original=1),
        Item(words=LONG, text=2, original=0, is_sure=False),
    ]
    assert align(items, 10).order == (0, 1, 2)


def test_neighbours_vouch_for_a_copy_that_is_not_sure() -> None:
    items = [*_items("ABC"), *_items("ABC")]
    items[4] = Item(words=LONG, text=4, original=1, is_sure=False)
    assert align(items, 10).order == (0, 1, 2)


@given(st.text("ABCDEFGH", max_size=40), st.sampled_from([2, 9, LONG]), st.integers(1, 30))
def test_every_item_is_placed_or_repeats_one_that_is(text: str, words: int, least_words: int) -> None:
    alignment = align(_items(text, words), least_words)
    assert sorted([*alignment.order, *alignment.sources]) == list(range(len(text)))
    for repeat, source in alignment.sources.items():
        assert text[repeat] == text[source]
        assert source in alignment.order
        assert source < repeat


@given(st.text("ABCDEFGH", max_size=40), st.sampled_from([2, 9, LONG]))
@example("ADBACDEF", LONG)
def test_nothing_is_lost_and_what_comes_first_stays_first_but_for_an_excerpt(text: str, words: int) -> None:
    order = _order(text, words)
    assert set(order) == set(text)
    before, after = text.split(order[0], 1) if text else ("", "")
    # A few lines from here and there, with the whole of the body after them: that tells how it begins.
    assert not before or (set(before) <= set(after) and 2 * len(set(before)) < len(order))


@given(st.lists(st.sampled_from("ABCDEFGHIJ"), unique=True, min_size=1), st.data())
def test_a_copy_with_gaps_adds_nothing_to_a_whole_body(letters: list[str], data: st.DataObject) -> None:
    body = "".join(letters)
    copy = "".join(letter for letter in body if data.draw(st.booleans()))
    assert _order(body + copy) == body


def test_what_only_later_copies_have_is_merged_from_all_of_them() -> None:
    """Each of three copies lacks a paragraph that the other two have, and has its neighbours."""
    body = "ABCDEFGHIJ"
    for first in body[1:]:
        for second in body[1:]:
            for third in body[1:]:
                if len({first, second, third}) == 3:
                    text = body.replace(first, "") + body.replace(second, "") + body.replace(third, "")
                    assert _order(text) == body, text
