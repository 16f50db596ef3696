"""One object from end to end: read, cleaned, written. Every function of this project is a thin shell around this."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .cleaning import clean_source, reject_source
from .keys import is_packed, rejected_key
from .limits import OutOfTime, memory_limit, time_limit
from .model import (
    ArticleRejected,
    CleanOutput,
    ObjectRef,
    ObjectVersion,
    Outcome,
    OutputObject,
    Result,
    SourceObject,
)
from .objects import ObjectStore, Overtaken
from .outcomes import Outcomes, PackedOutput
from .packed_objects import clean_packed_object
from .reports import CONTENT_TYPE, write_rejection
from .settings import Settings, SettingsError

if TYPE_CHECKING:
    from .concurrency import Run

# A source that is written over again and again while it is being cleaned goes back to the queue.
_MAX_ROUNDS = 10
# How much of the function's memory may be in use while an article is worked on. The rest is Python's own, and spare.
_MEMORY_SHARE = 0.8
# Of objects that are worked on at the same time, ten of this size and what comes of them take little of it.
_SMALL_BYTES = 512 << 10

_Made = Result[CleanOutput] | Result[PackedOutput] | Result[OutputObject]


class SourceKeepsChanging(Exception):
    """The object was written anew each time that it had been cleaned. Trying again later will do."""


class TooLargeForCompany(Exception):
    """The object is too large to be worked on while others are. Alone it will do."""


def process(ref: ObjectRef, store: ObjectStore, settings: Settings, run: Run | None = None) -> Outcome:
    """Cleans the latest version of an object, and writes what came of it to the output bucket.

    Events come late, twice, and in any order, and several invocations can be at work on one object. So the version that
    an event speaks of is of no interest: what counts is the one that stands now. Most objects are new, so at first
    hardly anything is looked for: what is written is refused where something stands already, and if nothing stood
    there, it is done. A newer version has an event of its own, and who comes with that finds what was written here.
    Wherever something else stood, all is looked at, and if the source is another after the outcome is written, all is
    done again. Whoever finishes last leaves the outcome of the latest version, without a table of what was seen.

    An object that is gone keeps the outcome that it has. Where it has none, or half of one, it gets a rejection, or
    what came of the version that was read here just before.

    With `run` this is not in the main thread, and others are at work as well: the cleaning is left to `run`, and large
    objects are for another time.

    Raises `SourceKeepsChanging`, `SettingsError`, `OutOfTime`, `TooLargeForCompany`, and whatever `botocore` raises.
    """
    if ref.bucket == settings.output_bucket:
        raise SettingsError(
            f"The event speaks of an object in the output bucket, {ref.bucket!r}. Clean articles are not cleaned "
            "again: take the function off that bucket's notifications."
        )
    with ExitStack() as uploads:
        return _process(ref, store, settings, uploads, run)


def _process(ref: ObjectRef, store: ObjectStore, settings: Settings, uploads: ExitStack, run: Run | None) -> Outcome:
    outcomes = Outcomes(store, settings.output_bucket, with_pages=settings.write_pages)
    result: _Made | None = None
    written: ObjectVersion | None = None  # the version that something was written of, so far as is known
    if_gone = Outcome(key=ref.key, status="skipped", reason="gone")
    for round_ in range(_MAX_ROUNDS):
        # This comes before the source is read: so nothing that is written below goes over anything newer.
        is_hoped = round_ == 0 and _is_likely_new(ref.key)
        standing = outcomes.hope_for_none(ref.key) if is_hoped else outcomes.look(ref.key)
        source = _read(ref, store, settings, max_bytes=_SMALL_BYTES if run else None)
        if source and _is_folder(source) and standing.is_empty():
            return Outcome(key=ref.key, status="skipped", reason="folder")
        if source and result and source.version == written and standing.is_outcome_of(written):
            # This one's, or that of who overtook it: the same, or more in a better moment.
            return replace(result.outcome, status="skipped") if result.is_by_chance else result.outcome
        with suppress(Overtaken):
            # S3 need not keep an upload that it did not complete, so what came of a packed file is made anew.
            if source and (result is None or result.version != source.version or is_packed(ref.key)):
                if is_packed(ref.key):
                    result = _work_on_packed(source, store, settings, uploads)
                else:
                    work = partial(_work_on, source, settings)
                    result = run(work) if run else work()
            if source and result:
                if result.is_by_chance and standing.is_outcome_of(result.version):
                    return replace(result.outcome, status="skipped")
                written = None if is_hoped else result.version
                is_certain = outcomes.put(standing, result)
                written = result.version
                if is_certain and (is_hoped or _is_latest(result.version, ref, store)):
                    return result.outcome
            elif outcomes.settle(ref.key, _rejection_of_gone(ref, settings)):
                if_gone = Outcome(key=ref.key, status="rejected", reason="gone", message=_gone().message)
            else:
                return result.outcome if result else if_gone
    raise SourceKeepsChanging


def _read(ref: ObjectRef, store: ObjectStore, settings: Settings, *, max_bytes: int | None) -> SourceObject | None:
    if is_packed(ref.key):
        return store.describe(ref.bucket, ref.key)
    most = settings.max_article_bytes
    source = store.read(ref.bucket, ref.key, max_bytes=min(most, max_bytes or most))
    if source and max_bytes and max_bytes < source.size <= most:
        raise TooLargeForCompany
    return source


def _is_likely_new(key: str) -> bool:
    """Whether it is worth a try that nothing stands there for an object.

    Packed files take too long for a mere hope. Folders leave nothing behind that others could find.
    """
    return not is_packed(key) and not key.endswith("/")


def _is_latest(version: ObjectVersion, ref: ObjectRef, store: ObjectStore) -> bool:
    current = store.look(ref.bucket, ref.key)
    return current is not None and current.version == version


def _is_folder(source: SourceObject) -> bool:
    """Consoles show folders by making empty objects of such names. An article that was emptied has an outcome."""
    return source.key.endswith("/") and source.size == 0


def _work_on(source: SourceObject, settings: Settings) -> _Made:
    """What comes of a version of an article."""
    seconds = settings.max_article_seconds
    return _attempt(source, settings, seconds, _too_slow(seconds), lambda: clean_source(source, settings))


def _work_on_packed(source: SourceObject, store: ObjectStore, settings: Settings, uploads: ExitStack) -> _Made:
    """What comes of a version of a packed file: it is in S3 when the `uploads` are completed."""
    seconds = settings.max_packed_seconds
    return _attempt(
        source,
        settings,
        seconds,
        _too_slow_packed(seconds),
        lambda: clean_packed_object(source, store, settings, uploads),
    )


def _attempt(
    source: SourceObject, settings: Settings, seconds: float, too_slow: ArticleRejected, work: Callable[[], _Made]
) -> _Made:
    """What comes of some work. It may take a share of the function's time and memory, and no more."""
    memory = settings.memory_bytes and int(settings.memory_bytes * _MEMORY_SHARE)
    is_by_chance = True
    try:
        with time_limit(seconds), memory_limit(memory):
            return work()
    except ArticleRejected as error:
        rejection, is_by_chance = error, False
    except OutOfTime:
        rejection = too_slow
    except MemoryError:
        rejection = _too_much_memory()
    return replace(reject_source(source, rejection, settings), is_by_chance=is_by_chance)


def _rejection_of_gone(ref: ObjectRef, settings: Settings) -> OutputObject:
    return OutputObject(
        key=rejected_key(ref.key), body=write_rejection(ref, _gone(), settings=settings), content_type=CONTENT_TYPE
    )


def _gone() -> ArticleRejected:
    return ArticleRejected(
        "gone", "The object was deleted before it could be read and cleaned. Upload it again if it is to be cleaned."
    )


def _too_slow(seconds: float) -> ArticleRejected:
    return ArticleRejected(
        "too-slow",
        f"Cleaning took longer than the {seconds} s that an article may take. Split it into single articles, or deploy "
        "with a larger TimeoutSeconds or MemorySize, and upload it again.",
    )


def _too_slow_packed(seconds: float) -> ArticleRejected:
    return ArticleRejected(
        "too-slow",
        f"Cleaning took longer than the {seconds} s that a packed file may take. Split it into several files, or "
        "deploy with a larger TimeoutSeconds or MemorySize, and upload it again.",
    )


def _too_much_memory() -> ArticleRejected:
    return ArticleRejected(
        "too-large",
        "Cleaning takes more memory than the function has. Split the object into single articles, or deploy with a "
        "larger MemorySize, and upload it again.",
    )
