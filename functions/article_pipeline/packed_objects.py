"""A packed file from bucket to bucket: read in chunks and written in parts, so that it need not fit into memory."""

from __future__ import annotations

from contextlib import ExitStack

from .cleaning import clean_packed_source
from .loaders import archived
from .model import OutputObject, Result, SourceObject
from .objects import Archived, ObjectStore, Upload
from .outcomes import PackedOutput
from .packed import Write
from .settings import Settings


def clean_packed_object(
    source: SourceObject, store: ObjectStore, settings: Settings, uploads: ExitStack
) -> Result[PackedOutput]:
    """The clean file, the report on it and its page, all uploaded but for the last step.

    The uploads are given up when `uploads` closes, if they were not completed. Raises `ArticleRejected`, `Overtaken`
    when another version comes while this one is read, and whatever `botocore` raises.
    """
    begun: list[Upload] = []

    def begin(output: OutputObject) -> Write:
        begun.append(uploads.enter_context(store.upload(settings.output_bucket, output)))
        return begun[-1].write

    try:
        outcome = clean_packed_source(source, store.read_chunks(source), settings, open_output=begin)
    except Archived:
        raise archived() from None
    article, report, *pages = begun
    output = PackedOutput(article=article, report=report, page=pages[0] if pages else None)
    return Result(version=source.version, outcome=outcome, output=output)
