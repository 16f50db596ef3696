from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from article_cleanup import clean
from article_pipeline import packed
from article_pipeline.model import ArticleRejected, PackedSummary
from article_pipeline.packed import clean_packed, pack_stream, split_lines, unpack_stream
from article_pipeline.records import read_record
from article_pipeline.reports import rebuild_line
from article_pipeline.settings import Settings

SETTINGS = Settings(input_bucket="in", output_bucket="out", max_article_bytes=1_000_000)
PARAGRAPH = "The night ferry between Port Ellery and the outer islands will return in the spring, the board said."
DAMAGED = f"{PARAGRAPH}\nVideo\n{PARAGRAPH}\n"
CLEAN = f"{PARAGRAPH}\n"


def in_chunks(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def run(
    content: bytes, settings: Settings = SETTINGS, *, chunk: int = 1 << 20
) -> tuple[bytes, list[dict[str, Any]], PackedSummary]:
    """What comes of a file: its bytes, the reports on its lines, and the counts."""
    articles, reports = bytearray(), bytearray()
    summary = clean_packed(
        in_chunks(content, chunk), articles=articles.extend, reports=reports.extend, settings=settings
    )
    return bytes(articles), [json.loads(line) for line in reports.splitlines()], summary


def statuses(reports: list[dict[str, Any]]) -> list[str]:
    return [report.get("reason", report["status"]) for report in reports]


def as_lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")


PARAGRAPHS = st.sampled_from(
    [
        PARAGRAPH,
        "Video",
        "You may also like",
        "Fares / stay at 14 crowns.",
        "“Oui”, a-t-il dit.",
        "漢字。",
        "\ud800",
        " ",
        "\t",
    ]
)
TEXTS = st.lists(PARAGRAPHS, max_size=8).map("\n".join) | st.text(st.characters(), max_size=30)
VALUES = st.recursive(
    TEXTS | st.floats() | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["text", "b"]), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def json_lines(draw: st.DrawFn) -> bytes:
    """One line: JSON as many programs write it, with spaces and names as they like, and what is no JSON."""
    if not draw(st.integers(0, 5)):
        return draw(st.binary(max_size=20)).replace(b"\n", b"")
    space, escape = draw(st.sampled_from(["", " ", "\t", " \r"])), draw(st.sampled_from(_ESCAPES))
    pairs = draw(st.lists(st.tuples(st.sampled_from(["text", "title", "te\\u0078t", "n"]), VALUES), max_size=3))
    pairs.insert(draw(st.integers(0, len(pairs))), ("text", draw(TEXTS)))
    written = [f'"{name}"{space}:{space}{escape(value)}' for name, value in pairs]
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return (mark + "{" + space + f"{space},{space}".join(written) + space + "}").encode(errors="surrogatepass")


def _in_capitals(value: Any) -> str:  # noqa: ANN401 - JSON
    return "".join(f"\\u{ord(character):04X}" if character == "é" else character for character in json.dumps(value))


_ESCAPES: list[Callable[[Any], str]] = [
    json.dumps,
    lambda value: json.dumps(value, ensure_ascii=False),
    lambda value: json.dumps(value).replace("/", "\\/"),
    lambda value: json.dumps(value).replace("e", "\\u0065"),
    _in_capitals,
]


@given(
    lines=st.lists(json_lines(), max_size=6),
    end=st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]),
    separator=st.sampled_from([b"\n", b"\r\n"]),
    chunk=st.integers(1, 40),
)
@example(
    lines=[b'{"text":"Video\\nThe ferry returns."}', b'{"text":"a","text":"Video\\nb"}'],
    end=b"",
    separator=b"\n",
    chunk=3,
)
def test_all_but_the_text_is_the_same_to_the_byte_and_the_source_is_made_again(
    lines: list[bytes], end: bytes, separator: bytes, chunk: int
) -> None:
    source = separator.join(lines) + end
    cleaned, reports, summary = run(source, chunk=chunk)
    before, after = as_lines(source), as_lines(cleaned)
    assert len(before) == len(after)
    assert [report["line"] for report in reports] == list(range(1, summary.lines + 1))
    assert summary.lines == len(before) - (not before[-1])
    for one, other, report in zip(before, after, reports, strict=False):
        assert rebuild_line(report, other) == one
        if report["status"] != "changed":
            assert one == other
            continue
        old, new = (read_record(line.decode(), "text") for line in (one, other))
        assert (old.source[: old.start], old.source[old.end :]) == (new.source[: new.start], new.source[new.end :])
        assert new.text == clean(old.text).text != old.text


