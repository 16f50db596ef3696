"""What comes of one source, from its bytes to those that are to be written. It calls nobody: no S3, no clock."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

from article_cleanup import CleanedArticle, clean, rules_version

from .keys import clean_key, page_key, rejected_key, report_key
from .loaders import is_blank, load_article
from .metadata import content_encoding, metadata_for, utf8_content_type, version_metadata
from .model import Article, ArticleRejected, CleanOutput, Outcome, OutputObject, PackedSummary, Result, SourceObject
from .packed import MapLines, Write, clean_packed, pack_stream, too_large_packed, unpack_stream
from .pages import PAGE_CONTENT_TYPE, PackedPage, write_page
from .records import spell, spelling_for
from .reports import (
    CONTENT_TYPE,
    LINES_CONTENT_TYPE,
    is_mostly_removed,
    removals_by_rule,
    write_rejection,
    write_report,
    write_summary,
)
from .settings import Settings


def clean_source(source: SourceObject, settings: Settings) -> Result[CleanOutput]:
    """The clean article of a source, and the report on it. Raises `ArticleRejected` when none can be made of it."""
    article = load_article(source, max_bytes=settings.max_article_bytes, text_field=settings.text_field)
    cleaned = clean(article.text, config=settings.cleanup)
    if is_blank(cleaned.text):
        raise _nothing_left(cleaned)
    return Result(
        version=source.version,
        outcome=Outcome(
            key=source.key,
            status="cleaned",
            removals_by_rule=removals_by_rule(cleaned),
            characters_in=len(article.text),
            characters_out=len(cleaned.text),
            mostly_removed=int(is_mostly_removed(cleaned, settings)),
            version_id=source.version.version_id,
        ),
        output=_clean_output(source, article, cleaned, settings),
    )


def clean_packed_source(
    source: SourceObject,
    chunks: Iterator[bytes],
    settings: Settings,
    *,
    open_output: Callable[[OutputObject], Write],
    map_lines: MapLines = map,
) -> Outcome:
    """Cleans a packed file that comes in chunks, line by line.

    `open_output` is called for the clean file, then for the report on it, and then for its page, if there is to be one;
    they are not whole before this returns.
    Raises `ArticleRejected` when nothing can be made of the file; what was written by then counts for nothing.
    """
    if source.size > settings.max_packed_bytes:
        raise too_large_packed(f"The file has {source.size:,} bytes", settings.max_packed_bytes)
    metadata, notes = metadata_for(source, rules_version=rules_version(settings.cleanup))
    chunks, gzip_layers = unpack_stream(chunks, max_bytes=settings.max_packed_bytes)
    article = OutputObject(
        key=clean_key(source.key),
        body=b"",
        content_type=utf8_content_type(source.content_type),
        content_encoding=content_encoding(source, gzip_layers),
        metadata=metadata,
    )
    report = OutputObject(
        key=report_key(source.key),
        body=b"",
        content_type=LINES_CONTENT_TYPE,
        content_encoding=article.content_encoding,
        metadata=version_metadata(source.version, rules_version=rules_version(settings.cleanup)),
    )
    write_article, finish_article = pack_stream(open_output(article), gzip_layers)
    write_line, finish_report = pack_stream(open_output(report), gzip_layers)
    page = PackedPage() if settings.write_pages else None
    summary = clean_packed(
        chunks, articles=write_article, reports=write_line, settings=settings, page=page, map_lines=map_lines
    )
    if not summary.articles:
        raise no_articles(summary, settings)
    write_line(write_summary(source, summary, settings=settings, gzip_layers=gzip_layers, notes=notes))
    finish_article()
    finish_report()
    if page:
        open_output(_page(source))(page.written(source.key, rules_version=rules_version(settings.cleanup)))
    return Outcome(
        key=source.key,
        status="cleaned",
        articles=summary.articles,
        mostly_removed=summary.mostly_removed,
        passed_through=summary.passed_through,
        removals_by_rule=summary.removals_by_rule,
        characters_in=summary.characters_in,
        characters_out=summary.characters_out,
        version_id=source.version.version_id,
    )


def reject_source(source: SourceObject, rejection: ArticleRejected, settings: Settings) -> Result[OutputObject]:
    """The rejection of a source."""
    return Result(
        version=source.version,
        outcome=Outcome(
            key=source.key,
            status="rejected",
            reason=rejection.reason,
            message=rejection.message,
            removals_by_rule=removals_by_rule(rejection.cleaned) if rejection.cleaned else {},
            mostly_removed=int(rejection.cleaned is not None),
            version_id=source.version.version_id,
        ),
        output=OutputObject(
            key=rejected_key(source.key),
            body=write_rejection(source, rejection, settings=settings),
            content_type=CONTENT_TYPE,
            metadata=version_metadata(source.version),
        ),
    )


def _clean_output(source: SourceObject, article: Article, cleaned: CleanedArticle, settings: Settings) -> CleanOutput:
    metadata, notes = metadata_for(
        source, rules_version=cleaned.rules_version, is_mostly_removed=is_mostly_removed(cleaned, settings)
    )
    output = OutputObject(
        key=clean_key(source.key),
        body=_pack(_clean_bytes(article, cleaned), article.gzip_layers),
        content_type=utf8_content_type(source.content_type),
        content_encoding=content_encoding(source, article.gzip_layers),
        metadata=metadata,
    )
    report = OutputObject(
        key=report_key(source.key),
        body=write_report(
            source, article, cleaned, settings=settings, output_key=output.key, notes=(*article.notes, *notes)
        ),
        content_type=CONTENT_TYPE,
        metadata=version_metadata(source.version, rules_version=cleaned.rules_version),
    )
    page = _page(source, write_page(source.key, article.text, cleaned)) if settings.write_pages else None
    return CleanOutput(article=output, report=report, page=page)


def _page(source: SourceObject, body: bytes = b"") -> OutputObject:
    return OutputObject(
        key=page_key(source.key),
        body=body,
        content_type=PAGE_CONTENT_TYPE,
        metadata=version_metadata(source.version),
    )


def _clean_bytes(article: Article, cleaned: CleanedArticle) -> bytes:
    """A clean article as it is written: text in UTF-8, or the JSON that it came in."""
    if article.record is None:
        return cleaned.text.encode()
    spelling = spelling_for(article.record)
    is_changed = cleaned.text != article.text
    literal = spell(cleaned.text, spelling) if is_changed else article.record.literal
    bom = article.bom if article.encoding == "utf-8" else b""
    return bom + article.record.with_literal(literal).encode()


def _pack(body: bytes, gzip_layers: int) -> bytes:
    for _ in range(gzip_layers):
        body = gzip.compress(body, mtime=0)  # without the time the same article always makes the same bytes
    return body


def _nothing_left(cleaned: CleanedArticle) -> ArticleRejected:
    return ArticleRejected(
        "nothing-left",
        "All that was in it was taken out.",
        "`removals` tells why. If some of it should have stayed, name its words in `spare_phrases` of CleanupOptions, "
        "and upload it again.",
        cleaned=cleaned,
    )


def no_articles(summary: PackedSummary, settings: Settings) -> ArticleRejected:
    """The rejection of a packed file of which no line could be cleaned."""
    if summary.lines == summary.passed_through["empty"]:
        return ArticleRejected("empty", "There is no text in it.", "Upload it again when it has any.")
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary.passed_through.most_common())
    return ArticleRejected(
        "no-articles",
        f"No line of it is an article that could be cleaned ({reasons}).",
        f"Write a JSON object on each line, with the article's text under {settings.text_field!r}; if it has another "
        "name there, deploy with that as TextField.",
    )
