"""User metadata: what a clean article takes over from its source, and what it says of itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from .model import SourceObject

PREFIX = "article-cleanup-"
MAX_METADATA_BYTES = 2048  # S3's limit: all names and values together
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # what HTTP allows as a header's name


def metadata_for(source: SourceObject, *, rules_version: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The metadata of a clean article, and a sentence for each entry of its source that could not come along."""
    own = {PREFIX + "source-etag": source.version.etag, PREFIX + "rules-version": rules_version}
    if source.version.version_id:
        own[PREFIX + "source-version"] = source.version.version_id
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


def _as_header(value: str) -> str:
    """Text as S3 takes it in a header: ASCII as it is, all else in the form of RFC 2047, which S3 decodes."""
    if value.isascii() and value.isprintable():
        return value
    return f"=?UTF-8?B?{base64.b64encode(value.encode(errors='replace')).decode()}?="


def utf8_content_type(content_type: str) -> str:
    """A content type with its charset, if it names one, set to what clean articles are written in."""
    return re.sub(r"(;\s*charset\s*=\s*)(\"[^\"]*\"|[^;\s]*)", r"\g<1>utf-8", content_type, flags=re.IGNORECASE)
