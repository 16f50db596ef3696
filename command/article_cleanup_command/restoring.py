"""Sources, made again of clean articles and the reports on them."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import IO, Any, cast

from article_pipeline.keys import is_packed, report_key
from article_pipeline.loaders import GZIP_MAGIC
from article_pipeline.model import ArticleRejected
from article_pipeline.packed import Write, pack_stream
from article_pipeline.reports import rebuild_line, rebuild_source

from . import view
from .articles import Done
from .files import read, sweep, unpacked, writing
from .folders import OutputFolder
from .problems import Problem
from .runs import interruptible
from .sources import BUCKET


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoringInto:
    """Makes sources of an output folder's clean articles again, one a call; in any process, as it can be pickled."""

    folder: OutputFolder
    target: Path

    def __call__(self, key: str) -> Done:
        """What became of a clean article. A fault with it raises nothing: the others are not to suffer from it."""
        # The source is called as its article is, and not by the key in the report, which could lead out of the folder.
        article, target = self.folder.root / "clean" / key, self.target / key
        if target.is_file():
            return Done(name=str(target), status="there already")
        try:
            with writing(target) as stream:
                restore(article, None, write=stream.write, repacked=True)
        except Problem as problem:
            return Done(name=str(article), status="failed", message=str(problem))
        except OSError as fault:
            return Done(name=str(target), status="failed", message=fault.strerror or str(fault))
        return Done(name=str(target), status="restored")


def restore_many(folder: OutputFolder, target: Path, *, jobs: int, quiet: bool) -> view.Tally:
    """Makes all sources of an output folder's clean articles again. What is there already is left alone.

    Raises `Interrupted`, and `Problem` where there are no clean articles.
    """
    sweep(folder.own_folders(), to_their_depths=True)
    keys = folder.articles()
    sweep({(target / key).parent for key in keys}, to_their_depths=False)
    with interruptible("Restoring", len(keys), quiet=quiet) as under_way:
        under_way.add_all(RestoringInto(folder=folder, target=target), keys, jobs=jobs)
    return under_way.tally


def restore(article: Path, report: Path | None, *, write: Write, repacked: bool = False) -> bool:
    """Writes the source of a clean article, or packed file. Returns whether there was gzip around it.

    That is lost: what is written is what was in it, or if `repacked`, the same packed anew. Without its report, that is
    looked for where `clean` would have put it. Raises `Problem` when the two do not belong together, or one of them is
    none.
    """
    path = report or _report_on(article)
    with belonging_together(article, path):
        source, pieces = (_lines if is_packed(article.name) else _whole)(article, path)
        gzip_layers: int = source["gzip_layers"]
        digest = md5(usedforsecurity=False)
        write, finish = pack_stream(write, gzip_layers if repacked else 0)
        for piece in pieces:
            digest.update(piece)
            write(piece)
        finish()
        # S3's ETag is a digest only of some objects. The command's own always is.
        if source["bucket"] == BUCKET and not gzip_layers and digest.hexdigest() != source["etag"]:
            raise Problem(f"{article} was edited after it was cleaned: its source cannot be made again.")
        return gzip_layers > 0


@contextmanager
def belonging_together(article: Path, report: Path) -> Iterator[None]:
    """Where a clean article and its report are used. Raises `Problem` when they are not what they are taken for."""
    try:
        yield
    except (ArticleRejected, ValueError) as fault:
        raise Problem(f"{article} is not the clean article of {report}. {fault}") from None
    except (KeyError, TypeError, LookupError):
        raise Problem(f"{report} is no report on a clean article.") from None
    except (OSError, EOFError) as error:
        raise Problem(f"{article} and {report} cannot be read: {error}") from None


def _whole(article: Path, path: Path) -> tuple[dict[str, Any], Iterator[bytes]]:
    """What a report tells of its source, and the bytes of that."""
    report = parse_report(read(path), path)
    content = rebuild_source(report, unpacked(read(article)).decode())
    return report["source"], iter((content,))


def _lines(article: Path, path: Path) -> tuple[dict[str, Any], Iterator[bytes]]:
    """The same of a packed file, line by line."""
    summary, lines = read_lines(article, path)
    rebuilt = (rebuild_line(report, line, text_field=summary["text_field"]) for report, line in lines)
    return summary["source"], rebuilt


def read_lines(article: Path, path: Path) -> tuple[dict[str, Any], Iterator[tuple[dict[str, Any], bytes]]]:
    """The summary of the report on a packed file, and each line of the clean one with its own report.

    Raises `Problem`, `OSError`, and `ValueError` when there are not as many of the one as of the other.
    """
    with _open(path) as lines:
        summary = parse_report(next(iter(deque(lines, maxlen=1)), b""), path)

    def pairs() -> Iterator[tuple[dict[str, Any], bytes]]:
        with _open(path) as reports, _open(article) as lines:
            parsed = (parse_report(report, path) for report in reports)
            yield from zip((report for report in parsed if "line" in report), lines, strict=True)

    return summary, pairs()


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


def parse_report(content: bytes, path: Path) -> dict[str, Any]:
    """A report, or a line of one. Raises `Problem`."""
    try:
        report = json.loads(content)
    except ValueError:
        report = None
    if not isinstance(report, dict):
        raise Problem(f"{path} is no report on a clean article.")
    return report
