from __future__ import annotations

import bz2
import codecs
import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from article_pipeline.loaders import MAX_LINES, load_article
from article_pipeline.model import Article, ArticleRejected, ObjectVersion, SourceObject

STORY = "The night ferry — “at last” — returns to Tromsø.\nFares stay at 14 crowns.\n"
LIMIT = 100_000


def pack(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def source(body: bytes, key: str = "article.txt", content_type: str = "text/plain", **more: object) -> SourceObject:
    return SourceObject(
        bucket="in",
        key=key,
        version=ObjectVersion(etag="e", version_id=None),
        size=len(body),
        body=body,
        content_type=content_type,
        **more,  # type: ignore[arg-type]
    )


def load(body: bytes, key: str = "article.txt", content_type: str = "text/plain") -> Article:
    return load_article(source(body, key, content_type), max_bytes=LIMIT)


def rejection(body: bytes, key: str = "article.txt", content_type: str = "text/plain") -> ArticleRejected:
    with pytest.raises(ArticleRejected) as rejected:
        load(body, key, content_type)
    return rejected.value


def bytes_of(article: Article) -> bytes:
    body = article.bom + article.text.encode(article.encoding)
    for _ in range(article.gzip_layers):
        body = pack(body)
    return body


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (STORY.encode(), "utf-8"),
        (codecs.BOM_UTF8 + STORY.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + STORY.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + STORY.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + STORY.encode("utf-32-le"), "utf-32-le"),
        (STORY.encode("utf-16-le"), "utf-16-le"),
        (STORY.encode("utf-16-be"), "utf-16-be"),
        (STORY.encode("cp1252"), "cp1252"),
        ("Жуки 漢字\n".encode("utf-16-le"), "utf-16-le"),
    ],
)
@pytest.mark.parametrize("packed", [0, 1, 2])
def test_text_is_read_in_whichever_encoding_it_comes(body: bytes, encoding: str, packed: int) -> None:
    for _ in range(packed):
        body = pack(body)
    article = load(body)
    assert article.text in {STORY, "Жуки 漢字\n"}
    assert (article.encoding, article.gzip_layers) == (encoding, packed)
    assert bytes_of(article) == body


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
)
def test_what_is_loaded_can_be_turned_back_into_its_bytes(text: str, encoding: str) -> None:
    bom = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[encoding]
    body = bom + text.encode(encoding)
    try:
        article = load(body)
    except ArticleRejected as rejected:
        assert rejected.reason in {"empty", "unsupported-format"}  # noqa: PT017 - either way is right
        return
    assert article.text == text
    assert bytes_of(article) == body


@given(
    body=st.binary(max_size=200)
    | st.builds(lambda a, b: a + b, st.sampled_from([b"\x1f\x8b", b"\xff\xfe"]), st.binary()),
    content_type=st.sampled_from(["text/plain", "text/plain; charset=koi8-r", "text/plain; charset=unicode_escape"])
    | st.text(max_size=30),
    key=st.sampled_from(["a.txt", "a.md", "a", "a.html", "a.txt.gz", "a.", ".gz", "a/", "U.S."]),
)
@example(b"\xff\xfe\x00\xd8", "text/plain", "a.txt")
@example(b"\x81\x8d", "text/plain", "a.txt")
@example(pack(b"x" * 200)[:-9], "text/plain", "a.txt")
def test_any_bytes_are_loaded_or_rejected_in_words(body: bytes, content_type: str, key: str) -> None:
    try:
        article = load(body, key, content_type)
    except ArticleRejected as rejected:
        assert rejected.reason  # noqa: PT017 - either way is right
        assert rejected.message.endswith(".")  # noqa: PT017
    else:
        unpacked = bytes_of(article) if not article.gzip_layers else article.bom + article.text.encode(article.encoding)
        assert article.text.encode()
        assert article.gzip_layers or unpacked == body


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1251", "Паром вернётся весной.\n"),
        ("iso-8859-2", "Prám se vrátí v březnu.\n"),
        ('"shift_jis"', "夜行フェリー\n"),
    ],
)
def test_a_declared_charset_counts_where_the_bytes_are_not_utf_8(charset: str, text: str) -> None:
    body = text.encode(charset.strip('"'))
    article = load(body, content_type=f"text/plain; charset={charset}")
    assert article.text == text
    assert bytes_of(article) == body


@pytest.mark.parametrize("charset", ["windows-1251", "no-such-charset", "utf-16", "base64", "unicode_escape"])
def test_bytes_that_are_utf_8_are_read_as_such_whatever_is_declared(charset: str) -> None:
    assert load(STORY.encode(), content_type=f"text/plain; charset={charset}").text == STORY


