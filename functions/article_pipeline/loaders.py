"""From an object's bytes to the text of an article.

What the bytes say goes before what labels say: suffixes, content types and content encodings are often wrong, a byte
order mark or a gzip header hardly ever. Whatever is loaded here can be turned back into the very bytes it came from.
"""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath

from .model import Article, ArticleRejected, SourceObject
from .records import read_record

GZIP_MAGIC = b"\x1f\x8b"
# A gzip file sent with `Content-Encoding: gzip` by a client that packed it once more. Deeper ones are bombs.
MAX_GZIP_LAYERS = 2
# More than a long novel has. The cleanup keeps a record of each line: without a limit, a file of one letter a line
# would need hundreds of times its own size.
MAX_LINES = 100_000

# The longer marks first: UTF-32's begins with UTF-16's.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_ENCODING_ASSUMED = (
    "The text is not UTF-8, and nothing tells what it is: it was read as Windows-1252. If letters look wrong, upload "
    "it as UTF-8, or with its charset in the content type, as in `text/plain; charset=windows-1250`."
)

# How files that are no text begin. They get a better reason than "contains control characters".
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a zip file, as Word and EPUB documents are"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file, as WebP pictures and WAV sounds are"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"SQLite format 3", "an SQLite database"),
)
_INVISIBLE = "\ufeff\u200b"  # byte order mark, zero-width space
_MARKUP = re.compile(r"\s*<(?:!doctype\s+html|html[\s>]|\?xml[\s])", re.IGNORECASE)
# A part of a page. Markdown can begin with a tag, too, but closes few.
_FRAGMENT = re.compile(
    r"\s*<(?:head|body|main|article|section|div|p|span|table|ul|ol|h[1-6])(?:\s[^<>]*)?>", re.IGNORECASE
)
_FRAGMENT_CLOSES = 2
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
# A line that is not blank, and ends where `str.splitlines` ends it.
_LINE = re.compile(r"\S[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*")
# Stray control characters survive in pasted and converted text. One in fifty is no text any more.
_MAX_CONTROL_SHARE = 0.02
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Codecs that Python counts among text encodings and that no web page is written in: some of them run escapes.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7", "mbcs", "oem"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, and the bytes' encoding and byte order mark. `is_assumed` where nothing tells that encoding for certain."""

    text: str
    encoding: str
    bom: bytes = b""
    is_assumed: bool = False


