"""One object from end to end: read, cleaned, written. Every function of this project is a thin shell around this."""

from __future__ import annotations

import gzip
from contextlib import suppress
from dataclasses import dataclass, replace

from article_cleanup import CleanedArticle, clean

from .keys import clean_key, rejected_key, report_key
from .limits import OutOfTime, memory_limit, time_limit
from .loaders import is_blank, load_article
from .metadata import metadata_for, utf8_content_type, version_metadata
from .model import Article, ArticleRejected, ObjectRef, ObjectVersion, Outcome, OutputObject, SourceObject
from .objects import ObjectStore, Overtaken
from .outcomes import CleanOutput, Outcomes
from .reports import CONTENT_TYPE, is_mostly_removed, removals_by_rule, write_rejection, write_report
from .settings import Settings, SettingsError

# A source that is written over again and again while it is being cleaned goes back to the queue.
_MAX_ROUNDS = 10
# How much of the function's memory may be in use while an article is worked on. The rest is Python's own, and spare.
_MEMORY_SHARE = 0.8


class SourceKeepsChanging(Exception):
    """The object was written anew each time that it had been cleaned. Trying again later will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What came of one version of a source, and is to be written: a clean article with its report, or a rejection.

    `is_by_chance` where a busy moment can have been the cause as well as the article: no reason to take back what came
    of it in a better one.
    """

    version: ObjectVersion
    outcome: Outcome
    output: CleanOutput | OutputObject
    is_by_chance: bool = False


def process(ref: ObjectRef, store: ObjectStore, settings: Settings) -> Outcome:
    """Cleans the latest version of an object, and writes what came of it to the output bucket.

    Events come late, twice, and in any order, and several invocations can be at work on one object. So the version that
    an event speaks of is of no interest: what counts is the one that stands now, and if another stands there after the
    outcome is written, all is done again. Whoever finishes last leaves the outcome of the latest version, without a
    table of what was seen.

    An object that is gone keeps the outcome that it has. Where it has none, or half of one, it gets a rejection, or
    what came of the version that was read here just before.

    Raises `SourceKeepsChanging`, `SettingsError`, `OutOfTime`, and whatever `botocore` raises.
    """
    if ref.bucket == settings.output_bucket:
        raise SettingsError(
            f"The event speaks of an object in the output bucket, {ref.bucket!r}. Clean articles are not cleaned "
            "again: take the function off that bucket's notifications."
        )
    outcomes = Outcomes(store, settings.output_bucket)
    result: _Result | None = None
    if_gone = Outcome(key=ref.key, status="skipped", reason="gone")
    for rounds in range(_MAX_ROUNDS):
        # This comes before the source is read: so nothing that is written below goes over anything newer.
        standing = outcomes.look(ref.key) if rounds else outcomes.expect_none(ref.key)
        source = store.read(ref.bucket, ref.key, max_bytes=settings.max_article_bytes)
        if source and _is_folder(source) and standing.is_empty():
            return Outcome(key=ref.key, status="skipped", reason="folder")
        if source and (result is None or result.version != source.version):
            result = _work_on(source, settings)
            if result.is_by_chance and standing.is_outcome_of(result.version):
                return replace(result.outcome, status="skipped")
        elif source and result and standing.is_outcome_of(result.version):
            # Who overtook this one has written the same, or more in a better moment.
            return replace(result.outcome, status="skipped") if result.is_by_chance else result.outcome
        with suppress(Overtaken):
            if source and result:
                outcomes.put(standing, result.output)
                current = store.look(ref.bucket, ref.key)
                if current and current.version == result.version:
                    return result.outcome
            elif outcomes.settle(ref.key, _gone(ref, settings)):
                if_gone = Outcome(key=ref.key, status="rejected", reason="gone")
            else:
                return result.outcome if result else if_gone
    raise SourceKeepsChanging


def _is_folder(source: SourceObject) -> bool:
    """Consoles show folders by making empty objects of such names. An article that was emptied has an outcome."""
    return source.key.endswith("/") and source.size == 0


def _work_on(source: SourceObject, settings: Settings) -> _Result:
    """What comes of a version of the source. It may take a share of the function's time and memory, and no more."""
    memory = settings.memory_bytes and int(settings.memory_bytes * _MEMORY_SHARE)
    is_by_chance = True
    try:
        with time_limit(settings.max_article_seconds), memory_limit(memory):
            return _clean_version(source, settings)
    except ArticleRejected as error:
        rejection, is_by_chance = error, False
    except OutOfTime:
        rejection = _too_slow(settings)
    except MemoryError:
        rejection = _too_much_memory()
    return _Result(
        version=source.version,
        outcome=Outcome(
            key=source.key,
            status="rejected",
            reason=rejection.reason,
            removals_by_rule=removals_by_rule(rejection.cleaned) if rejection.cleaned else {},
            is_mostly_removed=rejection.cleaned is not None,
        ),
        output=_rejection(source, source.version, rejection, settings),
        is_by_chance=is_by_chance,
    )


def _clean_version(source: SourceObject, settings: Settings) -> _Result:
    article = load_article(source, max_bytes=settings.max_article_bytes)
    cleaned = clean(article.text, config=settings.cleanup)
    if is_blank(cleaned.text):
        raise _nothing_left(cleaned)
    return _Result(
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


def _rejection(
    source: SourceObject | ObjectRef, version: ObjectVersion | None, rejection: ArticleRejected, settings: Settings
) -> OutputObject:
    return OutputObject(
        key=rejected_key(source.key),
        body=write_rejection(source, rejection, settings=settings),
        content_type=CONTENT_TYPE,
        metadata=version_metadata(version) if version else {},
    )


def _pack(body: bytes, gzip_layers: int) -> bytes:
    for _ in range(gzip_layers):
        body = gzip.compress(body, mtime=0)  # without the time the same article always makes the same bytes
    return body


def _gone(ref: ObjectRef, settings: Settings) -> OutputObject:
    rejection = ArticleRejected(
        "gone", "The object was deleted before it could be read and cleaned. Upload it again if it is to be cleaned."
    )
    return _rejection(ref, None, rejection, settings)


def _nothing_left(cleaned: CleanedArticle) -> ArticleRejected:
    return ArticleRejected(
        "nothing-left",
        "All that was in the object was taken out; `removals` tells why. If some of it should have stayed, name its "
        "words in `spare_phrases` of CleanupOptions, and upload it again.",
        cleaned=cleaned,
    )


def _too_slow(settings: Settings) -> ArticleRejected:
    return ArticleRejected(
        "too-slow",
        f"Cleaning took longer than the {settings.max_article_seconds} s that an article may take. Split it into "
        "single articles, or deploy with a larger TimeoutSeconds or MemorySize, and upload it again.",
    )


def _too_much_memory() -> ArticleRejected:
    return ArticleRejected(
        "too-large",
        "Cleaning takes more memory than the function has. Split the object into single articles, or deploy with a "
        "larger MemorySize, and upload it again.",
    )
