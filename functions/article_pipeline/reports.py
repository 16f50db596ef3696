"""What is written beside a clean article, or instead of one. `docs/reports.md` describes both, for their readers.

A report leaves out nothing: from it and the clean article the source can be made again, to the byte.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from article_cleanup import CleanedArticle, CleanupConfig, Removal, Span, restore, rules_version

from .keys import clean_key
from .model import Article, ArticleRejected, ObjectRef, PackedSummary, SourceObject
from .records import Record, read_record, spell, spelling_of
from .settings import Settings

SCHEMA_VERSION = 1
CONTENT_TYPE = "application/json"
LINES_CONTENT_TYPE = "application/x-ndjson"


def removals_by_rule(cleaned: CleanedArticle) -> Mapping[str, int]:
    """How often each rule took something out, by name."""
    return dict(sorted(Counter(removal.rule for removal in cleaned.removals).items()))


def removed_share(cleaned: CleanedArticle) -> float:
    """How much of an article was taken out, 0 to 1, repeats of what was kept included. White space does not count."""
    removed = sum(len(removal.span) for removal in cleaned.removals)
    return removed / max(1, removed + sum(map(len, cleaned.kept)))


def is_mostly_removed(cleaned: CleanedArticle, settings: Settings) -> bool:
    """Whether so much of an article was taken out that its owner should look at it."""
    return removed_share(cleaned) * 100 >= settings.mostly_removed_percent


def write_report(
    source: SourceObject,
    article: Article,
    cleaned: CleanedArticle,
    *,
    settings: Settings,
    output_key: str,
    notes: Sequence[str] = (),
) -> bytes:
    """The report on a clean article, as JSON. `notes` tell what else its owner should know."""
    return _as_json(
        {
            "schema_version": SCHEMA_VERSION,
            **rules_in_force(settings),
            "source": _source(source)
            | {
                "format": article.format,
                "encoding": article.encoding,
                "bom": article.bom.hex(),
                "gzip_layers": article.gzip_layers,
                "characters": len(article.text),
            },
            "output": {"key": output_key, "characters": len(cleaned.text)},
            **({"text_field": settings.text_field} if article.record else {}),
            **_shares(cleaned, settings),
            **_removals(cleaned),
            "notes": list(notes),
            "rebuild": _rebuild(cleaned, article.record),
        }
    )


def write_line_report(
    number: int,
    *,
    settings: Settings,
    reason: str | None = None,
    record: Record | None = None,
    cleaned: CleanedArticle | None = None,
) -> bytes:
    """The report on one line of a packed file, as one line of JSON. `reason` says why it was passed through."""
    written: dict[str, Any] = {"line": number}
    if reason:
        written |= {"status": "passed-through", "reason": reason, **(_removals(cleaned) if cleaned else {})}
    elif record and cleaned and cleaned.text != record.text:
        written |= {
            "status": "changed",
            "characters": [len(record.text), len(cleaned.text)],
            **_shares(cleaned, settings),
            **_removals(cleaned),
            "rebuild": _rebuild(cleaned, record),
        }
    else:
        written |= {"status": "unchanged"}
    return _as_json_line(written)


def write_summary(
    source: SourceObject, summary: PackedSummary, *, settings: Settings, gzip_layers: int, notes: Sequence[str] = ()
) -> bytes:
    """The last line of the report on a packed file: of what it is the report, and what came of all its lines."""
    return _as_json_line(
        {
            "schema_version": SCHEMA_VERSION,
            **rules_in_force(settings),
            "source": _source(source) | {"gzip_layers": gzip_layers},
            "output": {"key": clean_key(source.key)},
            "text_field": settings.text_field,
            "lines": summary.lines,
            "articles": summary.articles,
            "changed": summary.changed,
            "mostly_removed": summary.mostly_removed,
            "passed_through": dict(sorted(summary.passed_through.items())),
            "characters": [summary.characters_in, summary.characters_out],
            "removals_by_rule": dict(sorted(summary.removals_by_rule.items())),
            "notes": list(notes),
        }
    )


def write_rejection(source: SourceObject | ObjectRef, rejection: ArticleRejected, *, settings: Settings) -> bytes:
    """Why an object was rejected, as JSON. Of one that is gone only what the event told is known."""
    written = {
        "schema_version": SCHEMA_VERSION,
        "source": _source(source),
        "reason": rejection.reason,
        "message": rejection.message,
    }
    if rejection.cleaned:
        written |= {**rules_in_force(settings), **_removals(rejection.cleaned)}
    return _as_json(written)


def rules_in_force(settings: Settings) -> dict[str, Any]:
    """What a report says of the rules: their version, and the options that are not as they are by default.

    A site's own rules are told by the version.
    """
    default, chosen = asdict(CleanupConfig()), asdict(settings.cleanup)
    options = {name: value for name, value in chosen.items() if value != default[name] and name != "site_rules"}
    return {"rules_version": rules_version(settings.cleanup), "options": options}


def rebuild_text(report: Mapping[str, Any], clean_text: str) -> str:
    """The text of the source that a report and its clean text were made from.

    Raises `ValueError` when the two do not belong together.
    """
    version = report.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"The report has schema version {version!r}, and this reads version {SCHEMA_VERSION}.")
    return restore(read_cleaned(report, clean_text))


def rebuild_source(report: Mapping[str, Any], clean_text: str) -> bytes:
    """The very bytes of the source, but without the gzip around them. Raises `ValueError` as `rebuild_text` does.

    Of an article in JSON `clean_text` is all of its clean JSON.
    """
    if "text_field" in report:
        text = _rebuilt_record(report, clean_text, report["text_field"]).removeprefix("\ufeff")
    else:
        text = rebuild_text(report, clean_text)
    return bytes.fromhex(report["source"]["bom"]) + text.encode(report["source"]["encoding"])


def rebuild_line(report: Mapping[str, Any], clean_line: bytes, *, text_field: str = "text") -> bytes:
    """The very bytes of a line of a packed file, from the line that came out and the report on it.

    Raises `ValueError` as `rebuild_text` does.
    """
    if report["status"] != "changed":
        return clean_line
    return _rebuilt_record(report, clean_line.decode(), text_field).encode()


def rebuild_lines(
    reports: Iterable[bytes], clean_lines: Iterable[bytes], *, text_field: str = "text"
) -> Iterator[bytes]:
    """The very lines of a packed file, from its clean lines and the lines of its report, with the summary or without.

    Raises `ValueError` as `rebuild_text` does, and when there are not as many of the one as of the other.
    """
    of_lines = (report for report in map(json.loads, reports) if "line" in report)
    for report, line in zip(of_lines, clean_lines, strict=True):
        yield rebuild_line(report, line, text_field=text_field)


def _rebuilt_record(report: Mapping[str, Any], clean_json: str, text_field: str) -> str:
    try:
        record = read_record(clean_json, text_field)
    except ArticleRejected as error:
        raise ValueError(error.message) from None
    text, spelling = restore(read_cleaned(report, record.text)), report["rebuild"]["spelling"]
    return record.with_literal(report["rebuild"]["literal"] if spelling is None else spell(text, spelling))


def read_cleaned(report: Mapping[str, Any], clean_text: str) -> CleanedArticle:
    """The cleanup that a report tells of, with the clean text that came of it."""
    rebuild = report["rebuild"]
    return CleanedArticle(
        text=clean_text,
        kept=tuple(Span(*span) for span in rebuild["kept"]),
        separators=tuple(rebuild["separators"]),
        removals=tuple(_read_removal(removal) for removal in report["removals"]),
        gaps=tuple(rebuild["gaps"]),
        rules_version=report.get("rules_version", ""),
    )


def _rebuild(cleaned: CleanedArticle, record: Record | None) -> dict[str, Any]:
    """What it takes to make the source again. Of JSON that is also how its text was escaped, or what stood there."""
    rebuild: dict[str, Any] = {
        "kept": [_span(span) for span in cleaned.kept],
        "separators": cleaned.separators,
        "gaps": cleaned.gaps,
    }
    if record:
        rebuild["spelling"] = spelling_of(record)
        if not rebuild["spelling"]:
            rebuild["literal"] = record.literal
    return rebuild


def _shares(cleaned: CleanedArticle, settings: Settings) -> dict[str, Any]:
    return {
        "removed_share": round(removed_share(cleaned), 4),
        "mostly_removed": is_mostly_removed(cleaned, settings),
    }


def _source(source: SourceObject | ObjectRef) -> dict[str, Any]:
    if isinstance(source, ObjectRef):
        version_id, etag, size, content_type = source.version_id, source.etag, None, None
    else:
        version_id, etag = source.version.version_id, source.version.etag
        size, content_type = source.size, source.content_type
    return {
        "bucket": source.bucket,
        "key": source.key,
        "version_id": version_id,
        "etag": etag,
        "bytes": size,
        "content_type": content_type,
    }


def _removals(cleaned: CleanedArticle) -> dict[str, Any]:
    return {
        "removals_by_rule": removals_by_rule(cleaned),
        "removals": [_removal(removal) for removal in cleaned.removals],
    }


def _removal(removal: Removal) -> dict[str, Any]:
    return {
        "start": removal.span.start,
        "end": removal.span.end,
        "rule": removal.rule,
        "reason": removal.reason,
        "text": removal.text,
        "duplicate_of": None if removal.duplicate_of is None else _span(removal.duplicate_of),
        "score": removal.score,
    }


def _read_removal(removal: Mapping[str, Any]) -> Removal:
    duplicate_of = removal["duplicate_of"]
    return Removal(
        span=Span(removal["start"], removal["end"]),
        rule=removal["rule"],
        reason=removal["reason"],
        text=removal["text"],
        duplicate_of=None if duplicate_of is None else Span(*duplicate_of),
        score=removal["score"],
    )


def _span(span: Span) -> list[int]:
    return [span.start, span.end]


def _as_json(value: Mapping[str, Any]) -> bytes:
    return _encoded(value, indent=2)


def _as_json_line(value: Mapping[str, Any]) -> bytes:
    return _encoded(value)


def _encoded(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    """A value as JSON in UTF-8. What JSON can have and UTF-8 not, halves of surrogate pairs, makes all of it ASCII."""
    try:
        return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(value, indent=indent) + "\n").encode()
