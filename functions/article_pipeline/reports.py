"""What is written beside a clean article, or instead of one. `docs/reports.md` describes both, for their readers.

A report leaves out nothing: from it and the clean article the source can be made again, to the byte.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from article_cleanup import CleanedArticle, CleanupConfig, Removal, Span, restore, rules_version

from .model import Article, ArticleRejected, ObjectRef, SourceObject
from .settings import Settings

SCHEMA_VERSION = 1
CONTENT_TYPE = "application/json"


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
            "removed_share": round(removed_share(cleaned), 4),
            "mostly_removed": is_mostly_removed(cleaned, settings),
            **_removals(cleaned),
            "notes": list(notes),
            "rebuild": {
                "kept": [_span(span) for span in cleaned.kept],
                "separators": cleaned.separators,
                "gaps": cleaned.gaps,
            },
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
    rebuild = report["rebuild"]
    return restore(
        CleanedArticle(
            text=clean_text,
            kept=tuple(Span(*span) for span in rebuild["kept"]),
            separators=tuple(rebuild["separators"]),
            removals=tuple(_read_removal(removal) for removal in report["removals"]),
            gaps=tuple(rebuild["gaps"]),
            rules_version=report["rules_version"],
        )
    )


def rebuild_source(report: Mapping[str, Any], clean_text: str) -> bytes:
    """The very bytes of the source, but without the gzip around them. Raises `ValueError` as `rebuild_text` does."""
    text = rebuild_text(report, clean_text)
    return bytes.fromhex(report["source"]["bom"]) + text.encode(report["source"]["encoding"])


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
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
