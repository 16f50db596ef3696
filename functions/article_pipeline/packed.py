"""Packed articles: JSON lines, an article a line. Read, cleaned and written line by line, however long the file is.

Nothing here knows where the bytes come from or go to. What comes out has the lines that came in, in their order, and
each is as it was to the byte, but for the literal of its text where the cleanup changed that.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from article_cleanup import clean

from .limits import OutOfTime, time_limit
from .loaders import GZIP_MAGIC, MAX_GZIP_LAYERS, broken_gzip, is_blank, refuse_binary, refuse_no_article
from .model import ArticleRejected, CleanLine, PackedSummary
from .pages import PackedArticle, PackedPage
from .records import Record, read_record, spell, spelling_for
from .reports import is_mostly_removed, removals_by_rule, write_line_report
from .settings import Settings

Write = Callable[[bytes], object]
MapLines = Callable[
    [Callable[[tuple[int, "Piece"]], "CleanLine"], Iterable[tuple[int, "Piece"]]], Iterable["CleanLine"]
]

_PIECE_BYTES = 1 << 20  # what is unpacked at once
# Gzip makes text of news ten times smaller at best, and nothing a thousand times. What is far beyond that after so many
# bytes was made to fill a disk.
_MAX_RATIO, _RATIO_COUNTS_FROM = 200, 64 << 20
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line with its end, or of one that is longer than it may be a part: where it begins, goes on, or `ends`."""

    content: bytes
    begins: bool
    ends: bool


def clean_packed(
    chunks: Iterable[bytes],
    *,
    articles: Write,
    reports: Write,
    settings: Settings,
    page: PackedPage | None = None,
    map_lines: MapLines = map,
) -> PackedSummary:
    """Cleans the text of each line of a file, which comes unpacked and in chunks of any size.

    `articles` is called with the bytes of the clean file, one stretch after another, and `reports` with a line of JSON
    on each of its lines. `page` shows its articles. Lines that are no article are passed through as they are.
    `map_lines` can have several lines worked on at once, if what comes of them comes in their order. Raises what
    `chunks` raises.
    """
    summary = PackedSummary()
    pieces = numbered(split_lines(chunks, max_bytes=settings.max_line_bytes))
    for line in map_lines(partial(_clean_piece, settings=settings), pieces):
        articles(line.content)
        if line.report:
            reports(line.report)
            summary.count(line)
        if page and line.is_changed and not page.is_cut:
            page.add(PackedArticle.of_line(json.loads(line.report), line.content, text_field=settings.text_field))
    return summary


def numbered(pieces: Iterable[Piece]) -> Iterator[tuple[int, Piece]]:
    """Pieces with the numbers of their lines, from 1 on."""
    number = 0
    for piece in pieces:
        number += piece.begins
        yield number, piece


def _clean_piece(numbered_piece: tuple[int, Piece], settings: Settings) -> CleanLine:
    number, piece = numbered_piece
    if piece.begins:
        return clean_line(piece, number=number, settings=settings)
    return CleanLine(content=piece.content, report=b"")


def clean_line(piece: Piece, *, number: int, settings: Settings) -> CleanLine:
    """What comes of a line, or of the part of one with which it begins. The first has the `number` 1."""
    try:
        with time_limit(settings.max_article_seconds):
            return _clean_line(piece, number, settings)
    except ArticleRejected as error:
        rejection = error
    except OutOfTime:
        rejection = ArticleRejected("too-slow", "Cleaning this article took too long.")
    except MemoryError:
        rejection = ArticleRejected("too-large", "Cleaning this article takes more memory than there is.")
    report = write_line_report(number, reason=rejection.reason, cleaned=rejection.cleaned, settings=settings)
    return CleanLine(
        content=piece.content,
        report=report,
        reason=rejection.reason,
        is_mostly_removed=rejection.cleaned is not None,
    )


def read_line(piece: Piece, settings: Settings) -> Record:
    """The article in a line, or in the part of one with which it begins.

    Raises `ArticleRejected` if there is none that is to be cleaned.
    """
    if not piece.ends or len(piece.content) > settings.max_line_bytes:
        raise ArticleRejected("too-large", "The line is too long.")
    try:
        source = piece.content.decode()
    except UnicodeDecodeError:
        raise ArticleRejected("broken-text", "The line is not UTF-8.") from None
    if is_blank(source):
        raise ArticleRejected("empty", "There is nothing in the line.")
    record = read_record(source, settings.text_field)
    refuse_no_article(record.text)
    return record


