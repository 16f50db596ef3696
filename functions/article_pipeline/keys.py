"""Object keys: how they come in, and what the objects that come out are called."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote_plus

MAX_KEY_BYTES = 1024  # S3's limit, in UTF-8
PACKED_SUFFIXES = (".jsonl", ".ndjson")


def decode_key(encoded: str) -> str:
    """The key behind the form-encoded one that S3 notifications and S3 Batch Operations carry.

    EventBridge carries keys as they are: those must not come here.
    """
    return unquote_plus(encoded)


def is_packed(key: str) -> bool:
    """Whether an object is a packed file, of JSON lines. Its key alone says it: what comes of it lies elsewhere."""
    return key.lower().removesuffix(".gz").endswith(PACKED_SUFFIXES)


def clean_key(key: str) -> str:
    """Where the clean article of the object `key` goes."""
    return _output_key("clean/", key, "")


def report_key(key: str) -> str:
    """Where the report on the clean article of the object `key` goes; that on a packed file is JSON lines itself."""
    return _output_key("reports/", key, "" if is_packed(key) else ".json")


def page_key(key: str) -> str:
    """Where the page goes that shows what was removed from the object `key`."""
    return _output_key("pages/", key, ".html")


def rejected_key(key: str) -> str:
    """Where the reason goes why the object `key` was rejected."""
    return _output_key("rejected/", key, ".json")


def _output_key(prefix: str, key: str, suffix: str) -> str:
    """`prefix + key + suffix`, or if that is too long for S3 or nearly so, with the key cut and its SHA-256 after it.

    A cut key ends in `~` and 64 hexadecimal digits. The digits keep apart keys that begin alike. As it is cut between
    characters, of up to four bytes, it can be up to three bytes short of its room: keys so long are all cut, so that
    none that is whole is taken for another that was cut.
    """
    room = MAX_KEY_BYTES - len(prefix) - len(suffix)
    encoded = key.encode()
    if len(encoded) < room - 3:
        return f"{prefix}{key}{suffix}"
    digest = hashlib.sha256(encoded).hexdigest()
    head = encoded[: room - len(digest) - 1].decode(errors="ignore")
    return f"{prefix}{head}~{digest}{suffix}"
