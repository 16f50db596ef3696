"""The examples run, and do what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from article_cleanup import clean

ROOT = Path(__file__).parents[2]


def test_a_pipeline_of_pandas_cleans_its_articles_and_counts_what_went(tmp_path: Path) -> None:
    texts = [(ROOT / "samples" / name).read_text() for name in ("harbour-ferry.txt", "chess-final.txt")]
    lines = (json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts))
    (tmp_path / "articles.jsonl").write_text("".join(lines))
    shown = subprocess.run(
        [sys.executable, ROOT / "examples" / "clean_with_pandas.py", "articles.jsonl", "clean.jsonl"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "layers" / "cleanup")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    written = [json.loads(line) for line in (tmp_path / "clean.jsonl").read_text().splitlines()]
    assert [row["text"] for row in written] == [clean(text).text for text in texts]
    assert [row["id"] for row in written] == [0, 1]
    assert [each["rule"] for each in written[0]["removed"]] == [each.rule for each in clean(texts[0]).removals]
    assert written[1]["removed"] == []
    assert {tuple(line.split()) for line in shown.splitlines()} >= {("duplicate", "5"), ("headline-block", "5")}
