"""The fuzzer: `python -m tests.fuzz TARGET SECONDS`, for a target of `test_targets.py`; `make fuzz` runs them all.

libFuzzer makes up bytes, Hypothesis an example of them, and atheris tells libFuzzer which code that reached. What
reached something new is kept in `.local/fuzz/`, to go on from the next time. An example that breaks a promise is shown,
and ends it; `pytest tests/fuzz` then finds the same one, and makes it small.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["article_cleanup", "article_pipeline", "clean_article"]):
    from . import test_targets

_CORPUS = Path(__file__).parents[2] / ".local" / "fuzz"
_LONGEST = 1024  # bytes that an example is made of
_SLOWEST = 60  # seconds for one; all but what hangs is done in one
_MEMORY = 2048  # megabytes


def main(target: str, seconds: str) -> None:
    """Fuzzes a target for so long. libFuzzer ends the process, with 0 if no promise was broken."""
    corpus = _CORPUS / target
    corpus.mkdir(parents=True, exist_ok=True)
    options = {
        "max_total_time": seconds,
        "max_len": _LONGEST,
        "len_control": 0,  # else it would try nothing but a line or two for long
        "timeout": _SLOWEST,
        "rss_limit_mb": _MEMORY,
        "artifact_prefix": f"{_CORPUS}/broken-{target}-",
        "print_final_stats": 1,
    }
    arguments = [f"-{name}={value}" for name, value in options.items()]
    test = getattr(test_targets, f"test_{target}")
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], test.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
