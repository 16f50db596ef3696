"""The page that shows an article, or the articles of a packed file, with what goes of it or what a report says went."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from article_cleanup import clean, rules_version
from article_pipeline.cleaning import no_articles
from article_pipeline.keys import is_packed
from article_pipeline.packed import clean_packed, unpack_stream
from article_pipeline.pages import PackedArticle, PackedPage, write_page
from article_pipeline.records import read_record
from article_pipeline.reports import read_cleaned, rebuild_text
from article_pipeline.settings import Settings

from .explaining import read_text
from .files import read, unpacked
from .restoring import belonging_together, parse_report, read_lines
from .sources import Source, open_packed


def page_of_source(source: Source, settings: Settings, *, charset: str | None) -> bytes:
    """The page that shows what would go now. Raises `ArticleRejected` and `OSError`."""
    if source.is_packed:
        return _packed_page_of_source(source, settings)
    text = read_text(source, settings, charset=charset)
    return write_page(source.key, text, clean(text, settings.cleanup))


def _packed_page_of_source(source: Source, settings: Settings) -> bytes:
    page = PackedPage()
    with open_packed(source) as (_, packed):
        chunks, _ = unpack_stream(packed, max_bytes=settings.max_packed_bytes)
        chunks = takewhile(lambda _: not page.is_cut, chunks)
        summary = clean_packed(chunks, articles=len, reports=len, settings=settings, page=page)
    if not summary.articles:
        raise no_articles(summary, settings)
    return page.written(source.key, rules_version=rules_version(settings.cleanup))


def page_of_report(article: Path, path: Path) -> bytes:
    """The page that shows what a report says of a clean article, or of a packed file. Raises `Problem`."""
    with belonging_together(article, path):
        return (_packed_page if is_packed(article.name) else _single_page)(article, path)


def _single_page(article: Path, path: Path) -> bytes:
    report, written = parse_report(read(path), path), unpacked(read(article)).decode()
    if "text_field" in report:
        written = read_record(written, report["text_field"]).text
    return write_page(report["source"]["key"], rebuild_text(report, written), read_cleaned(report, written))


def _packed_page(article: Path, path: Path) -> bytes:
    page = PackedPage()
    summary, lines = read_lines(article, path)
    for report, line in lines:
        if report["status"] == "changed":
            page.add(PackedArticle.of_line(report, line, text_field=summary["text_field"]))
        if page.is_cut:
            break
    return page.written(summary["source"]["key"], rules_version=summary["rules_version"])
