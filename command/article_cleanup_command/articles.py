"""The work on one source, as the deployed function does it: what comes out is the same to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from article_pipeline.cleaning import clean_source, reject_source
from article_pipeline.model import ArticleRejected, CleanResult, Outcome, SourceObject
from article_pipeline.settings import Settings

from .folders import OutputFolder
from .sources import Source, read_source

# What rejections say of uploading and deploying is for owners of buckets. At a terminal there is this to do instead.
_WHAT_TO_DO = {
    "not-text": "Give the article's text: plain text or Markdown.",
    "unsupported-format": "Extract the article's text first, as plain text (.txt) or Markdown (.md).",
    "unknown-encoding": "Save it as UTF-8, or name its encoding with --charset.",
    "broken-gzip": "Pack it again.",
    "too-large": "Split it into single articles, or allow more with --max-bytes.",
    "no-text": "If the text has another name there, name that with --text-field. "
    "Several articles go into a .jsonl file, one a line.",
    "no-articles": "Each line is to be a JSON object. If its text has another name there, name that with --text-field.",
    "nothing-left": "See why with article-cleanup explain. If some of it should have stayed, name its words in "
    """--options '{"spare_phrases": ["…"]}'.""",
}

Status = Literal["cleaned", "restored", "up to date", "there already", "passed through", "rejected", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a source, or of a clean article that was to become one again.

    `message` says why it was rejected or failed, or what of it was passed through. Of a packed file, `articles` were
    cleaned, and so many lines were `passed_through` as they were.
    """

    name: str
    status: Status
    message: str = ""
    articles: int = 1
    passed_through: int = 0
    removals_by_rule: Mapping[str, int] = field(default_factory=dict)
    characters_in: int = 0
    characters_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningInto:
    """Cleans sources into a folder, one a call; in any process, as it can be pickled.

    A source that is there already is passed over, unless it is to be cleaned `again`.
    """

    folder: OutputFolder
    settings: Settings
    charset: str | None
    again: bool

    def __call__(self, source: Source) -> Done:
        """What became of a source. A fault with it raises nothing: the others are not to suffer from it."""
        try:
            read = read_source(source, max_bytes=self.settings.max_article_bytes, charset=self.charset)
            if not self.again and self.folder.holds(read, self.settings):
                return Done(name=source.name, status="up to date")
            result, message = work_on(read, self.settings)
            self.folder.put(source.key, result)
        except (OSError, MemoryError) as fault:
            return describe(source, fault)
        return done(source, result.outcome, message)


def work_on(source: SourceObject, settings: Settings) -> tuple[CleanResult, str]:
    """What comes of a source, and if it is a rejection, what to say of it."""
    try:
        return clean_source(source, settings), ""
    except ArticleRejected as rejection:
        return reject_source(source, rejection, settings), _told(rejection)


def done(source: Source, outcome: Outcome, message: str = "") -> Done:
    """What became of a source that had this outcome."""
    passed_through = {reason: count for reason, count in outcome.passed_through.items() if reason != "empty"}
    if passed_through:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in passed_through.items())
        message = f"Some lines could not be cleaned, and are as they were: {reasons}. Reports name such lines."
    return Done(
        name=source.name,
        status="rejected" if outcome.status == "rejected" else "cleaned",
        message=message,
        articles=outcome.articles,
        passed_through=sum(passed_through.values()),
        removals_by_rule=outcome.removals_by_rule,
        characters_in=outcome.characters_in,
        characters_out=outcome.characters_out,
    )


def describe(source: Source, fault: OSError | MemoryError | ArticleRejected) -> Done:
    """What became of a source that nothing could be made of."""
    if isinstance(fault, ArticleRejected):
        return Done(name=source.name, status="rejected", message=_told(fault))
    if isinstance(fault, MemoryError):
        return Done(name=source.name, status="failed", message="There is not enough memory for it.")
    what = fault.strerror or str(fault)
    is_elsewhere = fault.filename is not None and str(fault.filename) != str(source.path)
    return Done(name=source.name, status="failed", message=f"{fault.filename}: {what}" if is_elsewhere else what)


def _told(rejection: ArticleRejected) -> str:
    what_to_do = _WHAT_TO_DO.get(rejection.reason, "") if rejection.what_to_do else ""
    return f"{rejection.reason}: {rejection.problem} {what_to_do}".rstrip()
