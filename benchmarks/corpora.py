"""Corpora of scraped articles: gzipped JSON lines, one file for each of four questions.

- `defects.jsonl.gz`: damaged articles. `text` is what was scraped, `expected` the article.
- `untouched.jsonl.gz`: sound articles, in the same fields. A cleaner has nothing to do on them.
- `pages.jsonl.gz`: what extractors made of real pages. `text`, and `truth`, the article as a person marked it; `corpus`
  and `noise` say where the page is from, and how much of it the extractor let through.
- `segments.jsonl.gz`: the same, but `with` and `without` list passages that must be there and that must not.

A file that is not in the folder is a question not asked.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

NAMES = ("defects", "untouched", "pages", "segments")
# Whole pages, with menus and all, are work for an extractor. Nothing is asked of a cleaner there.
_NOT_EXTRACTED = "whole-page"


class NoCorpora(ValueError):
    """A folder in which there is none of the files."""


def read_corpora(folder: Path, *, limit: int = 0) -> dict[str, Sequence[Row]]:
    """The rows of each corpus in `folder`; of larger ones `limit` evenly spread, if not 0. Raises `NoCorpora`."""
    corpora: dict[str, Sequence[Row]] = {
        name: _read(folder / f"{name}.jsonl.gz", limit) for name in NAMES if (folder / f"{name}.jsonl.gz").is_file()
    }
    if not corpora:
        raise NoCorpora(f"{folder} has no {', '.join(f'{name}.jsonl.gz' for name in NAMES)}: name a folder that has.")
    return corpora


def _read(path: Path, limit: int) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row.get("noise") != _NOT_EXTRACTED]
    step = len(rows) / limit if 0 < limit < len(rows) else 1
    return [rows[int(number * step)] for number in range(limit if step > 1 else len(rows))]
