"""What is found in an article is found in a book: long texts are read in parts, and known by other words."""

from __future__ import annotations

import random
import textwrap

import pytest

from article_cleanup import clean

_SYLLABLES = ["ba", "ker", "lin", "mo", "sta", "ver", "ton", "ri", "gel", "hau", "pren", "dol"]
_CHARACTERS = "港夜船灯風雪島町海朝波岸橋星雨川山森道花鳥月石火水土空雲草木"


def _paragraphs(seed: int, count: int) -> list[str]:
    """Paragraphs in which no run of four words comes again."""
    chance = random.Random(seed)  # noqa: S311 - the same text on every run
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randrange(1, 5))) for _ in range(5_000)]
    sentences = (" ".join(chance.choices(words, k=14)).capitalize() + "." for _ in range(3 * count))
    return [" ".join(sentence) for sentence in zip(sentences, sentences, sentences, strict=True)]


def _unspaced_paragraphs(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 - the same text on every run
    sentences = ("".join(chance.choices(_CHARACTERS, k=24)) + "。" for _ in range(3 * count))
    return ["".join(sentence) for sentence in zip(sentences, sentences, sentences, strict=True)]


def _cut(paragraph: str) -> str:
    return f"{paragraph[:60]}…"


def _lifted(paragraph: str) -> str:
    return paragraph[paragraph.index(".") + 2 : paragraph.index(".", paragraph.index(".") + 1) + 1]


SPACED = _paragraphs(1, 1_000)
UNSPACED = _unspaced_paragraphs(2, 1_000)
EXCERPTS = {
    "a teaser": (SPACED, _cut(SPACED[450]), "teaser"),
    "a pull quote": (SPACED, _lifted(SPACED[450]), "pull-quote"),
    "the opening of a paragraph": (SPACED, SPACED[450].split(". ")[0] + ".", "pull-quote"),
    "paragraphs run together": (SPACED, " ".join(SPACED[440:444]), "container"),
    "a teaser without spaces": (UNSPACED, f"{UNSPACED[450][:30]}…", "teaser"),
    "paragraphs run together without spaces": (UNSPACED, "".join(UNSPACED[440:444]), "container"),
}


@pytest.mark.parametrize("case", EXCERPTS)
def test_an_excerpt_is_found_however_far_from_its_source(case: str) -> None:
    paragraphs, excerpt, rule = EXCERPTS[case]
    book = "\n".join([*paragraphs[:20], excerpt, *paragraphs[20:]])
    cleaned = clean(book)
    assert [(removal.rule, removal.text) for removal in cleaned.removals] == [(rule, excerpt)]
    assert cleaned.text == "\n".join([*paragraphs, ""])


def _found(book: list[str], excerpts: list[str]) -> list[str]:
    return sorted(removal.text for removal in clean("\n".join([*excerpts, *book])).removals)


@pytest.mark.parametrize("words", [4, 6, 9, 14])
def test_teasers_are_found_however_short(words: int) -> None:
    teasers = [f"{' '.join(paragraph.split()[:words])}…" for paragraph in SPACED[::50]]
    assert _found(SPACED, teasers) == sorted(teasers)


def test_teasers_are_found_of_paragraphs_that_begin_alike() -> None:
    formula = "According to the evening edition of the harbour paper"
    book = [f"{formula} {paragraph}" for paragraph in SPACED]
    teasers = [f"{' '.join(paragraph.split()[:16])}…" for paragraph in book[::50]]
    assert _found(book, teasers) == sorted(teasers)


@pytest.mark.parametrize("opening", ["Dr. Ho was", "J. K. Ro was", "“No!” she was", "1. Go as far as"])
def test_teasers_are_found_of_paragraphs_that_begin_with_an_early_stop(opening: str) -> None:
    paragraph, teaser = f"{opening} out at sea all day, and {SPACED[0].lower()}", f"{opening} out at sea…"
    assert _found([*SPACED[100:350], paragraph], [teaser]) == [teaser]


@pytest.mark.parametrize("words", [5, 7, 9])
@pytest.mark.parametrize(
    ("lifted", "standing"), [("“{}.”", "{}.”"), ("{}.", "“{}.”"), ("»{}.«", "{}.«"), ("* {}…", "{}.")]
)
def test_pull_quotes_are_found_whatever_marks_stand_before_them(words: int, lifted: str, standing: str) -> None:
    sentences = [" ".join(paragraph.split()[:words]) for paragraph in SPACED[::50]]
    book = ["{1}. {2}".format(*paragraph.split(". ")) for paragraph in SPACED]
    book[::50] = [f"{line} {standing.format(of)}" for line, of in zip(book[::50], sentences, strict=True)]
    quotes = [lifted.format(sentence) for sentence in sentences]
    assert _found(book, quotes) == sorted(quotes)


def test_headlines_are_a_book_s_own_if_their_words_stand_anywhere_in_it() -> None:
    foreign = [" ".join(f"Xu{word}" for word in paragraph.split()[:9]) for paragraph in SPACED[900:906]]
    assert _found(SPACED[:800], foreign) == sorted(foreign)
    assert _found([*SPACED[:800], f"{' '.join(foreign).lower()}."], foreign) == []


def test_rows_run_together_are_found_of_rows_that_begin_and_end_alike() -> None:
    rows = [
        f"Lot for sale by auction: {p.split('.')[0].lower()}. No bids by telephone are taken for this lot."
        for p in SPACED[:250]
    ]
    container = " ".join(rows[10:13])
    assert _found(rows, [container]) == [container]


def test_teasers_are_found_in_every_script_of_a_book() -> None:
    latin, other = "abeghiklmnoprstuv", ("абегхиклмнопрстув", "αβεγχικλμνοπρστυω")
    books = [SPACED[:300], *([p.lower().translate(str.maketrans(latin, to)) for p in SPACED[:300]] for to in other)]
    teasers = [f"{' '.join(paragraph.split()[:20])}…" for book in books for paragraph in book[::50]]
    assert _found([paragraph for book in books for paragraph in book], teasers) == sorted(teasers)


@pytest.mark.parametrize("line", ["港の夜船", "A B C D", "港", "…"])
def test_a_line_of_single_characters_is_no_trouble_in_a_book(line: str) -> None:
    assert not clean("\n".join([*SPACED, line])).removals


@pytest.mark.parametrize("paragraphs", [SPACED, UNSPACED], ids=["spaced", "unspaced"])
def test_a_book_saved_twice_with_gaps_comes_out_once(paragraphs: list[str]) -> None:
    first = [*paragraphs[:200], *paragraphs[205:]]
    second = [*paragraphs[:500], *paragraphs[503:]]
    assert clean("\n".join([*first, *second])).text == "\n".join([*paragraphs, ""])


@pytest.mark.parametrize("paragraphs", [SPACED, UNSPACED], ids=["spaced", "unspaced"])
def test_a_sound_book_stays_as_it_is(paragraphs: list[str]) -> None:
    assert not clean("\n".join(paragraphs)).removals


def _wrapped(paragraphs: list[str]) -> list[str]:
    return [line for paragraph in paragraphs for line in textwrap.wrap(paragraph, 70)]


def test_a_wrapped_text_that_stands_twice_comes_out_once() -> None:
    book = _wrapped(SPACED[:100])
    cleaned = clean("\n".join([*book, *book]))
    assert cleaned.text.split("\n") == [*book, ""]


def test_copies_of_a_wrapped_text_may_each_lack_a_paragraph() -> None:
    whole = _wrapped(SPACED[:100])
    one, other = ([line for line in whole if line not in gone] for gone in (whole[200:206], whole[300:306]))
    assert clean("\n".join([*one, *other])).text.split("\n") == [*whole, ""]


def test_a_refrain_stays_however_long_the_poem() -> None:
    lines = [line for paragraph in SPACED[:60] for line in textwrap.wrap(paragraph, 40)]
    refrain, verses = lines[:24], lines[24:]
    poem = [line for start in range(0, len(verses), 12) for line in (*verses[start : start + 12], *refrain)]
    assert clean("\n".join(poem)).text == "\n".join(poem)
