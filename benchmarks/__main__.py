"""`python -m benchmarks FOLDER`: cleaners side by side in one run, on the corpora in a folder."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .cleaners import OURS, Cleaner, cleaners
from .corpora import NoCorpora, Row, read_corpora
from .measures import Figures, measure

_ROUNDS = 3


def main() -> int:
    """Prints a table in Markdown: a measure a row, a cleaner a column."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="where defects.jsonl.gz and the like are; benchmarks/corpora.py describes them"
    )
    parser.add_argument("--limit", type=int, default=0, help="so many documents of each, at most; 0 for all")
    arguments = parser.parse_args()
    try:
        corpora = read_corpora(arguments.folder, limit=arguments.limit)
    except NoCorpora as error:
        print(error, file=sys.stderr)
        return 2
    compared = cleaners()
    figures = {name: _figures(cleaner, corpora) for name, cleaner in compared.items()}
    speeds = _speeds(compared, [row["text"] for rows in corpora.values() for row in rows])
    print(_table(figures, speeds))
    return 0


def _figures(cleaner: Cleaner, corpora: Mapping[str, Sequence[Row]]) -> Figures:
    found: dict[str, float] = {}
    for name, rows in corpora.items():
        found |= measure(name, rows, [cleaner(row["text"]) for row in rows])
    return found


def _speeds(compared: Mapping[str, Cleaner], texts: Sequence[str]) -> dict[str, float]:
    """Characters a second of processor time, in millions: the best of some rounds, in which cleaners take turns."""
    best = dict.fromkeys(compared, 0.0)
    size = sum(map(len, texts)) / 1e6
    for _ in range(_ROUNDS):
        for name, cleaner in compared.items():
            began = time.process_time()
            for text in texts:
                cleaner(text)
            best[name] = max(best[name], size / (time.process_time() - began))
    return best


def _table(figures: Mapping[str, Figures], speeds: Mapping[str, float]) -> str:
    rows = [["", *figures], ["---", *("---:" for _ in figures)]]
    for name in figures[OURS]:
        # Gains are signed: below none the text is worse than it was.
        form = "+.4f" if "gained" in name or "dropped" in name else ".4f"
        rows.append([name, *(format(found[name], form) for found in figures.values())])
    rows.append(["millions of characters a second", *(f"{speed:.2f}" for speed in speeds.values())])
    rows.append(["times as fast as article-cleanup", *(f"{speed / speeds[OURS]:.2f}" for speed in speeds.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
