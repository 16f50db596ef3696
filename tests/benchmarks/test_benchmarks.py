"""The benchmark's measures, on corpora small enough to count by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.corpora import NoCorpora, Row, read_corpora
from benchmarks.measures import measure

FERRY = "The ferry left at noon.\nNobody was aboard.\nIt came back at night."


def test_documents_are_right_or_wrong_as_a_whole_and_lose_paragraphs() -> None:
    rows: list[Row] = [{"text": "", "expected": FERRY}] * 4
    left_too_much = f"{FERRY}\nRead more"
    lost_one = FERRY.replace("Nobody was aboard.\n", "")
    typeset = FERRY.replace(" ", "\u00a0")
    found = measure("defects", rows, [FERRY, left_too_much, lost_one, typeset])
    assert found == {"documents exactly right": 0.5, "documents that lost a paragraph": 0.25}


def test_paragraphs_in_another_order_are_not_right_and_not_lost() -> None:
    turned = "\n".join(reversed(FERRY.split("\n")))
    found = measure("defects", [{"text": "", "expected": FERRY}], [turned])
    assert found == {"documents exactly right": 0, "documents that lost a paragraph": 0}


def test_sound_documents_count_by_what_was_done_to_them() -> None:
    rows: list[Row] = [{"text": FERRY, "expected": FERRY}] * 2
    found = measure("untouched", rows, [FERRY, "The ferry left at noon."])
    assert found == {"sound documents changed": 0.5, "sound paragraphs lost": pytest.approx(2 / 6)}


def test_pages_gain_by_what_is_not_the_article_and_lose_by_what_is() -> None:
    rows: list[Row] = [
        {"corpus": "port", "noise": "high", "text": f"{FERRY}\nSign up for our letters now", "truth": FERRY}
    ]
    assert measure("pages", rows, [rows[0]["text"]]) == {"F1 gained, port": 0}
    assert measure("pages", rows, [FERRY])["F1 gained, port"] > 0
    assert measure("pages", rows, ["Sign up for our letters now"])["F1 gained, port"] < 0


def test_passages_count_where_they_must_be_and_where_they_must_not() -> None:
    rows: list[Row] = [
        {"text": f"{FERRY}\nShare this", "with": ["left at noon", "at night"], "without": ["Share this"]}
    ]
    found = measure("segments", rows, ["The ferry left\nat noon."])
    assert found == {"wanted passages gained": -0.5, "unwanted passages dropped": 1.0}


def test_corpora_are_read_without_whole_pages_and_spread_over_what_there_is(tmp_path: Path) -> None:
    rows = [{"noise": "high-recall", "id": number} for number in range(9)] + [{"noise": "whole-page", "id": 9}]
    with gzip.open(tmp_path / "pages.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    assert [row["id"] for row in read_corpora(tmp_path)["pages"]] == list(range(9))
    assert [row["id"] for row in read_corpora(tmp_path, limit=3)["pages"]] == [0, 3, 6]
    assert len(read_corpora(tmp_path, limit=100)["pages"]) == 9


def test_a_folder_without_corpora_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(NoCorpora, match=r"has no defects\.jsonl\.gz"):
        read_corpora(tmp_path)
