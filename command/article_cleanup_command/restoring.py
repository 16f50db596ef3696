"""What clean articles and their reports make together: the source, and the page that shows both."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import md5
from pathlib import Path
from typing import IO, Any, cast

from article_pipeline.keys import is_packed, report_key
from article_pipeline.loaders import GZIP_MAGIC
from article_pipeline.model import ArticleRejected
from article_pipeline.pages import write_page
from article_pipeline.records import read_record
from article_pipeline.reports import read_cleaned, rebuild_line, rebuild_source, rebuild_text

from .files import read, unpacked
from .problems import Problem
from .sources import BUCKET


def restore(article: Path, report: Path | None, *, text_field: str, write: Callable[[bytes], object]) -> bool:
    """Writes the source of a clean article, or packed file. Returns whether there was gzip around it, which is lost.

    Without its report, that is looked for where `clean` would have put it. Raises `Problem` when the two do not belong
    together, or one of them is none.
    """
    path = report or _report_on(article)
    try:
        source, pieces = (_lines if is_packed(article.name) else _whole)(article, path, text_field)
        digest = md5(usedforsecurity=False)
        for piece in pieces:
            digest.update(piece)
            write(piece)
        was_packed: bool = source["gzip_layers"] > 0
        # S3's ETag is a digest only of some objects. The command's own always is.
        if source["bucket"] == BUCKET and not was_packed and digest.hexdigest() != source["etag"]:
            raise Problem(f"{article} was edited after it was cleaned: its source cannot be made again.")
    except (ArticleRejected, ValueError) as fault:
        raise Problem(f"{article} is not the clean article of {path}. {fault}") from None
    except (KeyError, TypeError, LookupError):
        raise Problem(f"{path} is no report on a clean article.") from None
    except (OSError, EOFError) as error:
        raise Problem(f"{article} and {path} cannot be read: {error}") from None
    return was_packed


def page_of_report(article: Path, path: Path, *, text_field: str) -> bytes:
    """The page that shows what a report says of a clean article. Raises `Problem` as `restore` does."""
    report = _parse(read(path), path)
    try:
        written = unpacked(read(article)).decode()
        if report["source"]["format"] == "json":
            written = read_record(written, text_field).text
        return write_page(report["source"]["key"], rebuild_text(report, written), read_cleaned(report, written))
    except (ArticleRejected, ValueError) as fault:
        raise Problem(f"{article} is not the clean article of {path}. {fault}") from None
    except (KeyError, TypeError, LookupError):
        raise Problem(f"{path} is no report on a clean article.") from None


def _whole(article: Path, path: Path, text_field: str) -> tuple[dict[str, Any], Iterator[bytes]]:
    """What a report tells of its source, and the bytes of that."""
    report = _parse(read(path), path)
    content = rebuild_source(report, unpacked(read(article)).decode(), text_field=text_field)
    return report["source"], iter((content,))


def _lines(article: Path, path: Path, _text_field: str) -> tuple[dict[str, Any], Iterator[bytes]]:
    """The same of a packed file, line by line."""
    with _open(path) as lines:
        summary = _parse(next(iter(deque(lines, maxlen=1)), b""), path)

    def rebuilt() -> Iterator[bytes]:
        with ExitStack() as files:
            reports = files.enter_context(_open(path))
            for line, report in zip(files.enter_context(_open(article)), reports, strict=False):
                yield rebuild_line(_parse(report, path), line, text_field=summary["text_field"])

    return summary["source"], rebuilt()


def _open(path: Path) -> IO[bytes]:
    stream = path.open("rb")
    is_gzip = stream.read(2) == GZIP_MAGIC
    stream.seek(0)
    return cast(IO[bytes], gzip.open(stream)) if is_gzip else stream


def _report_on(article: Path) -> Path:
    """Where the report on a clean article is, in a folder that holds what the output bucket would."""
    parts = article.absolute().parts
    for number in range(len(parts) - 2, 0, -1):
        if parts[number] == "clean":
            report = Path(*parts[:number], report_key("/".join(parts[number + 1 :])))
            if report.is_file():
                return report
    raise Problem(f"There is no report beside {article}: name it, too.")


def _parse(content: bytes, path: Path) -> dict[str, Any]:
    try:
        report = json.loads(content)
    except ValueError:
        report = None
    if not isinstance(report, dict):
        raise Problem(f"{path} is no report on a clean article.")
    return report