def _clean_line(piece: Piece, number: int, settings: Settings) -> CleanLine:
    record = read_line(piece, settings)
    cleaned = clean(record.text, config=settings.cleanup)
    if is_blank(cleaned.text):
        raise ArticleRejected("nothing-left", "All of the text was taken out.", cleaned=cleaned)
    is_changed = cleaned.text != record.text
    content = piece.content
    if is_changed:
        content = record.with_literal(spell(cleaned.text, spelling_for(record))).encode()
    return CleanLine(
        content=content,
        report=write_line_report(number, record=record, cleaned=cleaned, settings=settings),
        is_changed=is_changed,
        is_mostly_removed=is_mostly_removed(cleaned, settings),
        removals_by_rule=removals_by_rule(cleaned),
        characters_in=len(record.text),
        characters_out=len(cleaned.text),
    )


def split_lines(chunks: Iterable[bytes], *, max_bytes: int) -> Iterator[Piece]:
    """The lines in chunks of bytes, each with its end. Of longer ones than `max_bytes` no more is held than comes."""
    held, begins = bytearray(), True
    for chunk in chunks:
        start = 0
        while end := chunk.find(b"\n", start) + 1:
            held += chunk[start:end]
            yield Piece(content=bytes(held), begins=begins, ends=True)
            held.clear()
            begins, start = True, end
        held += chunk[start:]
        if len(held) > max_bytes:
            yield Piece(content=bytes(held), begins=begins, ends=False)
            held.clear()
            begins = False
    if held:
        yield Piece(content=bytes(held), begins=begins, ends=True)


def unpack_stream(chunks: Iterator[bytes], *, max_bytes: int) -> tuple[Iterator[bytes], int]:
    """The bytes of a file without the gzip around them, in chunks, and how many layers of it there were.

    Raises `ArticleRejected` when they are no text in UTF-8; so do the chunks, when the gzip is broken, or when more
    than `max_bytes` come out of it.
    """
    layers, head = 0, next(chunks, b"")
    while head.startswith(GZIP_MAGIC):
        if layers == MAX_GZIP_LAYERS:
            raise broken_gzip(f"it is packed more than {MAX_GZIP_LAYERS} times")
        layers += 1
        chunks = _gunzip(chain([head], chunks), max_bytes)
        head = next(chunks, b"")
    refuse_binary(head)
    if head.startswith(_UTF16_BOMS):
        raise ArticleRejected("broken-text", "The file is UTF-16, and JSON lines are UTF-8. Save it again as UTF-8.")
    return chain([head], chunks), layers


def _gunzip(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """What a gzip file holds, all its members, a bounded piece at a time."""
    member, mark, is_first = zlib.decompressobj(wbits=31), b"", True
    packed = unpacked = 0
    for chunk in chunks:
        packed += len(chunk)
        rest = chunk
        while rest:
            if member.eof:
                member, mark, is_first = zlib.decompressobj(wbits=31), b"", False
            mark = (mark + rest[:2])[:2]
            try:
                piece = member.decompress(rest, _PIECE_BYTES)
            except zlib.error as error:
                if not is_first and mark != GZIP_MAGIC[: len(mark)]:
                    return  # Tape and disk images pad gzip files with whatever; what was packed is whole.
                raise broken_gzip(str(error)) from None
            rest = member.unused_data if member.eof else member.unconsumed_tail
            unpacked += len(piece)
            if unpacked > max_bytes:
                raise too_large_packed("Unpacked, the file has more", max_bytes)
            if unpacked > max(_RATIO_COUNTS_FROM, packed * _MAX_RATIO):
                problem = f"The file unpacks to more than {_MAX_RATIO} times its size, as no articles do."
                raise ArticleRejected("too-large", f"{problem} Look at what is in it.")
            if piece:
                yield piece
    if not member.eof:
        raise broken_gzip("it ends too early")


def pack_stream(write: Write, gzip_layers: int) -> tuple[Write, Callable[[], None]]:
    """A way to write what is to be packed with gzip so often, and what to call when all is written."""
    if not gzip_layers:
        return write, lambda: None
    outer, finish_outer = pack_stream(write, gzip_layers - 1)
    # As without a file's name and time, the same articles always make the same bytes.
    packer = zlib.compressobj(wbits=31)

    def finish() -> None:
        outer(packer.flush())
        finish_outer()

    return lambda content: outer(packer.compress(content)), finish


def too_large_packed(what: str, max_bytes: int) -> ArticleRejected:
    """The rejection of a packed file that is too large, as stored or unpacked."""
    return ArticleRejected(
        "too-large",
        f"{what}, and a packed file may have {max_bytes:,} bytes.",
        "Split it into several files, or deploy with a larger MaxPackedBytes.",
    )
