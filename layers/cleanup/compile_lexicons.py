"""Writes the file from which the cleanup's lexicons load quickly. Run it with `make lexicons` when one has changed."""

from __future__ import annotations

from pathlib import Path

from article_cleanup.compilation import COMPILED_FILE, compiled_file

LEXICONS = Path(__file__).parent / "article_cleanup" / "lexicons"

if __name__ == "__main__":
    (LEXICONS / "shared" / COMPILED_FILE).write_text(compiled_file(LEXICONS), encoding="utf-8")
