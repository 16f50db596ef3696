"""One object from end to end: read, cleaned, written. Every function of this project is a thin shell around this."""

from __future__ import annotations

import gzip

from article_cleanup import CleanedArticle, clean

from .keys import clean_key, rejected_key, report_key
from .loaders import load_article
from .metadata import metadata_for, utf8_content_type
from .model import Article, ArticleRejected, ObjectRef, Outcome, OutputObject, SourceObject
from .objects import ObjectGone, ObjectStore
from .reports import CONTENT_TYPE, removals_by_rule, write_rejection, write_report
from .settings import Settings, SettingsError

# A source that is written over again and again while it is being cleaned goes back to the queue.
_MAX_ROUNDS = 5


class SourceKeepsChanging(Exception):
    """The object was written anew each time that it had been cleaned. Trying again later will do."""


def process(ref: ObjectRef, store: ObjectStore, settings: Settings) -> Outcome:
    """Cleans the latest version of an object, and writes what came of it to the output bucket.

    Events come late, twice, and in any order. So the version that an event speaks of is of no interest: what counts is
    the one that stands now, and if another stands there after the outcome is written, all is done again. Whoever
    finishes last leaves the outcome of the latest version, without a table of what was seen.
    """
    if ref.bucket == settings.output_bucket:
        raise SettingsError(
            f"The event speaks of an object in the output bucket, {ref.bucket!r}. Clean articles are not cleaned "
            "again: take the function off that bucket's notifications."
        )
    for _ in range(_MAX_ROUNDS):
        try:
            source = store.read(ref.bucket, ref.key, max_bytes=settings.max_article_bytes)
        except ObjectGone:
            return Outcome(key=ref.key, status="skipped", reason="gone")
        if ref.key.endswith("/") and source.size == 0:
            return Outcome(key=ref.key, status="skipped", reason="folder")
        outcome = _process_version(source, store, settings)
        if store.current_version(ref.bucket, ref.key) in (source.version, None):
            return outcome
    raise SourceKeepsChanging


def _process_version(source: SourceObject, store: ObjectStore, settings: Settings) -> Outcome:
    try:
        article = load_article(source, max_bytes=settings.max_article_bytes)
    except ArticleRejected as rejection:
        _write_rejected(source, rejection, store, settings.output_bucket)
        return Outcome(key=source.key, status="rejected", reason=rejection.reason)
    cleaned = clean(article.text, config=settings.cleanup)
    _write_cleaned(source, article, cleaned, store, settings)
    return Outcome(
        key=source.key,
        status="cleaned",
        removals_by_rule=removals_by_rule(cleaned),
        characters_in=len(article.text),
        characters_out=len(cleaned.text),
    )


def _write_cleaned(
    source: SourceObject, article: Article, cleaned: CleanedArticle, store: ObjectStore, settings: Settings
) -> None:
    """The report goes first, so that whoever sees a clean article finds its report."""
    metadata, notes = metadata_for(source, rules_version=cleaned.rules_version)
    output = OutputObject(
        key=clean_key(source.key),
        body=_pack(cleaned.text.encode(), article.gzip_layers),
        content_type=utf8_content_type(source.content_type),
        content_encoding="gzip" if article.gzip_layers and "gzip" in source.content_encoding.lower() else "",
        metadata=metadata,
    )
    if not cleaned.text.strip():
        notes = (*notes, "Nothing is left of the article: every line of it was taken out. See the removals for why.")
    report = write_report(source, article, cleaned, options=settings.cleanup, output_key=output.key, notes=notes)
    bucket = settings.output_bucket
    store.write(bucket, OutputObject(key=report_key(source.key), body=report, content_type=CONTENT_TYPE))
    store.write(bucket, output)
    store.remove(bucket, rejected_key(source.key))


def _write_rejected(source: SourceObject, rejection: ArticleRejected, store: ObjectStore, bucket: str) -> None:
    """A key is either clean or rejected: what an earlier version of the source left goes."""
    body = write_rejection(source, rejection)
    store.write(bucket, OutputObject(key=rejected_key(source.key), body=body, content_type=CONTENT_TYPE))
    store.remove(bucket, clean_key(source.key))
    store.remove(bucket, report_key(source.key))


def _pack(body: bytes, gzip_layers: int) -> bytes:
    for _ in range(gzip_layers):
        body = gzip.compress(body, mtime=0)  # without the time the same article always makes the same bytes
    return body
