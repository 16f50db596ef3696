"""How time and memory grow with a text: `python -m benchmarks.growth SHORT LONG`, two files, in a process of its own.

`SHORT` has a JSON list of short texts, and `LONG` a text of the same shape, which is cleaned between them. What is
compared is the time a byte: so a machine that is busy now and free later is slow or quick for both. The short ones
differ, as articles do: a processor that meets one text again and again has learned where it branches.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from article_cleanup import clean

SHORT = 10_000
SIZES = (100_000, 1_000_000, 5_000_000, 20_000_000)
_SHORT_TEXTS = 10
_COPIES = 50
_LEAST_SECONDS = 0.3
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def ordinary(size: int) -> str:
    """Paragraphs of words that are as frequent as words are: each new page has some that were not there before."""
    chance = random.Random(size)  # noqa: S311 - the same text on every run
    syllables = [head + vowel for head, vowel in product("bdfghklmnprstvw", "aeiou")]
    words = ["".join(parts) for length in (2, 3) for parts in product(syllables, repeat=length)]
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(words))))
    paragraphs: list[str] = []
    while size > 0:
        sentences = (
            " ".join(chance.choices(words, cum_weights=weights, k=chance.randrange(6, 24))).capitalize() + "."
            for _ in range(chance.randrange(1, 6))
        )
        paragraphs.append(" ".join(sentences))
        size -= len(paragraphs[-1]) + 1
    return "\n".join(paragraphs)


def saved_again(size: int) -> str:
    """A body that was saved fifty times."""
    return "\n".join([ordinary(size // _COPIES)] * _COPIES)


def alike(size: int) -> str:
    """Lines that differ in a number: 200,000 of them in 20 MB."""
    line = "The ferry of {:06} left the harbour of Port Ellery late on Tuesday, said the board, and nobody was aboard."
    return "\n".join(map(line.format, range(size // (len(line.format(0)) + 1))))


SHAPES: Mapping[str, Callable[[int], str]] = {
    "ordinary text": ordinary,
    "a body saved 50 times": saved_again,
    "lines that are nearly the same": alike,
}


def measure_growth(sizes: Sequence[int] = SIZES) -> list[dict[str, Any]]:
    """For each shape and size: the time a byte, to that of a short text; and the memory, to the size of the text."""
    return [_measure_in_a_process(shape, size) for shape in SHAPES for size in sizes]


def _measure_in_a_process(shape: str, size: int) -> dict[str, Any]:
    make = SHAPES[shape]
    with TemporaryDirectory() as folder:
        short, long = Path(folder, "short.json"), Path(folder, "long.txt")
        short.write_text(json.dumps([make(SHORT + number) for number in range(_SHORT_TEXTS)]))
        long.write_text(make(size))
        command = [sys.executable, "-m", "benchmarks.growth", str(short), str(long)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - itself
    return {"shape": shape, **json.loads(done.stdout)}


def _measure(short: Sequence[str], file: Path) -> dict[str, Any]:
    first = _time_a_byte(short)
    before = _memory("VmRSS")
    text = file.read_text()
    _forget_the_peak()
    took = _time_a_byte([text])
    peak = _memory("VmHWM")
    return {
        "bytes": len(text),
        "nanoseconds_a_byte": round(took * 1e9, 1),
        "to_short": round(took / median([first, _time_a_byte(short)]), 3),
        "memory_to_text": round((peak - before) / len(text), 2) if peak else None,
    }


def _time_a_byte(texts: Sequence[str]) -> float:
    times: list[float] = []
    while sum(times) < _LEAST_SECONDS:
        began = time.process_time()
        for text in texts:
            clean(text)
        times.append(time.process_time() - began)
    return median(times) / sum(map(len, texts))


def _memory(field: str) -> int:
    """What Linux tells of this process, in bytes; elsewhere 0."""
    found = re.search(rf"{field}:\s+(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    return int(found[1]) * 1024 if found else 0


def _forget_the_peak() -> None:
    if _CLEAR.exists():
        _CLEAR.write_text("5")


if __name__ == "__main__":
    print(json.dumps(_measure(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))))
