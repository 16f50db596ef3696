"""The sample articles come out as the files beside this one say, character for character."""

from __future__ import annotations

from pathlib import Path

import pytest

from article_cleanup import clean, restore
from article_pipeline.packed import clean_packed
from article_pipeline.reports import rebuild_lines
from article_pipeline.settings import Settings

EXPECTED = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".txt", ".md"})
SAMPLES = Path(__file__).parents[2] / "samples"
PACKED = Path(__file__).with_name("wire.jsonl")


def test_every_sample_that_is_an_article_is_here() -> None:
    articles = {path.name for path in SAMPLES.iterdir()} - {"README.md", "page.html", PACKED.name}
    assert {path.name for path in EXPECTED} == articles


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name)
def test_a_sample_comes_out_as_it_should(expected: Path) -> None:
    text = (SAMPLES / expected.name).read_text()
    cleaned = clean(text)
    assert cleaned.text == expected.read_text()
    assert restore(cleaned) == text
    assert all(removal.reason for removal in cleaned.removals)


def test_the_clean_sample_stays_as_it_is() -> None:
    text = (SAMPLES / "chess-final.txt").read_text()
    assert clean(text).text == text


def test_the_packed_sample_comes_out_as_it_should() -> None:
    source, cleaned, reports = (SAMPLES / PACKED.name).read_bytes(), bytearray(), bytearray()
    settings = Settings(input_bucket="in", output_bucket="out", max_article_bytes=100_000)
    clean_packed([source], articles=cleaned.extend, reports=reports.extend, settings=settings)
    assert cleaned == PACKED.read_bytes()
    assert b"".join(rebuild_lines(bytes(reports).splitlines(), bytes(cleaned).splitlines(keepends=True))) == source
