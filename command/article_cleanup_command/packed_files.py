"""Packed files, of JSON lines: cleaned line by line on all cores, whatever their size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from article_pipeline.cleaning import clean_packed_source, reject_source
from article_pipeline.model import ArticleRejected, OutputObject, SourceObject
from article_pipeline.packed import Write
from article_pipeline.settings import Settings

from .articles import CleaningInto, Done, describe, done
from .parallel import run
from .sources import Source, open_packed

Watch = Callable[[SourceObject, Iterator[bytes]], Iterator[bytes]]
"""Passes the chunks of a file on, and tells somebody how far it is."""


def clean_packed_file(
    source: Source, settings: Settings, open_output: Callable[[OutputObject], Write], *, jobs: int, watch: Watch
) -> Done:
    """Cleans a packed file to what `open_output` opens: the clean file, and the report on it. Raises `OSError`."""
    with open_packed(source) as (read, chunks):
        outcome = clean_packed_source(
            read, watch(read, chunks), settings, open_output=open_output, map_lines=partial(run, jobs=jobs)
        )
    return done(source, outcome)


def clean_packed_into(work: CleaningInto, source: Source, *, jobs: int, watch: Watch) -> Done:
    """Cleans a packed file into a folder, as `work` does an article."""
    folder, settings = work.folder, work.settings
    try:
        with open_packed(source) as (read, chunks):
            if not work.again and folder.holds(read, settings):
                return Done(name=source.name, status="up to date")
            try:
                with folder.putting(source.key) as open_output:
                    outcome = clean_packed_source(
                        read, watch(read, chunks), settings, open_output=open_output, map_lines=partial(run, jobs=jobs)
                    )
            except ArticleRejected as rejection:
                folder.put(source.key, reject_source(read, rejection, settings))
                return describe(source, rejection)
    except (OSError, MemoryError) as fault:
        return describe(source, fault)
    return done(source, outcome)