@pytest.mark.parametrize("charset", ["no-such-charset", "base64", "idna", "undefined", "\u00e9", ""])
def test_a_charset_that_is_none_is_passed_over(charset: str) -> None:
    assert load(STORY.encode("cp1252"), content_type=f"text/plain; charset={charset}").text == STORY


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (b"", "empty", "no text"),
        (b" \n\t\r\n", "empty", "no text"),
        (codecs.BOM_UTF8, "empty", "no text"),
        (codecs.BOM_UTF16_LE, "empty", "no text"),
        (pack(b""), "empty", "no text"),
        ("\u200b\n\ufeff".encode(), "empty", "no text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "not-text", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not-text", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not-text", "JPEG"),
        (b"PK\x03\x04\x14\0\x06\0", "not-text", "zip"),
        (bz2.compress(b"news"), "not-text", "bzip2"),
        (bytes(range(256)), "not-text", "null bytes"),
        (b"\x01\x02\x03\x04 some words" * 3, "not-text", "control characters"),
        (b"<!DOCTYPE html><p>News", "unsupported-format", "HTML"),
        (b"\n  <html lang=en>News", "unsupported-format", "HTML"),
        (b'<div class="a"><p>News</p><p>More</p></div>', "unsupported-format", "HTML"),
        (pack(STORY.encode())[:-12], "broken-gzip", "too early"),
        (b"\x1f\x8b\x08\0 not a gzip file", "broken-gzip", "Pack and upload it again"),
        (pack(pack(pack(b"news"))), "broken-gzip", "more than 2 times"),
        (codecs.BOM_UTF16_LE + b"a\0b\0c", "broken-text", "UTF-16-LE"),
        (codecs.BOM_UTF16_LE + b"\0\xd8a\0", "broken-text", "UTF-16-LE"),
        (codecs.BOM_UTF8 + b"a\xff", "broken-text", "UTF-8"),
        (("à la carte, déjà vu " * 5).encode()[:-2] + b"\xff", "broken-text", "at byte 113"),
        (STORY[:-27].encode()[:-1], "broken-text", "UTF-8 with broken places"),
        ("Паром вернётся весной".encode("cp1251"), "unknown-encoding", "charset=windows-1251"),
        (b"caf\x8d au lait", "unknown-encoding", "byte 3 is in neither"),
    ],
)
def test_what_can_never_be_cleaned_is_rejected_with_what_to_do(body: bytes, reason: str, words: str) -> None:
    rejected = rejection(body)
    assert rejected.reason == reason
    assert words in rejected.message


@pytest.mark.parametrize(
    ("key", "content_type", "format_"),
    [
        ("a.txt", "application/pdf", "text"),
        ("a.TXT", "binary/octet-stream", "text"),
        ("a.txt.gz", "application/gzip", "text"),
        ("a.md", "text/plain", "markdown"),
        ("b/c.d/a.Markdown", "", "markdown"),
        ("a", "text/markdown; charset=utf-8", "markdown"),
        ("a", "binary/octet-stream", "text"),
        ("What happened in the U.S.", "binary/octet-stream", "text"),
        ("draft.v2", "application/x-whatever", "text"),
        (".gz", "", "text"),
    ],
)
def test_the_suffix_tells_the_format_and_then_the_content_type(key: str, content_type: str, format_: str) -> None:
    assert load(STORY.encode(), key, content_type).format == format_


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        ("a.html", "text/plain"),
        ("a.HTM.gz", ""),
        ("a.csv", "text/csv"),
        ("a", "text/html; charset=utf-8"),
    ],
)
def test_formats_that_are_not_taken_are_named_and_so_are_those_that_are(key: str, content_type: str) -> None:
    rejected = rejection(STORY.encode(), key, content_type)
    assert rejected.reason == "unsupported-format"
    assert ".txt" in rejected.message
    assert ".md" in rejected.message


def test_json_lines_under_another_name_are_told_theirs() -> None:
    rejected = rejection(b'{"text": "a"}', "a", "application/x-ndjson")
    assert rejected.reason == "unsupported-format"
    assert ".jsonl" in rejected.message


