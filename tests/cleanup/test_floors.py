"""How well real articles come out, on corpora that lie beside the checkout and not in it.

`floors.json` holds what was reached, a little under the figures measured. A change may raise a floor; one that lowers a
floor says so, and why, in its commit message. No floor is under the bars below, which are not to be lowered at all. The
corpora are used whole, but for the whole-page level, which nothing is asked of yet.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from article_cleanup import clean

SHARED = Path(__file__).parents[2].parent / "shared"
FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text(encoding="utf-8"))
EXTRACTED = ("high-recall", "newspaper4k", "readability")

# Shares of documents and paragraphs.
LEAST_EXACT = 0.90
MOST_DOCUMENTS_THAT_LOSE = 0.01
MOST_CHANGED = 0.02
MOST_PARAGRAPHS_LOST = 1 / 3000
# Gains and losses against leaving the text alone.
LEAST_MEAN_GAIN = 0.004
LEAST_GAIN = {"aed": -0.001, "wcxb": -0.001, "scrapinghub": -0.004}
LEAST_KEPT = -0.003
LEAST_DROPPED = 0.015

Figures = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def score() -> Iterator[Callable[[str], Figures]]:
    """Figures by cell, of the set of that name."""
    if not (SHARED / "bench" / "score.py").exists() or not (SHARED / "data").exists():
        pytest.skip(f"The corpora are not here: they are looked for in {SHARED.name}/, beside the checkout.")
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(SHARED / "bench"))
    try:
        common: Any = importlib.import_module("common")
        bench: Any = importlib.import_module("score")
    finally:
        sys.path.remove(str(SHARED / "bench"))
        sys.dont_write_bytecode = writes

    def measure(name: str) -> Figures:
        rows = [
            row for row in common.read(SHARED / "data" / f"{name}.jsonl.gz") if row.get("noise") in {None, *EXTRACTED}
        ]
        assert rows
        outputs = [clean(row["text"]).text for row in rows]
        return dict(bench.SETS[name](rows, outputs, lambda *_: None))

    yield measure
    for module in ("common", "score"):
        sys.modules.pop(module, None)


def test_articles_with_defects_come_out_right(score: Callable[[str], Figures]) -> None:
    found = score("defects")["all"]
    assert found["exact"] >= max(FLOORS["defects"]["exact"], LEAST_EXACT)
    assert found["lost"] <= min(FLOORS["defects"]["lost"], MOST_DOCUMENTS_THAT_LOSE)


def test_articles_without_defects_stay_as_they_are(score: Callable[[str], Figures]) -> None:
    found = score("untouched")["all"]
    assert found["changed"] <= min(FLOORS["untouched"]["changed"], MOST_CHANGED)
    assert found["lost"] <= min(FLOORS["untouched"]["lost"], MOST_PARAGRAPHS_LOST)


def test_real_pages_gain_and_no_corpus_loses(score: Callable[[str], Figures]) -> None:
    gains = {cell: figures["gain"] for cell, figures in score("pages").items()}
    floors = {cell: floor for cell, floor in FLOORS["pages"].items() if cell != "mean"}
    assert gains.keys() == floors.keys()
    under = {cell: gain for cell, gain in gains.items() if gain < max(floors[cell], LEAST_GAIN[cell.partition(" ")[0]])}
    assert under == {}
    overall = mean(gain for cell, gain in gains.items() if not cell.startswith("scrapinghub"))
    assert overall >= max(FLOORS["pages"]["mean"], LEAST_MEAN_GAIN)


def test_wanted_segments_stay_and_unwanted_ones_go(score: Callable[[str], Figures]) -> None:
    cells = score("segments")
    assert cells.keys() == FLOORS["segments"].keys()
    for cell, found in cells.items():
        assert found["kept_gain"] >= max(FLOORS["segments"][cell]["kept_gain"], LEAST_KEPT), cell
        assert found["dropped_gain"] >= max(FLOORS["segments"][cell]["dropped_gain"], LEAST_DROPPED), cell


def test_the_article_that_this_project_started_from_comes_out_character_for_character() -> None:
    folder = SHARED / "articles"
    if not folder.exists():
        pytest.skip(f"The article is not here: it is looked for in {SHARED.name}/articles/, beside the checkout.")
    expected = {path.name.removesuffix(".expected.txt"): path for path in folder.glob("*.expected.txt")}
    assert expected
    for name, path in expected.items():
        assert clean((folder / f"{name}.txt").read_text(encoding="utf-8")).text == path.read_text(encoding="utf-8")


def test_no_floor_is_under_the_bar() -> None:
    assert FLOORS["defects"]["exact"] >= LEAST_EXACT
    assert FLOORS["defects"]["lost"] <= MOST_DOCUMENTS_THAT_LOSE
    assert FLOORS["untouched"]["changed"] <= MOST_CHANGED
    assert FLOORS["untouched"]["lost"] <= MOST_PARAGRAPHS_LOST
    assert FLOORS["pages"]["mean"] >= LEAST_MEAN_GAIN
    for cell, floor in FLOORS["pages"].items():
        assert floor >= LEAST_GAIN.get(cell.partition(" ")[0], LEAST_MEAN_GAIN)
    for floors in FLOORS["segments"].values():
        assert floors["kept_gain"] >= LEAST_KEPT
        assert floors["dropped_gain"] >= LEAST_DROPPED
