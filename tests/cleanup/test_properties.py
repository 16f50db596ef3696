"""What is promised of every cleanup, on documents made at random."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from article_cleanup import CleanupConfig, clean
from article_cleanup.lexicon import load_lexicon
from article_cleanup.reading import Reader

from .cases import load_cases
from .documents import LABELS, PARAGRAPHS, documents
from .invariants import assert_invariants

configs = st.builds(
    CleanupConfig,
    keep_embeds=st.booleans(),
    keep_near_duplicates=st.booleans(),
    near_duplicate_threshold=st.sampled_from([0.8, 0.9, 0.95, 1.0]),
    least_repeat_words=st.integers(1, 30),
    promo_phrases=st.sampled_from([(), ("the tide …",), ("no", "nobody watched … harbour")]),
    spare_phrases=st.sampled_from([(), ("video", "you may also like")]),
)


@given(documents)
@example("")
@example(" \n\t\u2028 ")
@example("\ud800")
@example("\x00\n\x00")
@example("\ufeffVideo\n\ufeffVideo")
@example("a\u0301\u0301\u0301\n" * 40)
@example("\u202eThe tide came in.\u202c\n\u2066Video\u2069\n")
@example("word " * 50_000)
@example("x" * 200_000)
def test_every_promise_holds_of_any_text(text: str) -> None:
    assert_invariants(text)


@pytest.mark.parametrize("given", [b"The tide came in.", None, 1.5])
def test_what_is_no_text_is_told_in_a_sentence(given: Any) -> None:  # noqa: ANN401 - what is no text
    with pytest.raises(
        TypeError, match=f"^clean\\(\\) takes .* as a str, and was given {type(given).__name__}: .*\\.$"
    ):
        clean(given)


_TIDE = "The tide came in over the low wall and took the boats."


@pytest.mark.parametrize(
    "text",
    [
        f"{_TIDE}\n{_TIDE}\n{_TIDE}The boats went out again at noon.\n{_TIDE.upper()}0",
        # What stood before the last copy is the last one now, and that is found in the draft first.
        f"{_TIDE}す。{_TIDE}{_TIDE}",
        # One line becomes what another was.
        f"{_TIDE}Five Old Mills{_TIDE}{_TIDE}{_TIDE}\n{_TIDE}Five Old Mills{_TIDE}{_TIDE}",
    ],
    ids=["copies carry a stray digit", "a copy is the last only now", "a line becomes another"],
)
def test_a_cleanup_settles_even_where(text: str) -> None:
    assert_invariants(text)


@settings(max_examples=50)
@given(documents, configs)
def test_every_promise_holds_with_any_config(text: str, config: CleanupConfig) -> None:
    assert_invariants(text, config)


@settings(max_examples=50)
@given(documents, documents)
def test_the_result_does_not_depend_on_what_was_cleaned_before(one: str, other: str) -> None:
    first = clean(one)
    clean(other)
    assert clean(one) == first
    assert clean(one) == first


def test_an_article_cleaned_many_times_comes_out_the_same_every_time() -> None:
    text = "\n".join([*PARAGRAPHS, *LABELS, *PARAGRAPHS])
    first = clean(text)
    assert all(clean(text) == first for _ in range(20))


def test_the_result_does_not_depend_on_the_seed_of_hashes() -> None:
    outcomes = {_cleaned_elsewhere(seed) for seed in ("0", "1", "4242")}
    assert len(outcomes) == 1
    assert len(json.loads(outcomes.pop())) == len(list(load_cases()))


def _cleaned_elsewhere(seed: str) -> str:
    """What another interpreter makes of all golden cases: texts and removals, as JSON."""
    script = (
        "import json, sys; from article_cleanup import clean; from dataclasses import asdict; "
        "print(json.dumps([asdict(clean(text)) for text in json.load(sys.stdin)]))"
    )
    layer = Path(__file__).parents[2] / "layers" / "cleanup"
    answer = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps([case.text for case in load_cases()]),
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(layer)},
        capture_output=True,
        check=True,
        text=True,
    )
    return answer.stdout


_BODY = [
    "The tide came in over the low wall on Sunday and took the boats of the three oldest families in the village.",
    "Nobody watched them leave the small harbour, since all who could walk had gone up to the chapel on the hill.",
    "The board of the harbour has spent the winter looking for a captain, since the old one is to retire in June.",
    "Fares will stay as they are for all who live on the islands, and rise by a third for visitors in the summer.",
    "The mill at the ford was the last to grind by water, and children still come to see the wheel turn at Easter.",
]
_ADDED = ("so they said ", "after two long nights ", "quite unlike the year before ")
_NAMES = ("Marrow", "Keller", "Saltby")


@given(st.data())
def test_what_a_copy_of_a_paragraph_says_more_or_otherwise_is_not_lost(data: st.DataObject) -> None:
    lines: list[str] = []
    own: set[str] = set()
    for _ in range(data.draw(st.integers(2, 3))):
        copy = list(_BODY)
        position = data.draw(st.integers(0, len(copy) - 1))
        middle = copy[position].index(" ", 50) + 1
        said = data.draw(st.sampled_from([*_ADDED, *(f"said {name} " for name in _NAMES)]))
        copy[position] = copy[position][:middle] + said + copy[position][middle:]
        own.add(said)
        lines += copy
    cleaned = assert_invariants("\n".join(lines))
    assert all(said in cleaned.text for said in own)


@given(documents)
def test_blocks_are_the_non_blank_lines_of_a_text_in_order(text: str) -> None:
    blocks = Reader(load_lexicon()).blocks(text)
    assert [block.text for block in blocks] == [line.strip() for line in text.splitlines() if line.strip()]
    assert all(block.span.of(text) == block.text for block in blocks)
    assert [block.index for block in blocks] == list(range(len(blocks)))


@settings(max_examples=50)
@given(st.lists(st.sampled_from(PARAGRAPHS), unique=True, max_size=8))
def test_paragraphs_that_differ_are_never_reordered(paragraphs: list[str]) -> None:
    kept = clean("\n".join(paragraphs)).kept
    assert list(kept) == sorted(kept)


@given(documents)
def test_a_text_from_which_nothing_is_removed_comes_back_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assume(cleaned.kept)
    assert cleaned.removals or cleaned.text == text


@pytest.mark.parametrize("text", ["\n", " \t\r\n\u2028\u3000"])
def test_a_text_of_blanks_comes_back_as_it_is(text: str) -> None:
    assert clean(text).text == text
