"""Making sources again from clean articles and their reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

from article_pipeline.model import ArticleRejected
from article_pipeline.reports import rebuild_source

from .files import read, unpacked
from .problems import Problem
from .sources import BUCKET


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The bytes of a source, but for the gzip around them, if it `was_packed`."""

    content: bytes
    was_packed: bool


def restore(article: Path, report: Path | None) -> Restored:
    """The source of a clean article. Without its report, that is looked for where `clean` would have put it.

    Raises `Problem` when the two do not belong together, or one of them is none.
    """
    path = report or _report_on(article)
    written = _read_report(path)
    try:
        clean = unpacked(read(article))
        content = rebuild_source(written, clean.decode())
        source = written["source"]
        restored = Restored(content=content, was_packed=source["gzip_layers"] > 0)
        # S3's ETag is a digest only of some objects. The command's own always is.
        is_known = source["bucket"] == BUCKET and not restored.was_packed
        if is_known and md5(content, usedforsecurity=False).hexdigest() != source["etag"]:
            raise Problem(f"{article} was edited after it was cleaned: its source cannot be made again.")
    except (ArticleRejected, ValueError) as fault:
        raise Problem(f"{article} is not the clean article of {path}. {fault}") from None
    except (KeyError, TypeError, LookupError):
        raise Problem(f"{path} is no report on a clean article.") from None
    return restored


def _report_on(article: Path) -> Path:
    """Where the report on a clean article is, in a folder that holds what the output bucket would."""
    parts = article.absolute().parts
    for number in range(len(parts) - 2, 0, -1):
        if parts[number] == "clean":
            beside = Path(*parts[:number], "reports", *parts[number + 1 :])
            report = beside.with_name(f"{beside.name}.json")
            if report.is_file():
                return report
    raise Problem(f"There is no report beside {article}: name it, too.")


def _read_report(path: Path) -> dict[str, Any]:
    try:
        report = json.loads(read(path))
    except ValueError:
        report = None
    if not isinstance(report, dict):
        raise Problem(f"{path} is no report on a clean article.")
    return report
