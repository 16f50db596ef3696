"""Cleaning one article to a file or standard output, or many into a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.progress import Progress

from article_pipeline.model import ArticleRejected, CleanOutput, OutputObject, SourceObject
from article_pipeline.packed import Write
from article_pipeline.settings import Settings

from . import view
from .articles import CleaningInto, Done, describe, done, work_on
from .files import refuse_to_replace, sweep, to_stdout, unpacked, write, writing
from .packed_files import clean_packed_file, clean_packed_into
from .problems import Problem
from .runs import interruptible
from .sources import Source, Sources, read_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where one article goes: to files, or for want of the first to standard output."""

    article: Path | None
    report: Path | None


def clean_one(source: Source, target: Target, settings: Settings, *, charset: str | None, jobs: int) -> Done:
    """Cleans one article, or one packed file.

    Raises `Problem` where a file cannot be written, or is the source itself.
    """
    for path in filter(None, (target.article, target.report)):
        refuse_to_replace([source.path], path)
        sweep([path.parent], to_their_depths=False)
    try:
        if source.is_packed:
            return _clean_packed(source, target, settings, jobs)
        read = read_source(source, max_bytes=settings.max_article_bytes, charset=charset)
    except BrokenPipeError:
        raise  # it is no fault of the source's that nobody reads on
    except (OSError, ArticleRejected) as fault:
        return describe(source, fault)
    result, message = work_on(read, settings)
    if isinstance(result.output, CleanOutput):
        if target.report:
            write(target.report, result.output.report.body)
        content = result.output.article.body
        if target.article:
            write(target.article, content)
        else:
            # What is packed is for programs. A person is shown what is in it.
            to_stdout(unpacked(content) if sys.stdout.isatty() else content)
    return done(source, result.outcome, message)


def _clean_packed(source: Source, target: Target, settings: Settings, jobs: int) -> Done:
    with ExitStack() as files:
        paths = iter((target.article, target.report))

        def open_output(output: OutputObject) -> Write:
            path = next(paths)
            if path:
                return files.enter_context(writing(path)).write
            return sys.stdout.buffer.write if output.key.startswith("clean/") else len

        done = clean_packed_file(source, settings, open_output, jobs=jobs, watch=lambda _, chunks: chunks)
        sys.stdout.buffer.flush()
        return done


def clean_many(sources: Sources, work: CleaningInto, *, jobs: int, quiet: bool) -> view.Tally:
    """Cleans sources into a folder, and shows how far it is. Raises `Interrupted`, and `Problem` without the folder."""
    try:
        work.folder.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"{work.folder.root} cannot be made: {error.strerror}. Name another folder.") from None
    sweep(work.folder.own_folders(), to_their_depths=True)
    with interruptible("Cleaning", len(sources.found), quiet=quiet) as under_way:
        watch = partial(_watch, under_way.bar)
        for source in sources.found:
            if source.is_packed:
                under_way.add(clean_packed_into(work, source, jobs=jobs, watch=watch))
        under_way.add_all(work, [source for source in sources.found if not source.is_packed], jobs=jobs)
    return under_way.tally


def _watch(bar: Progress, read: SourceObject, chunks: Iterator[bytes]) -> Iterator[bytes]:
    task = bar.add_task(f"bytes of {read.key}", total=read.size)
    for chunk in chunks:
        yield chunk
        bar.advance(task, len(chunk))
    bar.remove_task(task)
