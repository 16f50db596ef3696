"""A packed file from bucket to bucket: read in chunks and written in parts, so that it need not fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from article_cleanup import RULES_VERSION

from .keys import clean_key, report_key
from .loaders import archived
from .metadata import content_encoding, metadata_for, utf8_content_type, version_metadata
from .model import ArticleRejected, OutputObject, PackedSummary, SourceObject
from .objects import Archived, ObjectStore, Upload
from .outcomes import CleanOutput
from .packed import Write, clean_packed, pack_stream, too_large_packed, unpack_stream
from .reports import LINES_CONTENT_TYPE, write_summary
from .settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sink:
    """An upload that is packed as its source was, and what to call when all of it is written."""

    upload: Upload
    write: Write
    finish: Callable[[], None]


def clean_packed_object(
    source: SourceObject, store: ObjectStore, settings: Settings, uploads: ExitStack
) -> tuple[CleanOutput, PackedSummary]:
    """The clean file and the report on it, both uploaded but for the last step, and what came of the lines.

    The uploads are given up when `uploads` closes, if they were not completed. Raises `ArticleRejected`, `Overtaken`
    when another version comes while this one is read, and whatever `botocore` raises.
    """
    if source.size > settings.max_packed_bytes:
        raise too_large_packed(f"The file has {source.size:,} bytes", settings.max_packed_bytes)
    try:
        chunks, gzip_layers = unpack_stream(store.read_chunks(source), max_bytes=settings.max_packed_bytes)

        def begin(key: str, content_type: str, metadata: Mapping[str, str]) -> _Sink:
            output = OutputObject(
                key=key,
                body=b"",
                content_type=content_type,
                content_encoding=content_encoding(source, gzip_layers),
                metadata=metadata,
            )
            upload = uploads.enter_context(store.upload(settings.output_bucket, output))
            write, finish = pack_stream(upload.write, gzip_layers)
            return _Sink(upload=upload, write=write, finish=finish)

        metadata, notes = metadata_for(source, rules_version=RULES_VERSION)
        articles = begin(clean_key(source.key), utf8_content_type(source.content_type), metadata)
        reports = begin(report_key(source.key), LINES_CONTENT_TYPE, version_metadata(source.version))
        summary = clean_packed(chunks, articles=articles.write, reports=reports.write, settings=settings)
    except Archived:
        raise archived() from None
    if not summary.articles:
        raise _no_articles(summary, settings)
    reports.write(write_summary(source, summary, settings=settings, gzip_layers=gzip_layers, notes=notes))
    for sink in (articles, reports):
        sink.finish()
    return CleanOutput(article=articles.upload, report=reports.upload), summary


def _no_articles(summary: PackedSummary, settings: Settings) -> ArticleRejected:
    if summary.lines == summary.passed_through["empty"]:
        return ArticleRejected("empty", "There is no text in the file. Upload it again when it has any.")
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary.passed_through.most_common())
    return ArticleRejected(
        "no-articles",
        f"None of the {summary.lines:,} lines is an article that could be cleaned ({reasons}). Write a JSON object on "
        f"each line, with the article's text under {settings.text_field!r}; if it has another name there, deploy with "
        "that as TextField.",
    )
