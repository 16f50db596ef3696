"""A folder that holds what the output bucket would: clean articles, their reports, and rejections."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from article_pipeline.keys import clean_key, rejected_key, report_key
from article_pipeline.model import CleanOutput, CleanResult, SourceObject
from article_pipeline.reports import rules_in_force
from article_pipeline.settings import Settings

from .files import write_whole

_KINDS = ("clean", "reports", "rejected")


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """The folder at `root`, which need not be there yet."""

    root: Path

    def own_folders(self) -> list[Path]:
        """The folders that it has in it. What lies there is no source, also where sources lie beside them."""
        return [self.root / kind for kind in _KINDS]

    def holds(self, source: SourceObject, settings: Settings) -> bool:
        """Whether this very source was cleaned here by the same rules and options, so that it need not be again.

        The report is written before the clean article, and never stands beside an older one.
        """
        if not (self.root / clean_key(source.key)).is_file():
            return False
        try:
            report: dict[str, Any] = json.loads((self.root / report_key(source.key)).read_bytes())
            made_from = report["source"]
            return (
                made_from["etag"] == source.version.etag
                and made_from["content_type"] == source.content_type
                and all(report[name] == value for name, value in rules_in_force(settings).items())
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def put(self, key: str, result: CleanResult) -> None:
        """Makes a result what the folder holds for a source, in place of what it held. Raises `OSError`."""
        for path in clean_key(key), report_key(key), rejected_key(key):
            (self.root / path).unlink(missing_ok=True)
        output = result.output
        for written in (output.report, output.article) if isinstance(output, CleanOutput) else (output,):
            write_whole(self.root / written.key, written.body)