def load_article(source: SourceObject, *, max_bytes: int, text_field: str = "text") -> Article:
    """The article in an object, which JSON has under `text_field`.

    Raises `ArticleRejected` when there is none: not text, broken, too large, empty.
    """
    if source.body is None:
        raise archived() if source.archived else _too_large(f"It has {source.size:,} bytes", max_bytes)
    body, gzip_layers = unpack(source.body, max_bytes=max_bytes)
    format_, load = _loader(source)
    if not body:
        raise _empty()
    decoded = load(body, _charset(source.content_type))
    if is_blank(decoded.text):
        raise _empty()
    record = read_record(decoded.text, text_field) if load is load_json else None
    text = record.text if record else decoded.text
    refuse_no_article(text)
    return Article(
        text=text,
        format=format_,
        encoding=decoded.encoding,
        bom=decoded.bom,
        gzip_layers=gzip_layers,
        notes=(_ENCODING_ASSUMED,) if decoded.is_assumed else (),
        record=record,
    )


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in a text."""
    return all(character.isspace() or character in _INVISIBLE for character in text)


def is_charset(name: str) -> bool:
    """Whether this is the name of a charset that texts are saved in: Python knows codecs of other kinds, too."""
    try:
        "".encode(name)
        return codecs.lookup(name).name.replace("_", "-") not in _NO_CHARSETS
    except (LookupError, ValueError):
        return False


def unpack(body: bytes, *, max_bytes: int) -> tuple[bytes, int]:
    """Bytes without the gzip around them, and how many layers of it there were."""
    layers = 0
    while body.startswith(GZIP_MAGIC):
        if layers == MAX_GZIP_LAYERS:
            raise ArticleRejected(
                "broken-gzip", f"It is packed with gzip more than {MAX_GZIP_LAYERS} times. Pack it once."
            )
        body = _gunzip(body, max_bytes)
        layers += 1
    return body, layers


def load_text(body: bytes, charset: str | None) -> Decoded:
    """The text in bytes that should be plain text or Markdown.

    `charset` is what the content type declares. Raises `ArticleRejected` when they are no text.
    """
    decoded = load_json(body, charset)
    if _is_json(decoded.text):
        raise _unsupported("JSON", "Name it .json, or .jsonl where it has an article a line")
    return decoded


def load_json(body: bytes, charset: str | None) -> Decoded:
    """The JSON in bytes, as text. Raises `ArticleRejected` when they are no text."""
    refuse_binary(body)
    return _decode(body, charset)


def refuse_binary(body: bytes) -> None:
    """Raises `ArticleRejected` for bytes that begin as files do which are no text."""
    for magic, what in _MAGIC:
        if body.startswith(magic):
            raise _not_text(f"It is {what}.")
    if body[257:262] == b"ustar":
        raise _not_text("It is a tar archive.")


def refuse_no_article(text: str) -> None:
    """Raises `ArticleRejected` for a text that is none of an article."""
    if is_blank(text):
        raise _empty()
    if len(_CONTROL.findall(text)) > len(text) * _MAX_CONTROL_SHARE:
        raise _not_text("The text is full of control characters.")
    if _MARKUP.match(text) or (_FRAGMENT.match(text) and text.count("</") >= _FRAGMENT_CLOSES):
        raise _unsupported("an HTML or XML page")
    _refuse_too_many_lines(text)


Loader = Callable[[bytes, str | None], Decoded]


def _refuse(what: str, its_name: str = "") -> Loader:
    def refuse(_body: bytes, _charset: str | None) -> Decoded:
        raise _unsupported(what, its_name)

    return refuse


# Every format by the suffixes of its keys and by its content types. A suffix that is not here, as in `report.v2` or
# `What happened in the U.S.`, says nothing, and neither does the content type that S3 gives when none was sent.
_FORMATS: tuple[tuple[str, Loader, frozenset[str], frozenset[str]], ...] = (
    ("text", load_text, frozenset({".txt", ".text"}), frozenset({"text/plain"})),
    ("markdown", load_text, frozenset({".md", ".markdown"}), frozenset({"text/markdown", "text/x-markdown"})),
    (
        "html",
        _refuse("an HTML or XML page"),
        frozenset({".html", ".htm", ".xhtml", ".mhtml", ".xml"}),
        frozenset({"text/html", "application/xhtml+xml", "text/xml", "application/xml"}),
    ),
    (
        "json",
        load_json,
        frozenset({".json"}),
        frozenset({"application/json"}),
    ),
    (
        "json-lines",
        _refuse("a file of JSON lines", "Name it .jsonl"),
        frozenset(),
        frozenset({"application/x-ndjson", "application/jsonl"}),
    ),
    ("csv", _refuse("a table"), frozenset({".csv", ".tsv"}), frozenset({"text/csv", "text/tab-separated-values"})),
)
_BY_SUFFIX = {suffix: (name, load) for name, load, suffixes, _ in _FORMATS for suffix in suffixes}
_BY_CONTENT_TYPE = {type_: (name, load) for name, load, _, types in _FORMATS for type_ in types}
_PLAIN_TEXT = ("text", load_text)


def _loader(source: SourceObject) -> tuple[str, Loader]:
    name = source.key.rsplit("/", 1)[-1].lower().removesuffix(".gz")
    suffix = PurePosixPath(name).suffix
    return _BY_SUFFIX.get(suffix) or _BY_CONTENT_TYPE.get(_media_type(source.content_type), _PLAIN_TEXT)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _charset(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = re.sub(r"[\r\n]", " ", content_type)
    charset = message.get_param("charset")
    return charset if isinstance(charset, str) and charset else None


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    """What a gzip file holds, all its members, but never more than `max_bytes` of it."""
    parts: list[bytes] = []
    room = max_bytes
    while body:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(body, room + 1)
        except zlib.error as error:
            if parts and not body.startswith(GZIP_MAGIC):
                break  # Tape and disk images pad gzip files with whatever; what was packed is whole.
            raise broken_gzip(str(error)) from None
        room -= len(part)
        if room < 0:
            raise _too_large("Unpacked, it has more", max_bytes)
        if not member.eof:
            raise broken_gzip("it ends too early")
        parts.append(part)
        body = member.unused_data
    return b"".join(parts)


def _is_json(text: str) -> bool:
    """Whether all of a text is JSON, as one value or one object a line. An article can begin with `[`, but goes on."""
    content = text.strip()
    if content[:1] + content[-1:] not in {"{}", "[]"}:
        return False
    value = _parsed(content)
    if isinstance(value, list):
        return any(isinstance(item, dict | list | str) for item in value)  # and not a footnote's `[1]`
    lines = (line for line in content.splitlines() if line.strip())
    return isinstance(value, dict) or all(isinstance(_parsed(line), dict) for line in lines)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _refuse_too_many_lines(text: str) -> None:
    lines = sum(1 for _ in _LINE.finditer(text))
    if lines > MAX_LINES:
        raise ArticleRejected(
            "too-large",
            f"The text has {lines:,} lines, and an article may have {MAX_LINES:,}. Split it into single articles.",
        )


def _decode(body: bytes, charset: str | None) -> Decoded:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return Decoded(text=_decode_strictly(body.removeprefix(bom), encoding), encoding=encoding, bom=bom)
    if b"\0" in body:
        return _decode_wide(body)
    try:
        return Decoded(text=body.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError as error:
        broken = error
    if charset and (text := _decode_declared(body, charset)) is not None:
        return Decoded(text=text, encoding=codecs.lookup(charset).name)
    _refuse_broken_utf8(body, broken)
    return Decoded(text=_decode_western(body), encoding="cp1252", is_assumed=True)


def _decode_strictly(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleRejected(
            "broken-text",
            f"It begins with the mark of {encoding.upper()}, and byte {error.start} after it is not "
            f"{encoding.upper()} ({error.reason}). It was cut or mixed: save it again as UTF-8.",
        ) from None


def _decode_wide(body: bytes) -> Decoded:
    """UTF-16 without its mark: zero bytes stand at every second place only, and what they make is plain characters."""
    for encoding, zeros in (("utf-16-le", 1), ("utf-16-be", 0)):
        if b"\0" not in body[1 - zeros :: 2]:
            try:
                text = body.decode(encoding)
            except UnicodeDecodeError:
                continue
            if all(character in "\t\n\r\f" or unicodedata.category(character)[0] != "C" for character in set(text)):
                return Decoded(text=text, encoding=encoding)
    raise _not_text("There are null bytes in it, which no text has.")


def _decode_declared(body: bytes, charset: str) -> str | None:
    """The text, if the declared charset is one, reads all of it, and gives back the same bytes."""
    if not is_charset(charset):
        return None
    try:
        text = body.decode(charset)
        return text if text.encode(charset) == body and text.encode() else None
    except ValueError:
        return None


def _refuse_broken_utf8(body: bytes, error: UnicodeDecodeError) -> None:
    """Text that is UTF-8 but for a few bytes would come out garbled as anything else. Nobody could repair it after."""
    good = len(_UTF8_SEQUENCE.findall(body))
    bad = sum(byte >= 0x80 for byte in _UTF8_SEQUENCE.sub(b"", body))
    if good > bad:
        raise ArticleRejected(
            "broken-text",
            f"It is UTF-8 with broken places, the first at byte {error.start} ({error.reason}). "
            "It was cut or mixed: save it again as UTF-8.",
        ) from None


def _decode_western(body: bytes) -> str:
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _unknown_encoding(f"byte {error.start} is in neither") from None
    letters = [character for character in text if character.isalpha()]
    if sum(character.isascii() for character in letters) * 2 < len(letters):
        # Cyrillic or Greek in a legacy encoding: as Windows-1252 it reads `Ìîñêâà`.
        raise _unknown_encoding("what it would make as Windows-1252 is no language")
    return text


def archived() -> ArticleRejected:
    """The rejection of an object that S3 does not read."""
    return ArticleRejected(
        "archived",
        "The object is in an archive storage class, from which S3 reads nothing. Restore it: it is cleaned when the "
        "restored copy is there.",
    )


def _too_large(what: str, max_bytes: int) -> ArticleRejected:
    return ArticleRejected(
        "too-large",
        f"{what}, and an article may have {max_bytes:,} bytes.",
        "Split it into single articles, or deploy with a larger MaxArticleBytes.",
    )


def _empty() -> ArticleRejected:
    return ArticleRejected("empty", "There is no text in it.", "Upload it again when it has any.")


def _not_text(what: str) -> ArticleRejected:
    return ArticleRejected("not-text", what, "Upload the article's text: plain text or Markdown.")


def _unsupported(what: str, its_name: str = "") -> ArticleRejected:
    if its_name:
        return ArticleRejected("unsupported-format", f"It is {what}. {its_name}.")
    extract = "Extract the article's text first, and upload that as plain text (.txt) or Markdown (.md)."
    return ArticleRejected("unsupported-format", f"It is {what}.", extract)


def broken_gzip(what: str) -> ArticleRejected:
    """The rejection of a gzip file that cannot be unpacked."""
    return ArticleRejected("broken-gzip", f"The gzip file is broken: {what}.", "Pack and upload it again.")


def _unknown_encoding(what: str) -> ArticleRejected:
    return ArticleRejected(
        "unknown-encoding",
        f"The text is neither UTF-8 nor Windows-1252: {what}.",
        "Save it as UTF-8, or upload it with its charset in the content type, as in `text/plain; "
        "charset=windows-1251`.",
    )
