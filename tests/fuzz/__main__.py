"""The fuzzer: `python -m tests.fuzz TARGET OPTION...`, for a target of `test_targets.py`; `make fuzz` runs them all.

libFuzzer makes up bytes, Hypothesis an example of them, and atheris tells libFuzzer which code that reached. What
reached something new is kept in `.local/fuzz/`, to go on from the next time. An example that breaks a promise is shown,
and ends it; `pytest tests/fuzz` then finds the same one, and makes it small.
"""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import atheris
except ModuleNotFoundError:
    sys.exit("atheris is there for Linux on x86-64 alone. Elsewhere `pytest tests/fuzz` tries the same at random.")

with atheris.instrument_imports(include=["article_cleanup", "article_pipeline", "clean_article"]):
    from . import test_targets

_CORPUS = Path(__file__).parents[2] / ".local" / "fuzz"
_OPTIONS = {
    "max_len": 1024,  # bytes that an example is made of
    "len_control": 0,  # else it would try nothing but a line or two for long
    "timeout": 60,  # seconds for one example, where few take one
    "rss_limit_mb": 2048,
    "verbosity": 0,
    "print_final_stats": 1,
}


def main(target: str, *more: str) -> None:
    """Fuzzes a target, with libFuzzer's options. It ends the process, with 0 if no promise was broken."""
    corpus = _CORPUS / target
    corpus.mkdir(parents=True, exist_ok=True)
    options = [f"-{name}={value}" for name, value in _OPTIONS.items()]
    test = getattr(test_targets, f"test_{target}")
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={_CORPUS}/broken-{target}-", *more, str(corpus)],
        test.hypothesis.fuzz_one_input,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
