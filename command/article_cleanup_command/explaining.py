"""What would go from articles: their texts to be looked at, or the reports on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from article_cleanup import CleanedArticle, clean
from article_pipeline.cleaning import no_articles
from article_pipeline.loaders import is_blank, load_article
from article_pipeline.model import ArticleRejected, CleanOutput, OutputObject, PackedSummary
from article_pipeline.packed import Write, numbered, read_line, split_lines, unpack_stream
from article_pipeline.settings import Settings

from .articles import Done, Status, work_on
from .files import to_stdout
from .packed_files import clean_packed_file
from .sources import Source, open_packed, read_source


@dataclass(frozen=True, slots=True)
class Explained:
    """A text and what the cleanup makes of it. `fault` says why `clean` would write no article of it, if so."""

    name: str
    text: str = ""
    cleaned: CleanedArticle | None = None
    fault: Done | None = None


def read_text(source: Source, settings: Settings, *, charset: str | None) -> str:
    """The text of an article. Raises `ArticleRejected` and `OSError`."""
    read = read_source(source, max_bytes=settings.max_article_bytes, charset=charset)
    return load_article(read, max_bytes=settings.max_article_bytes, text_field=settings.text_field).text


def explain_source(source: Source, settings: Settings, *, charset: str | None) -> Iterator[Explained]:
    """Explains an article, or each line of a packed file. Raises `ArticleRejected` and `OSError`."""
    explain = partial(_explain, settings=settings)
    if not source.is_packed:
        yield explain(source.name, read_text(source, settings, charset=charset), status="rejected")
        return
    summary = PackedSummary()
    with open_packed(source) as (_, packed):
        chunks, _ = unpack_stream(packed, max_bytes=settings.max_packed_bytes)
        for number, piece in numbered(split_lines(chunks, max_bytes=settings.max_line_bytes)):
            if not piece.begins:
                continue
            name = f"{source.name}, line {number}"
            summary.lines = number
            try:
                text = read_line(piece, settings).text
            except ArticleRejected as rejection:
                summary.passed_through[rejection.reason] += 1
                if rejection.reason != "empty":
                    said = f"{rejection.reason}: {rejection.problem}"
                    yield Explained(name, fault=Done(name=name, status="passed through", message=said))
            else:
                summary.articles += 1
                yield explain(name, text, status="passed through")
    if not summary.articles:
        raise no_articles(summary, settings)


def _explain(name: str, text: str, *, settings: Settings, status: Status) -> Explained:
    cleaned = clean(text, settings.cleanup)
    said = "nothing-left: All of the text would be taken out, and so clean would write no article."
    fault = Done(name=name, status=status, message=said) if is_blank(cleaned.text) else None
    return Explained(name, text, cleaned, fault)


def print_reports(source: Source, settings: Settings, *, charset: str | None) -> bool:
    """Prints what `clean` would report on a source. Returns whether that was cleaned. Raises as above."""
    if source.is_packed:

        def open_output(output: OutputObject) -> Write:
            return to_stdout if output.key.startswith("reports/") else len

        return not clean_packed_file(source, settings, open_output, jobs=1, watch=lambda _, chunks: chunks).message
    result, _ = work_on(read_source(source, max_bytes=settings.max_article_bytes, charset=charset), settings)
    is_clean = isinstance(result.output, CleanOutput)
    to_stdout(result.output.report.body if isinstance(result.output, CleanOutput) else result.output.body)
    return is_clean
