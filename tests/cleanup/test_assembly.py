"""Claims made into an article, and an article made into its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_cleanup import CleanedArticle, Removal, Span, clean, restore
from article_cleanup.assembly import assemble, compose
from article_cleanup.lexicon import load_lexicon
from article_cleanup.model import Block
from article_cleanup.reading import Reader

from .invariants import assert_covers_once, assert_output_is_kept_text


def _blocks(text: str) -> tuple[Block, ...]:
    return Reader(load_lexicon()).blocks(text)


def _claim(text: str, start: int, end: int, rule: str = "one") -> Removal:
    return Removal(span=Span(start, end), rule=rule, reason="Because.", text=text[start:end])


def _assemble(
    text: str, *claims: tuple[int, int, str] | tuple[int, int], order: Sequence[int] | None = None
) -> CleanedArticle:
    blocks = _blocks(text)
    article = assemble(text, blocks, [_claim(text, *claim) for claim in claims], order, rules_version="test")
    assert restore(article) == text
    assert_covers_once(article, text)
    assert_output_is_kept_text(article, text)
    return article


def test_what_nobody_claims_stays_as_it_is() -> None:
    for text in ("one\n\n  two \r\n", "\n one", "one", "\u2028one\u2028"):
        assert _assemble(text).text == text


def test_where_claims_overlap_the_earlier_wins_and_the_later_keeps_the_rest() -> None:
    article = _assemble("abcdefghij", (2, 6, "first"), (4, 8, "second"))
    assert [(removal.text, removal.rule) for removal in article.removals] == [("cdef", "first"), ("gh", "second")]
    assert article.text.split() == ["ab", "ij"]


def test_what_goes_for_what_has_gone_names_what_stays_however_long_the_chain() -> None:
    text = "a\nb\nc\nd"
    claims = [replace(_claim(text, start, start + 1), duplicate_of=Span(start + 2, start + 3)) for start in (0, 2, 4)]
    article = assemble(text, _blocks(text), claims, rules_version="test")
    assert [removal.duplicate_of for removal in article.removals] == [Span(6, 7)] * 3


def test_claims_that_name_each_other_are_left_as_they_are() -> None:
    text = "a\nb"
    claims = [
        replace(_claim(text, start, start + 1), duplicate_of=Span(other, other + 1))
        for start, other in ((0, 2), (2, 0))
    ]
    article = assemble(text, _blocks(text), claims, rules_version="test")
    assert [removal.duplicate_of for removal in article.removals] == [Span(2, 3), Span(0, 1)]


def test_a_claim_around_an_earlier_one_becomes_two() -> None:
    article = _assemble("abcdefghij", (4, 6, "inner"), (2, 8, "outer"))
    assert [(removal.text, removal.rule) for removal in article.removals] == [
        ("cd", "outer"),
        ("ef", "inner"),
        ("gh", "outer"),
    ]


def test_a_claim_within_an_earlier_one_is_no_removal_of_its_own() -> None:
    assert [removal.rule for removal in _assemble("abcdefghij", (2, 8, "outer"), (4, 6, "inner")).removals] == ["outer"]


def test_a_removal_is_trimmed_of_white_space() -> None:
    (removal,) = _assemble("one\n  two  \nthree", (3, 12)).removals
    assert (removal.span, removal.text) == (Span(6, 9), "two")


def test_a_claim_of_white_space_alone_removes_nothing() -> None:
    assert _assemble("one\n \ntwo", (3, 6)).removals == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85", "\n\n", "\r\n\r\n"])
def test_lines_around_a_removed_one_are_parted_as_before(newline: str) -> None:
    text = newline.join(["one", "two", "three"]) + newline
    start = text.index("two")
    assert _assemble(text, (start, start + 3)).text == newline.join(["one", "three"]) + newline


def test_the_stronger_break_of_two_is_kept() -> None:
    assert _assemble("one\n\ntwo\nthree\n", (5, 8)).text == "one\n\nthree\n"
    assert _assemble("one\ntwo\n\nthree\n", (4, 7)).text == "one\n\nthree\n"


def test_the_indent_of_a_line_stays_with_it() -> None:
    assert _assemble("one\ntwo\n    three\n", (4, 7)).text == "one\n    three\n"


def test_a_text_that_loses_its_end_still_ends_its_last_line() -> None:
    assert _assemble("one\r\ntwo", (5, 8)).text == "one\r\n"
    assert _assemble("one two", (4, 7)).text == "one\n"


def test_words_do_not_grow_together_where_something_went_from_between() -> None:
    assert _assemble("one.TWOthree\n", (4, 7)).text == "one. three\n"


def test_scripts_without_spaces_are_given_none() -> None:
    assert _assemble("再開した。広告運賃は。\n", (5, 7)).text == "再開した。運賃は。\n"


def test_blocks_stand_in_the_order_that_is_asked_for() -> None:
    article = _assemble("one\ntwo\nthree\n", order=(2, 0, 1))
    assert article.text == "three\none\ntwo\n"
    assert [span.of("one\ntwo\nthree\n") for span in article.kept] == ["three", "one\ntwo"]


def test_lines_that_change_places_stay_lines() -> None:
    assert _assemble("one\r\ntwo\r\nthree", order=(1, 0, 2)).text == "two\r\none\r\nthree"


def test_all_of_a_text_can_go() -> None:
    article = _assemble(" one\n two\n", (0, 10))
    assert article.kept == ()
    assert not article.text.strip()


def test_restore_refuses_a_text_that_was_edited() -> None:
    cleaned = clean("The tide came in.\nVideo\nThe boats went out.\n")
    assert cleaned.removals
    with pytest.raises(ValueError, match="as it was written"):
        restore(replace(cleaned, text=cleaned.text + "More."))
    with pytest.raises(ValueError, match="separator"):
        restore(replace(cleaned, separators=cleaned.separators[1:]))
    with pytest.raises(ValueError, match="gap"):
        restore(replace(cleaned, gaps=cleaned.gaps[1:]))


def test_a_span_is_a_range() -> None:
    for start, end in ((-1, 2), (3, 2)):
        with pytest.raises(ValueError, match="0 <= start <= end"):
            Span(start, end)
    assert len(Span(2, 5)) == 3
    assert Span(2, 5).of("abcdef") == "cde"


def test_two_cleanups_compose_to_one_of_the_source() -> None:
    text = "one\ntwo\nthree\nfour\n"
    first = _assemble(text, (4, 7, "first"), order=(2, 0, 3))
    assert first.text == "three\none\nfour\n"
    blocks = _blocks(first.text)
    second = assemble(first.text, blocks, [_claim(first.text, 6, 9, "second")], rules_version="test")
    both = compose(text, first, second)
    assert both.text == second.text == "three\nfour\n"
    assert [(removal.text, removal.rule) for removal in both.removals] == [("one", "second"), ("two", "first")]
    assert restore(both) == text
    assert_covers_once(both, text)


def test_a_later_removal_that_spans_two_kept_parts_is_told_of_both() -> None:
    text = "one TWO three\n"
    first = _assemble(text, (4, 7, "first"))
    second = assemble(
        first.text,
        _blocks(first.text),
        [_claim(first.text, 0, 9, "second")],
        rules_version="test",
    )
    both = compose(text, first, second)
    assert [removal.text for removal in both.removals] == ["one", "TWO", "three"]
    assert restore(both) == text


TEXTS = st.text(st.sampled_from("ab。 \n\r\t\u2028"), max_size=40)


@given(TEXTS, st.data())
def test_any_claims_in_any_order_keep_every_promise(text: str, data: st.DataObject) -> None:
    edges = st.integers(0, len(text))
    claims = data.draw(st.lists(st.tuples(edges, edges).map(sorted), max_size=5))
    blocks = _blocks(text)
    order = data.draw(st.one_of(st.none(), st.permutations(range(len(blocks)))))
    first = _assemble(text, *((start, end) for start, end in claims), order=order)
    edges = st.integers(0, len(first.text))
    start, end = sorted((data.draw(edges), data.draw(edges)))
    again = _blocks(first.text)
    second = assemble(first.text, again, [_claim(first.text, start, end)], rules_version="test")
    both = compose(text, first, second)
    assert both.text == second.text
    assert restore(both) == text
    assert_covers_once(both, text)
    assert_output_is_kept_text(both, text)