def test_each_line_is_cleaned_or_passed_through_and_counted() -> None:
    source = [
        json.dumps({"id": 1.0, "text": DAMAGED}).encode(),
        json.dumps({"text": CLEAN}).encode(),
        b'{"text": "cut',
        b'{"body": "The ferry returns."}',
        b'{"text": 12}',
        b"[1]",
        b"",
        b'{"text": " \\n"}',
        b"caf\xe9",
        json.dumps({"text": "You may also like"}).encode(),
        json.dumps({"text": "<!doctype html><p>News"}).encode(),
        json.dumps({"text": "\0" * 9}).encode(),
        json.dumps({"text": DAMAGED}).encode(),
    ]
    cleaned, reports, summary = run(b"\n".join(source))
    assert statuses(reports) == [
        "changed", "unchanged", "not-json", "no-text", "no-text", "no-text", "empty", "empty", "broken-text",
        "nothing-left", "unsupported-format", "not-text", "changed",
    ]  # fmt: skip
    assert (summary.lines, summary.articles, summary.changed) == (13, 3, 2)
    assert sum(summary.passed_through.values()) == 10
    assert as_lines(cleaned)[0] == json.dumps({"id": 1.0, "text": CLEAN}).encode()
    assert as_lines(cleaned)[1:-1] == source[1:-1]
    assert summary.characters_in > summary.characters_out > 0
    assert sum(summary.removals_by_rule.values()) == sum(
        len(report["removals"]) for report in (reports[0], reports[-1])
    )
    assert reports[9]["removals"], "what was taken out of it is told, though it was not written"


@pytest.mark.parametrize(
    "line",
    [
        rb'{"text":"caf\u00E9, \u003cb\u003e"}',
        rb'{"text" :"a\/b" , "n": 1.00E+2, "n": 007.0}'.replace(b"007", b"7"),
        rb' {"t\u0065xt": "\u0065", "big": 123456789012345678901234567890, "x": NaN}',
        b'\xef\xbb\xbf{"text": "\\ud83d\\ude00 \\ud800"}\r',
    ],
)
def test_a_line_that_needs_no_cleaning_comes_out_as_it_is_however_it_is_spelled(line: bytes) -> None:
    cleaned, reports, _ = run(line + b"\n" + line)
    assert cleaned == line + b"\n" + line
    assert statuses(reports) == ["unchanged", "unchanged"]


def test_of_a_line_that_is_too_long_nothing_is_lost_and_no_more_is_held_than_comes() -> None:
    long = json.dumps({"text": DAMAGED * 100}).encode()
    settings = replace(SETTINGS, max_line_bytes=2000)
    source = b"\n".join([json.dumps({"text": DAMAGED}).encode(), long, json.dumps({"text": DAMAGED}).encode(), long])
    for chunk in (10, 1000, 1 << 20):
        cleaned, reports, summary = run(source, settings, chunk=chunk)
        assert statuses(reports) == ["changed", "too-large", "changed", "too-large"]
        assert as_lines(cleaned)[1] == as_lines(cleaned)[3] == long
        assert summary.lines == 4
    assert max(len(piece.content) for piece in split_lines(in_chunks(source, 10), max_bytes=2000)) <= 2010


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("content", [b"", b"\n", b"a", b"a\n", b"\n\n", b"a\nbc\n\nd", b"a\r\nb"])
def test_lines_end_where_they_end_in_whatever_chunks_they_come(content: bytes, size: int) -> None:
    pieces = list(split_lines(in_chunks(content, size), max_bytes=100))
    assert [piece.content for piece in pieces] == content.splitlines(keepends=True)
    assert all(piece.begins and piece.ends for piece in pieces)


@pytest.mark.parametrize(("fault", "reason"), [(MemoryError(), "too-large"), (None, "too-slow")])
def test_a_line_that_takes_too_much_is_passed_through_and_holds_up_no_other(
    fault: Exception | None, reason: str
) -> None:
    def clean_or_not(text: str, **options: Any) -> Any:  # noqa: ANN401 - whatever clean takes and gives
        if "endless" not in text:
            return clean(text, **options)
        take_too_much(fault)

    source = b"\n".join(json.dumps({"text": DAMAGED + end}).encode() for end in ("", "endless", ""))
    with patch.object(packed, "clean", clean_or_not):
        cleaned, reports, _ = run(source, replace(SETTINGS, max_article_seconds=1))
    assert statuses(reports) == ["changed", reason, "changed"]
    assert as_lines(cleaned)[1] == as_lines(source)[1]


