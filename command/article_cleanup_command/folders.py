"""A folder that holds what the output bucket would: clean articles, their reports and pages, and rejections."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from article_pipeline.keys import clean_key, is_packed, page_key, rejected_key, report_key
from article_pipeline.model import CleanOutput, CleanResult, OutputObject, SourceObject
from article_pipeline.packed import Write
from article_pipeline.reports import rules_in_force
from article_pipeline.settings import Settings

from .files import write_whole, writing
from .problems import Problem

KINDS = ("clean", "reports", "pages", "rejected")


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """The folder at `root`, which need not be there yet."""

    root: Path

    def own_folders(self) -> list[Path]:
        """The folders that it has in it."""
        return [self.root / kind for kind in KINDS]

    def was_made(self) -> bool:
        """Whether something was cleaned into it: a clean article has its report, or there is what tells of others."""
        if article := self._first("clean"):
            return (self.root / report_key(article.relative_to(self.root / "clean").as_posix())).is_file()
        told = self._first("reports") or self._first("rejected")
        return told is not None and b'"schema_version"' in told.read_bytes()

    def _first(self, kind: str) -> Path | None:
        return next((path for path in (self.root / kind).rglob("*") if path.is_file()), None)

    def articles(self) -> list[str]:
        """The keys of its clean articles, in order. Raises `Problem` where there are none."""
        clean = self.root / "clean"
        found = sorted(path.relative_to(clean).as_posix() for path in clean.rglob("*") if path.is_file())
        if not found:
            raise Problem(
                f"{self.root} has no clean articles in it: name a folder that `clean` made, with clean/ in it."
            )
        return found

    def rejections(self) -> int:
        """How many sources were rejected."""
        return sum(path.is_file() for path in (self.root / "rejected").rglob("*"))

    def holds(self, source: SourceObject, settings: Settings) -> bool:
        """Whether this very source was cleaned here by the same rules and options, so that it need not be again.

        The report is written before the clean article, and never stands beside an older one.
        """
        needed = [clean_key(source.key)]
        if settings.write_pages:
            needed.append(page_key(source.key))
        if not all((self.root / key).is_file() for key in needed):
            return False
        try:
            report = _read_report(self.root / report_key(source.key), source.key)
            made_from = report["source"]
            return (
                made_from["etag"] == source.version.etag
                and made_from["content_type"] == source.content_type
                and all(report[name] == value for name, value in rules_in_force(settings).items())
                and report.get("text_field", settings.text_field) == settings.text_field
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def put(self, key: str, result: CleanResult) -> None:
        """Makes a result what the folder holds for a source, in place of what it held. Raises `OSError`."""
        self._clear(key)
        output = result.output
        files = (output.report, output.page, output.article) if isinstance(output, CleanOutput) else (output,)
        for written in filter(None, files):
            write_whole(self.root / written.key, written.body)

    @contextmanager
    def putting(self, key: str) -> Iterator[Callable[[OutputObject], Write]]:
        """As `put`, for outputs that are opened one after another, and are there when the block ends well."""
        self._clear(key)
        with ExitStack() as files:
            # The last to be opened is the first to be there: page and report, before their article.
            yield lambda output: files.enter_context(writing(self.root / output.key)).write

    def _clear(self, key: str) -> None:
        for path in clean_key(key), report_key(key), page_key(key), rejected_key(key):
            (self.root / path).unlink(missing_ok=True)


def _read_report(path: Path, key: str) -> Any:  # noqa: ANN401 - whatever there is in the file
    """What a report says of its source: all of it, or the last line of that on a packed file."""
    if not is_packed(key):
        return json.loads(path.read_bytes())
    with gzip.open(path) if key.lower().endswith(".gz") else path.open("rb") as lines:
        (last,) = deque(lines, maxlen=1)
    return json.loads(last)
