"""The page that shows an article, or the articles of a packed file, with what goes of it or what a report says went."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from article_cleanup import clean, restore, rules_version
from article_pipeline.keys import is_packed
from article_pipeline.pages import PackedArticle, write_packed_page, write_page
from article_pipeline.records import read_record
from article_pipeline.reports import read_cleaned, rebuild_text
from article_pipeline.settings import Settings

from .explaining import read_texts
from .files import read, unpacked
from .restoring import belonging_together, parse_report, read_lines
from .sources import Source


def page_of_source(source: Source, settings: Settings, *, charset: str | None) -> bytes:
    """The page that shows what would go now. Raises `ArticleRejected` and `OSError`."""
    texts = read_texts(source, settings, charset=charset)
    if source.is_packed:
        articles = (PackedArticle(line=line, text=text, cleaned=clean(text, settings.cleanup)) for line, text in texts)
        return write_packed_page(source.key, articles, rules_version=rules_version(settings.cleanup))
    ((_, text),) = texts
    return write_page(source.key, text, clean(text, settings.cleanup))


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
    summary, lines = read_lines(article, path)

    def changed() -> Iterator[PackedArticle]:
        for report, line in lines:
            if report["status"] == "changed":
                cleaned = read_cleaned(report, read_record(line.decode(), summary["text_field"]).text)
                yield PackedArticle(line=report["line"], text=restore(cleaned), cleaned=cleaned)

    return write_packed_page(summary["source"]["key"], changed(), rules_version=summary["rules_version"])