@pytest.mark.parametrize(
    ("key", "content_type"), [("a.json", ""), ("a.JSON.gz", "text/plain"), ("a", "application/json; charset=utf-8")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_article_in_json_is_its_text(key: str, content_type: str, encoding: str) -> None:
    whole = json.dumps({"id": 7, "text": STORY, "more": {"text": "not this"}})
    article = load(whole.encode(encoding), key, content_type)
    assert (article.text, article.format) == (STORY, "json")
    assert article.record
    assert article.bom + article.record.source.encode(article.encoding) == whole.encode(encoding)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (STORY, "not-json"),
        ('{"text": "cut', "not-json"),
        ('{"text": "a"}\n{"text": "b"}', "not-json"),
        ('[{"text": "a"}]', "no-text"),
        ('{"body": "a"}', "no-text"),
        ('{"text": null}', "no-text"),
        ('{"text": " \\n"}', "empty"),
        ('{"text": "<html><p>News"}', "unsupported-format"),
        ('{"text": "\\u0000\\u0000"}', "not-text"),
        ('{"text": "%s"}' % ("a\\n" * (MAX_LINES + 1)), "too-large"),
        ("\x1b%PDF", "not-json"),
        ("%PDF-1.7", "not-text"),
    ],
)
def test_json_without_an_article_in_it_is_rejected(body: str, reason: str) -> None:
    with pytest.raises(ArticleRejected) as rejected:
        load_article(source(body.encode(), "a.json"), max_bytes=1_000_000)
    assert rejected.value.reason == reason


def test_an_article_in_json_may_have_another_name_there() -> None:
    article = load_article(source(b'{"body": "a"}', "a.json"), max_bytes=LIMIT, text_field="body")
    assert article.text == "a"


def test_a_bomb_is_rejected_without_being_unpacked() -> None:
    rejected = rejection(pack(b"boom " * 10_000_000))
    assert rejected.reason == "too-large"
    assert f"{LIMIT:,}" in rejected.message


def test_a_file_of_just_the_allowed_size_is_taken_packed_or_not() -> None:
    body = b"a " * (LIMIT // 2)
    assert len(load(body).text) == LIMIT
    assert len(load(pack(body)).text) == LIMIT
    assert rejection(pack(body + b"a")).reason == "too-large"


def test_an_object_that_was_left_unread_is_too_large_or_archived() -> None:
    for archived, reason in ((False, "too-large"), (True, "archived")):
        unread = SourceObject(
            bucket="in",
            key="a.txt",
            version=ObjectVersion(etag="e", version_id=None),
            size=LIMIT + 1,
            body=None,
            archived=archived,
        )
        with pytest.raises(ArticleRejected) as rejected:
            load_article(unread, max_bytes=LIMIT)
        assert rejected.value.reason == reason


def test_gzip_files_of_several_members_and_with_padding_are_whole() -> None:
    assert load(pack(b"one ") + pack(b"two") + b"\0" * 512).text == "one two"


def test_a_stray_control_character_does_not_make_text_anything_else() -> None:
    assert load(STORY.encode() + b"\x0c\x1b").text.endswith("\x1b")


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "The ferry returns", "body": "In spring."}',
        b'\n [{"title": "The ferry returns"}]\n',
        b'["The ferry returns.", "Fares stay."]',
        b'{"n": 1}\n\n{"n": 2}\n',
        b"{}",
        codecs.BOM_UTF8 + b'{"title": "The ferry returns"}',
    ],
)
def test_json_under_the_name_of_text_is_told_apart(body: bytes) -> None:
    rejected = rejection(body)
    assert rejected.reason == "unsupported-format"
    assert "JSON" in rejected.message


@pytest.mark.parametrize(
    "text",
    [
        "[Update] The ferry returns. [Photo: harbour board]",
        "[The ferry returns](https://example.org/ferry) [Fares](https://example.org/fares)",
        "[1]",
        "[2025]",
        "{{ headline }}",
        "{The ferry returns.\n}",
        '{"title": "The ferry returns"}\n{Fares stay.}',
        "[" * 100_000 + "]",
        '"The ferry returns."',
        "14",
        '{"quoted"} he said, and “[sic]”',
    ],
)
def test_text_in_brackets_is_still_text(text: str) -> None:
    assert load(text[:LIMIT].encode()).text == text[:LIMIT]


@pytest.mark.parametrize(("newline", "blank"), [("\n", ""), ("\r\n", " "), ("\u2028", "\t"), ("\x85", "")])
def test_a_text_may_have_so_many_lines_and_blank_ones_do_not_count(newline: str, blank: str) -> None:
    allowed = f"a{newline}{blank}{newline}" * MAX_LINES
    assert load_article(source(allowed.encode()), max_bytes=10_000_000).text == allowed
    with pytest.raises(ArticleRejected, match="100,001 lines") as rejected:
        load_article(source((allowed + "a").encode()), max_bytes=10_000_000)
    assert rejected.value.reason == "too-large"


def test_only_an_encoding_that_nothing_tells_is_noted() -> None:
    story = STORY.encode("cp1252")
    (note,) = load(story).notes
    assert "Windows-1252" in note
    assert load(story, content_type="text/plain; charset=utf-8").notes == (note,)
    assert load(story, content_type="text/plain; charset=windows-1252").notes == ()
    assert load(STORY.encode()).notes == ()
    assert load(STORY.encode("utf-16-le")).notes == ()
