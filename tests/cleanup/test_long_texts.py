"""What is found in an article is found in a book: long texts are read in parts, and known by other words."""

from __future__ import annotations

import random

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


@pytest.mark.parametrize("paragraphs", [SPACED, UNSPACED], ids=["spaced", "unspaced"])
def test_a_book_saved_twice_with_gaps_comes_out_once(paragraphs: list[str]) -> None:
    first = [*paragraphs[:200], *paragraphs[205:]]
    second = [*paragraphs[:500], *paragraphs[503:]]
    assert clean("\n".join([*first, *second])).text == "\n".join([*paragraphs, ""])


@pytest.mark.parametrize("paragraphs", [SPACED, UNSPACED], ids=["spaced", "unspaced"])
def test_a_sound_book_stays_as_it_is(paragraphs: list[str]) -> None:
    assert not clean("\n".join(paragraphs)).removals
