"""What would go from articles: their texts to be looked at, or the reports on them."""

from __future__ import annotations

from collections.abc import Iterator

from article_pipeline.cleaning import no_articles
from article_pipeline.loaders import load_article
from article_pipeline.model import ArticleRejected, CleanOutput, OutputObject, PackedSummary
from article_pipeline.packed import Write, numbered, read_line, split_lines, unpack_stream
from article_pipeline.settings import Settings

from .articles import work_on
from .files import to_stdout
from .packed_files import clean_packed_file
from .sources import Source, open_packed, read_source


def read_texts(source: Source, settings: Settings, *, charset: str | None) -> Iterator[tuple[int, str]]:
    """The text of an article, as that of line 0, or of each article in a packed file, with the number of its line.

    Lines that are no article are left out. Raises `ArticleRejected` and `OSError`.
    """
    if not source.is_packed:
        read = read_source(source, max_bytes=settings.max_article_bytes, charset=charset)
        article = load_article(read, max_bytes=settings.max_article_bytes, text_field=settings.text_field)
        yield 0, article.text
        return
    summary = PackedSummary()
    with open_packed(source) as (_, packed):
        chunks, _ = unpack_stream(packed, max_bytes=settings.max_packed_bytes)
        for number, piece in numbered(split_lines(chunks, max_bytes=settings.max_line_bytes)):
            if not piece.begins:
                continue
            summary.lines = number
            try:
                text = read_line(piece, settings).text
            except ArticleRejected as rejection:
                summary.passed_through[rejection.reason] += 1
            else:
                summary.articles += 1
                yield number, text
    if not summary.articles:
        raise no_articles(summary, settings)


def print_reports(source: Source, settings: Settings, *, charset: str | None) -> bool:
    """Prints what `clean` would report on a source. Returns whether that was cleaned. Raises as `read_texts` does."""
    if source.is_packed:

        def open_output(output: OutputObject) -> Write:
            return to_stdout if output.key.startswith("reports/") else len

        return not clean_packed_file(source, settings, open_output, jobs=1, watch=lambda _, chunks: chunks).message
    result, _ = work_on(read_source(source, max_bytes=settings.max_article_bytes, charset=charset), settings)
    is_clean = isinstance(result.output, CleanOutput)
    to_stdout(result.output.report.body if isinstance(result.output, CleanOutput) else result.output.body)
    return is_clean
