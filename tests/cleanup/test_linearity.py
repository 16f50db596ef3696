"""Time and memory grow with the length of an article, not with its square: ratios only, with room, and never times."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from time import process_time

import pytest

from article_cleanup import clean

# Eight times the length may take thirty times as long: a square takes sixty-four.
_TIMES, _ROOM = 8, 30
# Of a long text each byte may take twice as long as of one of some hundred thousand: a slow square takes four times.
_ROOM_IN_BOOKS = 2
# Each measurement is the best of some, and lasts long enough for the clock.
_REPEATS = 3
_LEAST_SECONDS = 0.02
# Four times the length may take eight times the memory: a square takes sixteen.
_TIMES_MEMORY, _ROOM_MEMORY = 4, 8
_LEAST_CHARACTERS = 4_000
# What even a short article may take: the lexicon's phrases, and the words that are kept.
_CONSTANT_MEMORY = 3_000_000

_MOULD = "the night ferry left the quiet harbour again at noon"
_WORDS = ["harbour", "ferry", "winter", "board", "lantern", "island", "crossing", "captain", "engine", "village"]


def _words(seed: int, count: int) -> str:
    """`count` words, always the same for a seed, and hardly any of another seed's."""
    pick = random.Random(seed)  # noqa: S311
    return " ".join(f"{pick.choice(_WORDS)}{pick.randrange(10**6)}" for _ in range(count))


def _body(size: int, first: int = 0) -> str:
    return "\n".join(f"{_words(number, 30).capitalize()}." for number in range(first, first + size))


