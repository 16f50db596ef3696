"""`python -m benchmarks FOLDER`: cleaners side by side in one run, on the corpora in a folder, and how ours grows."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import growth, plot, scale
from .cleaners import JUSTEXT, OURS, Cleaner, cleaners
from .corpora import NoCorpora, Row, read_corpora
from .measures import Figures, measure

_ROUNDS = 3
_SPEED = "millions of characters a second"
# What fails the benchmark. They are ratios, each with room for a machine that is busy with other things.
_LEAST_TO_JUSTEXT = 1.5
_MOST_GROWTH = 2.0
_MOST_MEMORY, _MEMORY_FOR_ANY = 8, 32 << 20
_MOST_OF = {"cold start": 1.5, "warm call": 3.5}


def main() -> int:
    """Prints tables in Markdown. Writes the results, a plot, and docs/scale.md, if nothing was left out.

    Returns 1 if a ratio is not as it must be, 2 without corpora.
    """
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="where defects.jsonl.gz and the like are; benchmarks/corpora.py describes them"
    )
    parser.add_argument("--limit", type=int, default=0, help="so many documents of each, at most; 0 for all")
    parser.add_argument("--start-up", type=Path, required=True, help="what benchmarks.start_up printed")
    arguments = parser.parse_args()
    try:
        corpora = read_corpora(arguments.folder, limit=arguments.limit)
    except NoCorpora as error:
        print(error, file=sys.stderr)
        return 2
    sizes = growth.SIZES[:2] if arguments.limit else growth.SIZES
    results = _measure(corpora) | {
        "growth": growth.measure_growth(sizes),
        "start-up": json.loads(arguments.start_up.read_text()),
    }
    print("\n\n".join(_tables(results)))
    if not arguments.limit:
        scale.RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        plot.PLOT.write_text(plot.drawn(results))
        scale.main()
    missed = list(missed_bars(results))
    print(*missed, sep="\n", file=sys.stderr)
    return 1 if missed else 0


def _measure(corpora: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    compared = cleaners()
    figures = {name: _figures(cleaner, corpora) for name, cleaner in compared.items()}
    texts = [row["text"] for rows in corpora.values() for row in rows]
    speeds = _speeds(compared, texts)
    characters = sum(map(len, texts)) / len(texts)
    article = {
        "bytes": round(sum(len(text.encode()) for text in texts) / len(texts)),
        "milliseconds": round(characters / speeds[OURS] / 1000, 2),
    }
    return {
        "article": article,
        "cleaners": {name: {**found, _SPEED: speeds[name]} for name, found in figures.items()},
    }


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


def missed_bars(results: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each ratio that is not as it must be."""
    speeds = {name: found[_SPEED] for name, found in results["cleaners"].items()}
    if speeds[OURS] < speeds[JUSTEXT] * _LEAST_TO_JUSTEXT:
        yield f"{speeds[OURS] / speeds[JUSTEXT]:.2f} times as fast as {JUSTEXT}: must be {_LEAST_TO_JUSTEXT} at least."
    for each in results["growth"]:
        text = f"{each['bytes']:,} bytes, {each['shape']}"
        if each["to_short"] > _MOST_GROWTH:
            yield f"{text}: {each['to_short']} times as long a byte as a short one: must be {_MOST_GROWTH} at most."
        if each["memory_to_text"] and each["memory_to_text"] > _MOST_MEMORY + _MEMORY_FOR_ANY / each["bytes"]:
            yield f"{text}: {each['memory_to_text']} times its size in memory: must be about {_MOST_MEMORY} at most."
    for name, most in _MOST_OF.items():
        found = results["start-up"][name]
        if found["processor_ratio"] > most:
            yield f"A {name} takes {found['processor_ratio']} times that of {found['beside']}: must be {most} at most."


def _tables(results: Mapping[str, Any]) -> Iterator[str]:
    yield _cleaners_table(results["cleaners"])
    rows = [["growth", "bytes", "time a byte, to that of a short text", "memory, to the text"]]
    rows += [
        [each["shape"], f"{each['bytes']:,}", f"{each['to_short']:.2f}", f"{each['memory_to_text']}"]
        for each in results["growth"]
    ]
    yield _markdown(rows)
    rows = [["the function", "beside", "time, ratio of medians", "time, ratios of pairs", "processor time"]]
    rows += [
        [
            name,
            found["beside"],
            f"{found['ratio']:.2f}",
            "{:.2f} to {:.2f}".format(*found["ratio_of_pairs"]),
            f"{found['processor_ratio']:.2f}",
        ]
        for name, found in results["start-up"].items()
    ]
    yield _markdown(rows)


def _cleaners_table(figures: Mapping[str, Figures]) -> str:
    rows = [["", *figures]]
    for name in figures[OURS]:
        # Gains are signed: below none the text is worse than it was.
        form = "+.4f" if "gained" in name or "dropped" in name else ".4f"
        rows.append([name, *(format(found[name], form) for found in figures.values())])
    ours = figures[OURS][_SPEED]
    rows.append(["times as fast as article-cleanup", *(f"{found[_SPEED] / ours:.2f}" for found in figures.values())])
    return _markdown(rows)


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    marks = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *body))


if __name__ == "__main__":
    sys.exit(main())
