"""The language of phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_cleanup.compilation import compile_entries
from article_cleanup.entries import parse_entries
from article_cleanup.folding import fold, fold_words
from article_cleanup.lexicon import Lexicon
from article_cleanup.phrases import NETWORKS, InvalidPhrase, Phrase, compile_openings, compile_phrases, opening_of


def compile_phrase(source: str, most_words: int) -> Phrase:
    return compile_phrases([source], most_words)[0]


def words(line: str) -> tuple[str, ...]:
    return tuple(fold_words(line))


FITS = [
    ("sign up", ["sign up", "SIGN UP!", "Sign  up…", "‘Sign up’"], ["sign", "sign up now", "please sign up", "signup"]),
    (
        "sign up (for|to) news",
        ["sign up for news", "sign up to news"],
        ["sign up news", "sign up at news", "sign up for to news"],
    ),
    ("sign up\nfor the\tnews", ["sign up for the news"], ["sign up", "for the news"]),
    ("(our|the)? free news", ["free news", "our free news"], ["my free news", "our the free news"]),
    (
        "follow … on facebook",
        ["follow us on facebook", "follow on facebook", "follow a b c d e on facebook"],
        ["follow a b c d e f g h i j k l m on facebook", "follow us on facebook now"],
    ),
    ("sign up …", ["sign up", "sign up now and then and then again"], ["do sign up"]),
    ("… rights reserved", ["all rights reserved", "rights reserved"], ["rights reserved here"]),
    (
        "share on <network>",
        ["share on Facebook", "share on Google News", "share on X"],
        ["share on Monday", "share on"],
    ),
    ("<number> min read", ["5 min read", "12 min read"], ["five min read", "min read"]),
    ("(all)? <number>? comments here", ["7 comments here", "all 7 comments here"], ["x comments here"]),
    ("don't miss (it)?", ["Don’t miss", "don't miss it", "DON`T MISS"], ["do not miss"]),
    ("読者登録", ["読者登録", "「読者登録」"], ["読者登録する", "読者"]),
    ("(ca|c a) va bien", ["ca va bien", "c'a va bien"], ["va bien"]),
]


@pytest.mark.parametrize(("source", "fitting", "others"), FITS, ids=[source for source, _, _ in FITS])
def test_a_phrase_fits_the_lines_that_it_spells(source: str, fitting: list[str], others: list[str]) -> None:
    phrase = compile_phrase(source, 8)
    for line in fitting:
        assert phrase.fits(words(line)), line
    for line in others:
        assert not phrase.fits(words(line)), line


@pytest.mark.parametrize(("source", "fitting", "others"), FITS, ids=[source for source, _, _ in FITS])
def test_a_lexicon_finds_the_lines_that_its_phrase_fits(source: str, fitting: list[str], others: list[str]) -> None:
    row = {"rule": "newsletter", "line": [source], "most_words": 8, "strips": ["x"], "spares": ["x"]}
    lexicon = Lexicon(compile_entries(parse_entries("xx.json", [row])))
    for line in fitting:
        assert lexicon.match(line, words(line)), line
    for line in others:
        if len(fold_words(line)) <= 8:
            assert not lexicon.match(line, words(line)), line


def test_a_lexicon_finds_a_line_that_lacks_the_number_that_may_be_missing() -> None:
    row = {"rule": "comments", "line": ["<number>? comments here"], "strips": ["x"], "spares": ["x"]}
    lexicon = Lexicon(compile_entries(parse_entries("xx.json", [row])))
    assert lexicon.match("comments here", ("comments", "here"))


INVALID = [
    "",
    "  ",
    "…",
    "… …",
    "(a)?",
    "(a|b)? …",
    "<number>",
    "a (b",
    "a b)",
    "a (b (c)) d",
    "a | b",
    "a?",
    "<planet> b",
    "(a|) b",
    "(…) b",
    "! b",
    "(do you know|do you have|have you been|were you|did you) … (contact us|share your (story|experience)) …",
]


@pytest.mark.parametrize("source", INVALID)
def test_what_is_no_phrase_is_refused(source: str) -> None:
    with pytest.raises(InvalidPhrase):
        compile_phrase(source, 30)


def test_one_word_and_the_rest_is_refused_for_long_lines_only() -> None:
    assert compile_phrase("advertisement …", 6).fits(words("advertisement over"))
    with pytest.raises(InvalidPhrase, match="almost any line"):
        compile_phrase("advertisement …", 30)


@pytest.mark.parametrize(
    "line",
    [
        "Read more: A mill",
        "READ MORE | A mill",
        "Read more – A mill",
        "Read more— A mill",
        "[Read more » A mill]",
        "• Read more → A mill",
        "Read\u00a0more： A mill",
        "Read more @mill",
        "Read more: iMill",
        "Read more: https://mill.example",
    ],
)
def test_an_opening_fits_a_line_that_it_opens_and_that_goes_on(line: str) -> None:
    assert opening_of(line) == ("read", "more")


@pytest.mark.parametrize(
    "line",
    [
        "Read more",
        "Read more:",
        "Read more A mill",
        "Read more: a mill",
        "Read more: łódź",
        "Read more-or-less: A mill",
        "Read: A mill",
        "I read more: A mill",
        "Read mores: A mill",
    ],
)
def test_an_opening_fits_no_other_line(line: str) -> None:
    assert opening_of(line) != ("read", "more")


@pytest.mark.parametrize("source", ["", "»", "Read (more|on)", "Read …", "<network>", "Read more?"])
def test_what_is_no_opening_is_refused(source: str) -> None:
    with pytest.raises(InvalidPhrase):
        compile_openings([source])


def test_networks_are_written_as_they_fold() -> None:
    assert [name for name in NETWORKS if fold(name) != name] == []
    assert len(set(NETWORKS)) == len(NETWORKS)


@given(st.text("ab|()?…<> ", max_size=24))
def test_anything_is_a_phrase_or_is_refused(source: str) -> None:
    try:
        phrase = compile_phrase(source, 10)
    except InvalidPhrase:
        return
    assert not phrase.fits(())
    assert not phrase.fits(words("quite another line"))


def test_a_gap_in_the_middle_takes_twelve_words_and_no_more() -> None:
    phrase = compile_phrase("follow … on facebook", 30)
    assert phrase.fits(words("follow a b c d e f g h i j k l on facebook"))
    assert not phrase.fits(words("follow a b c d e f g h i j k l m on facebook"))
