"""Cleaning one article to a file or standard output, or many into a folder."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from article_pipeline.model import CleanOutput
from article_pipeline.settings import Settings

from . import view
from .articles import CleaningInto, Done, describe, done, work_on
from .files import to_stdout, unpacked, write
from .parallel import run
from .problems import Problem
from .sources import Source, Sources, read_source


class Interrupted(Exception):
    """It was stopped from outside, with nothing left half done."""


def clean_one(
    source: Source, *, settings: Settings, charset: str | None, output: Path | None, report: Path | None
) -> Done:
    """Cleans one article to a file, or to standard output; and its report to a file, if that is wanted.

    Raises `Problem` where a file cannot be written, or is the source itself.
    """
    for path in filter(None, (output, report)):
        if source.path and path.exists() and path.samefile(source.path):
            raise Problem(f"{path} is the source itself: name another file, or a folder.")
    try:
        read = read_source(source, max_bytes=settings.max_article_bytes, charset=charset)
    except OSError as error:
        return describe(source, error)
    result, message = work_on(read, settings)
    if isinstance(result.output, CleanOutput):
        if report:
            write(report, result.output.report.body)
        content = result.output.article.body
        if output:
            write(output, content)
        else:
            # What is packed is for programs. A person is shown what is in it.
            to_stdout(unpacked(content) if sys.stdout.isatty() else content)
    return done(source, result, message)


def clean_many(sources: Sources, work: CleaningInto, *, jobs: int, quiet: bool) -> view.Tally:
    """Cleans sources into a folder, and shows how far it is. Raises `Interrupted`, and `Problem` without the folder."""
    try:
        work.folder.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"{work.folder.root} cannot be made: {error.strerror}. Name another folder.") from None
    tally = view.Tally()
    with _interruptible(), view.progress(quiet=quiet) as bar:
        task = bar.add_task("", total=len(sources.found))
        try:
            for each in run(work, sources.found, jobs=jobs):
                tally.add(each)
                bar.advance(task)
                if each.message:
                    view.show_fault(bar.console, each)
        except KeyboardInterrupt:
            left = view.counted(len(sources.found) - tally.statuses.total(), "article")
            raise Interrupted(f"Interrupted with {left} to do. The same command goes on from here.") from None
    return tally


@contextmanager
def _interruptible() -> Iterator[None]:
    """Whoever ends this process politely is obeyed as a Ctrl-C is: what is begun is finished or taken back."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
