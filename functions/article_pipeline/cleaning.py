"""What comes of one source, from its bytes to those that are to be written. It calls nobody: no S3, no clock."""

from __future__ import annotations

import gzip

from article_cleanup import CleanedArticle, clean

from .keys import clean_key, rejected_key, report_key
from .loaders import is_blank, load_article
from .metadata import metadata_for, utf8_content_type, version_metadata
from .model import Article, ArticleRejected, CleanOutput, Outcome, OutputObject, Result, SourceObject
from .reports import CONTENT_TYPE, is_mostly_removed, removals_by_rule, write_rejection, write_report
from .settings import Settings


def clean_source(source: SourceObject, settings: Settings) -> Result:
    """The clean article of a source, and the report on it. Raises `ArticleRejected` when none can be made of it."""
    article = load_article(source, max_bytes=settings.max_article_bytes)
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
            is_mostly_removed=is_mostly_removed(cleaned, settings),
        ),
        output=_clean_output(source, article, cleaned, settings),
    )


def reject_source(source: SourceObject, rejection: ArticleRejected, settings: Settings) -> Result:
    """The rejection of a source."""
    return Result(
        version=source.version,
        outcome=Outcome(key=source.key, status="rejected", reason=rejection.reason),
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
        body=_pack(cleaned.text.encode(), article.gzip_layers),
        content_type=utf8_content_type(source.content_type),
        content_encoding="gzip" if article.gzip_layers and "gzip" in source.content_encoding.lower() else "",
        metadata=metadata,
    )
    report = OutputObject(
        key=report_key(source.key),
        body=write_report(
            source, article, cleaned, settings=settings, output_key=output.key, notes=(*article.notes, *notes)
        ),
        content_type=CONTENT_TYPE,
        metadata=version_metadata(source.version),
    )
    return CleanOutput(article=output, report=report)


def _pack(body: bytes, gzip_layers: int) -> bytes:
    for _ in range(gzip_layers):
        body = gzip.compress(body, mtime=0)  # without the time the same article always makes the same bytes
    return body


def _nothing_left(cleaned: CleanedArticle) -> ArticleRejected:
    return ArticleRejected(
        "nothing-left",
        "All that was in the object was taken out; `removals` tells why. If some of it should have stayed, name its "
        "words in `spare_phrases` of CleanupOptions, and upload it again.",
        cleaned=cleaned,
    )