SHAPES: dict[str, Callable[[int], str]] = {
    "paragraphs": _body,
    "a body saved twice": lambda size: f"{_body(size // 2)}\n{_body(size // 2)}",
    "each paragraph twice in a row": lambda size: "\n".join(f"{line}\n{line}" for line in _body(size // 2).split("\n")),
    "containers and their paragraphs": lambda size: "\n".join(
        _body(6, number * 6).replace("\n", " ") + "\n" + _body(6, number * 6) for number in range(size // 8)
    ),
    "identical lines": lambda size: "The tide came in over the low wall and took every boat.\n" * size * 4,
    "identical short lines": lambda size: "No.\n" * size * 20,
    "identical labels": lambda size: "Advertisement\n" * size * 8,
    "rows of a table": lambda size: "\n".join(
        f"Petrel | {number} m | built in the harbour yard | refit to be announced" for number in range(size * 4)
    ),
    "paragraphs in one mould": lambda size: "\n".join(
        f"In village {number} the polls opened at seven, and by noon more than half of those on the roll had voted."
        for number in range(size * 2)
    ),
    "near-duplicates": lambda size: "\n".join(
        f"{_words(1, 24)} {_words(number, 2)} {_words(2, 20)}." for number in range(size)
    ),
    "one huge line of sentences": lambda size: _body(size).replace("\n", " "),
    "one huge line without an end": lambda size: _words(3, size * 30),
    "one huge word": lambda size: "x" * size * 300,
    "one sentence over and over on one line": lambda size: (
        "The tide came in over the low wall and took every boat. " * size * 4
    ),
    "a run of full stops in a sentence": lambda size: (
        f"{_words(1, 30)}. {_words(2, 9)}{'.' * size * 20}a {_words(3, 9)}.\n{_words(1, 30)}."
    ),
    "sentences run on": lambda size: _body(size).replace("\n", ""),
    "headings": lambda size: "\n".join(f"{_words(number, 7).title()}" for number in range(size * 4)),
    "cue lines": lambda size: "You may also like\nTen Quiet Beaches To See Before You Are Old\n" * size * 4,
    "cue lines over headlines": lambda size: "\n".join(
        f"Related stories\n{_words(number, 7).title()}" for number in range(size * 4)
    ),
    "quotations": lambda size: "\n".join(f"“{_words(number, 12)},” she said." for number in range(size * 2)),
    "teasers": lambda size: "\n".join(f"{line}\n{line[:80]}…" for line in _body(size).split("\n")),
    "pull quotes": lambda size: "\n".join(
        f"{_words(number, 8)}. {_words(-number, 20)}.\n{_words(number, 8)}." for number in range(1, size)
    ),
    "nested lines": lambda size: "\n".join(" ".join(_WORDS[: 1 + number % 10]) for number in range(size * 4)),
    "posts between paragraphs": lambda size: "\n".join(
        f"{_words(number, 20)}.\n{_words(-number, 9)} https://t.co/a{number}\n— Ines Marrow (@marrow) March 3, 2025"
        for number in range(size)
    ),
    "attributions": lambda size: "— Ines Marrow (@inesmarrow) March 3, 2025\n" * size * 8,
    "links on one line": lambda size: "https://t.co/a1B2c3 " * size * 8,
    "handles on one line": lambda size: "— Ines (@marrow) " * size * 8,
    "dated handles on one line": lambda size: "— Ines Marrow (@inesmarrow) 3. Juli 2025 " * size * 8,
    "bare punctuation": lambda size: ".!?… " * size * 40,
    "open brackets": lambda size: "(" * size * 200,
    "dashes": lambda size: "— " * size * 100,
    "blank lines": lambda size: "\n \n\t\n" * size * 40,
    "white space on one line": lambda size: f"a{' ' * size * 300}b",
    "entities": lambda size: "&amp;&#8217;" * size * 40,
    "promos run on to promos": lambda size: (
        "Czytaj także: Most zamknięty do wiosny. „Nie straciliśmy nadziei”, mówi kapitan. " * size * 2
    ),
    "combining marks": lambda size: "a" + "\u0301" * size * 200,
    "quotation marks in quotation marks": lambda size: "“He said ‘" * size * 20 + "’”" * size * 20,
    "lines in more and more quotation marks": lambda size: "\n".join(
        "“" * (number % 50) + f"He said number {number}" + "”" * (number % 50) for number in range(size * 8)
    ),
    "brackets in brackets": lambda size: "([" * size * 100 + "])" * size * 100,
    "one straight quotation mark": lambda size: '"' * size * 300,
    "one full stop": lambda size: "." * size * 300,
    "one Japanese character": lambda size: "夜" * size * 150,
    "half of a surrogate pair": lambda size: "\ud800" * size * 300,
    "the mark of an entity": lambda size: "&#" * size * 150,
    "abbreviations": lambda size: "U.S." * size * 60,
    "sentences of one letter": lambda size: "A.B!" * size * 60,
    "tags": lambda size: "#harbour " * size * 30,
    "names of networks run together": lambda size: "FacebookTwitterWhatsAppEmail" * size * 10,
    "addresses, a line each": lambda size: "\n".join(f"https://example.org/{number}" for number in range(size * 8)),
    "items of a list": lambda size: "\n".join(f"- item {number}" for number in range(size * 10)),
    "a list of contents and its parts": lambda size: "\n".join(
        ["Contents", *(f"Of {_words(number, 3)}" for number in range(size))]
        + [f"Of {_words(number, 3)}\n{_words(number, 20)}." for number in range(size)]
    ),
    "cues and promos on one line": lambda size: "Sign up for our newsletter.Read more: The Harbour." * size * 6,
    "teasers of one paragraph": lambda size: "\n".join(
        [f"{_words(1, 60)}.", *(f"{' '.join(_words(1, 60).split()[: 8 + number % 40])}…" for number in range(size * 2))]
    ),
    "a body, and then backwards": lambda size: "\n".join(
        [*_body(size // 2).split("\n"), *reversed(_body(size // 2).split("\n"))]
    ),
    "Japanese": lambda size: "夜行フェリーは来春から再び島々を結ぶことになった。" * size * 6,
    "Japanese lines": lambda size: "\n".join(
        f"夜行フェリーは第{number}回の冬から再び島々を結ぶことになった。" for number in range(size * 4)
    ),
}


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(_REPEATS):
        start = process_time()
        clean(text)
        best = min(best, process_time() - start)
    return best


@pytest.mark.parametrize("shape", list(SHAPES.values()), ids=list(SHAPES))
def test_eight_times_the_length_does_not_take_many_times_more_than_eight_times_as_long(
    shape: Callable[[int], str],
) -> None:
    clean(shape(8))
    size = 16
    while (short := _seconds(shape(size))) < _LEAST_SECONDS:
        size *= 2
    ratio = _seconds(shape(size * _TIMES)) / short
    assert ratio < _ROOM, f"{_TIMES} times the length took {ratio:.1f} times as long"


@pytest.mark.parametrize("shape", list(SHAPES.values()), ids=list(SHAPES))
def test_four_times_the_length_does_not_take_many_times_more_than_four_times_the_memory(
    shape: Callable[[int], str],
) -> None:
    clean(shape(8))
    size = 16
    while len(shape(size)) < _LEAST_CHARACTERS:
        size *= 2
    ratio = _peak(shape(size * _TIMES_MEMORY)) / _peak(shape(size))
    assert ratio < _ROOM_MEMORY, f"{_TIMES_MEMORY} times the length took {ratio:.1f} times the memory"


@pytest.mark.parametrize(
    "text",
    [
        _body(4_000),
        f"{_body(2_000)}\n{_body(2_000)}",
        "\n".join(_body(200, part * 200).replace("\n", " ") for part in range(40)),
    ],
    ids=["a body", "a body saved twice", "a body in a few long lines"],
)
def test_a_large_article_takes_eight_times_its_own_memory_at_most(text: str) -> None:
    clean(text[:1_000])
    assert _peak(text) < 8 * len(text) + _CONSTANT_MEMORY


def _peak(text: str) -> int:
    """The most memory that a cleanup has at any time, in bytes."""
    tracemalloc.start()
    try:
        clean(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"Village {number} voted at noon, and counted its votes at night." for number in range(100_000)),
        "\n".join(f"Read more: Council {number} Bans Kites Above The Square" for number in range(20_000)),
        "The tide came in over the low wall and took every boat. " * 180_000,
        "x" * 10_000_000,
    ],
    ids=[
        "100,000 lines that differ in a number",
        "20,000 cues",
        "10 MB of sentences on one line",
        "10 MB of one letter",
    ],
)
def test_an_enormous_article_takes_no_longer_for_its_length_than_an_eighth_of_it(text: str) -> None:
    clean(text[:1000])
    eighth = _seconds(text[: len(text) // _TIMES])
    start = process_time()
    clean(text)
    assert process_time() - start < _ROOM * eighth


def _run_together(body: str) -> str:
    return body.replace("\n", " ")


def _shuffled(body: str, *, share: float = 1) -> str:
    lines = body.split("\n")
    chance = random.Random(1)  # noqa: S311
    chance.shuffle(lines)
    return "\n".join(lines[: int(len(lines) * share)])


BOOKS: dict[str, Callable[[int], str]] = {
    "all of it run together, and then its paragraphs": lambda size: f"{_run_together(_body(size))}\n{_body(size)}",
    "all of it run together, and then its paragraphs in any order": lambda size: (
        f"{_run_together(_body(size))}\n{_shuffled(_body(size))}"
    ),
    "all of it run together, and then two thirds of its paragraphs": lambda size: (
        f"{_run_together(_body(size))}\n{_shuffled(_body(size), share=2 / 3)}"
    ),
    "a few lines over and over in any order": lambda size: "\n".join(
        random.Random(1).choices([f"{_words(number, 12)}." for number in range(20)], k=size * 4)  # noqa: S311
    ),
    "rows of a table with the words of a paragraph that something ran on to": lambda size: "\n".join(
        [f"{_words(-1, 12)}.", f"{_MOULD.capitalize()}.{_words(-2, 5).capitalize()}"]
        + [f"{_words(number, 3)} {_MOULD} {_words(number, 2)}" for number in range(size)]
        + [f"{_words(-1, 12)}.", f"{_MOULD.capitalize()}."]
        + [f"{_words(number, 3)} {_MOULD} {_words(number, 2)}" for number in range(size, 2 * size)]
    ),
    "a word a line": lambda size: "\n".join(random.Random(1).choices(_words(1, 400).split(), k=size * 30)),  # noqa: S311
}


@pytest.mark.parametrize("book", list(BOOKS.values()), ids=list(BOOKS))
def test_a_book_takes_no_longer_for_its_length_than_a_chapter(book: Callable[[int], str]) -> None:
    clean(book(8))
    chapter = book(400)
    text = book(400 * _TIMES)
    ratio = _seconds(text) / _seconds(chapter)
    assert ratio < _ROOM_IN_BOOKS * len(text) / len(chapter), (
        f"{_TIMES} times the length took {ratio:.1f} times as long"
    )
