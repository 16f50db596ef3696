"""User metadata: what a clean article takes over from its source, and what it says of itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from .model import ObjectVersion, SourceObject, StoredObject

PREFIX = "article-cleanup-"
_ETAG, _VERSION = PREFIX + "source-etag", PREFIX + "source-version"
_RULES, _MOSTLY_REMOVED = PREFIX + "rules-version", PREFIX + "mostly-removed"
MAX_METADATA_BYTES = 2048  # S3's limit: all names and values together
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # what HTTP allows as a header's name


def metadata_for(
    source: SourceObject, *, rules_version: str, is_mostly_removed: bool = False
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The metadata of a clean article, and a sentence for each entry of its source that could not come along."""
    own = version_metadata(source.version, rules_version=rules_version)
    if is_mostly_removed:
        own[_MOSTLY_REMOVED] = "true"
    room = MAX_METADATA_BYTES - sum(map(len, [*own, *own.values()]))
    theirs: dict[str, str] = {}
    notes = []
    for name, value in source.metadata.items():
        if name.lower().startswith(PREFIX):
            continue  # The source is itself a clean article: what that one says of its source is no longer so.
        encoded = _as_header(value)
        room -= len(name) + len(encoded)
        if not _TOKEN.fullmatch(name):
            notes.append(f"The metadata entry {name!r} was left out: HTTP does not allow that name.")
        elif room < 0:
            notes.append(f"The metadata entry {name!r} was left out: S3 takes {MAX_METADATA_BYTES} bytes in all.")
        else:
            theirs[name] = encoded
    if source.missing_metadata:
        notes.append(f"{source.missing_metadata} metadata entries were left out: S3 cannot send them in a header.")
    return theirs | own, tuple(notes)


def version_metadata(version: ObjectVersion, *, rules_version: str = "") -> dict[str, str]:
    """The metadata by which an output names the version of the source that it was made from, and that of the rules."""
    named = {_ETAG: version.etag, _VERSION: version.version_id, _RULES: rules_version}
    return {name: value for name, value in named.items() if value}


def source_version(output: StoredObject) -> ObjectVersion | None:
    """The version of the source that an output was made from, or None where it does not say."""
    etag = output.metadata.get(_ETAG)
    return ObjectVersion(etag=etag, version_id=output.metadata.get(_VERSION)) if etag else None


def rules_version_of(output: StoredObject) -> str | None:
    """The version of the rules that an output was made with, or None where it does not say."""
    return output.metadata.get(_RULES)


def _as_header(value: str) -> str:
    """Text as S3 takes it in a header: ASCII as it is, all else in the form of RFC 2047, which S3 decodes."""
    if value.isascii() and value.isprintable():
        return value
    return f"=?UTF-8?B?{base64.b64encode(value.encode(errors='replace')).decode()}?="


def utf8_content_type(content_type: str) -> str:
    """A content type with its charset, if it names one, set to what clean articles are written in."""
    return re.sub(r"(;\s*charset\s*=\s*)(\"[^\"]*\"|[^;\s]*)", r"\g<1>utf-8", content_type, flags=re.IGNORECASE)


def content_encoding(source: SourceObject, gzip_layers: int) -> str:
    """The content encoding of what comes of a source: gzip, if it said so and was packed so often."""
    return "gzip" if gzip_layers and "gzip" in source.content_encoding.lower() else ""