def take_too_much(fault: Exception | None) -> NoReturn:
    if fault:
        raise fault
    while True:
        pass


def unpacked(content: bytes, *, chunk: int = 1 << 20, max_bytes: int = 1 << 30) -> tuple[bytes, int]:
    chunks, layers = unpack_stream(in_chunks(content, chunk), max_bytes=max_bytes)
    return b"".join(chunks), layers


NOISE = random.Random(1).randbytes(3 << 20)  # noqa: S311 - the same bytes on every run


@pytest.mark.parametrize("chunk", [20, 1000, 1 << 22])
def test_gzip_is_unpacked_as_it_comes(chunk: int) -> None:
    lines = b'{"text": "a"}\n' * 1000
    assert unpacked(lines, chunk=chunk) == (lines, 0)
    assert unpacked(gzip.compress(lines), chunk=chunk) == (lines, 1)
    assert unpacked(gzip.compress(gzip.compress(lines)), chunk=chunk) == (lines, 2)
    assert unpacked(gzip.compress(lines) + gzip.compress(b"") + gzip.compress(lines), chunk=chunk) == (lines * 2, 1)
    assert unpacked(gzip.compress(lines) + bytes(5000), chunk=chunk) == (lines, 1)


@pytest.mark.parametrize("level", [0, 9])
def test_gzip_of_any_kind_comes_out_whole_and_a_bounded_piece_at_a_time(level: int) -> None:
    content = b"\n" + NOISE + bytes(3 << 20)
    chunks, _ = unpack_stream(iter([gzip.compress(content, level)]), max_bytes=1 << 30)
    pieces = list(chunks)
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 1 << 20


@pytest.mark.parametrize("chunk", [20, 1 << 20])
@pytest.mark.parametrize("spoil", ["cut", "garbled", "second cut", "thrice"])
def test_broken_gzip_is_rejected(spoil: str, chunk: int) -> None:
    whole = gzip.compress(NOISE[:5000])
    content = {
        "cut": whole[:-9],
        "garbled": whole[:100] + b"\xff" * 9 + whole[109:],
        "second cut": whole + whole[:50],
        "thrice": gzip.compress(gzip.compress(whole)),
    }[spoil]
    with pytest.raises(ArticleRejected) as rejected:
        unpacked(content, chunk=chunk)
    assert rejected.value.reason == "broken-gzip"


def test_what_unpacks_to_too_much_is_rejected_before_it_has() -> None:
    came = 0

    def counted(chunks: Iterable[bytes]) -> None:
        nonlocal came
        for chunk in chunks:
            came += len(chunk)

    bomb = gzip.compress(bytes(200 << 20))
    for limit, bound in ((1 << 30, 65 << 20), (10 << 20, 10 << 20)):
        came = 0
        chunks, _ = unpack_stream(in_chunks(bomb, 1000), max_bytes=limit)
        with pytest.raises(ArticleRejected) as rejected:
            counted(chunks)
        assert rejected.value.reason == "too-large"
        assert came <= bound


@pytest.mark.parametrize(
    ("head", "reason"), [(b"%PDF-1.7", "not-text"), (b"PK\3\4", "not-text"), ("{}".encode("utf-16"), "broken-text")]
)
def test_files_of_other_kinds_are_told_by_how_they_begin(head: bytes, reason: str) -> None:
    for content in (head, gzip.compress(head)):
        with pytest.raises(ArticleRejected) as rejected:
            unpacked(content)
        assert rejected.value.reason == reason


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_what_was_packed_is_packed_again_and_always_the_same(layers: int) -> None:
    written = []
    for _ in range(2):
        output = bytearray()
        write, finish = pack_stream(output.extend, layers)
        for part in chain([b""], in_chunks(NOISE, 1 << 16)):
            write(part)
        finish()
        written.append(bytes(output))
    assert written[0] == written[1]
    assert unpacked(written[0]) == (NOISE, layers)
