from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from article_pipeline.model import ArticleRejected
from article_pipeline.records import read_record, spell, spelling_for, spelling_of

# What JSON is made of, in any order: most of what comes of it is broken, and some is JSON.
TOKENS = st.sampled_from(
    [*'{}[],:" \t\n\r', '"text"', '"title"', '"te\\u0078t"', '"two\\nlines"', '"\\ud800"', "1e5", "-0", "NaN", "true"]
)
broken_or_not = st.lists(TOKENS, max_size=12).map("".join)
objects = st.builds('{{"text": {} }}'.format, broken_or_not) | st.builds("{{{}}}".format, broken_or_not)


def read(source: str) -> str:
    """The text in a record, or the reason why there is none."""
    try:
        record = read_record(source, "text")
    except ArticleRejected as rejected:
        assert rejected.message.endswith(".")  # noqa: PT017 - either way is right
        return rejected.reason
    assert json.loads(record.literal) == record.text
    return record.text


def expected(source: str) -> str:
    try:
        value: Any = json.loads(source.removeprefix("\ufeff"))
    except ValueError:
        return "not-json"
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else "no-text"


@given(broken_or_not | objects | st.text())
@example('{"text": "a", "text": 1}')
@example('{"meta": {"text": "inner"}, "text": "outer"}')
@example('{"text": "outer", "meta": [{"text": "inner"}]}')
@example('\ufeff{"text": "a"}')
@example('{"text": "a",}')
@example('{"text": "a"} {"text": "b"}')
@example('{1: 2, "text": "a"}')
@example('{"text": 12}')
@example('{"text": null}')
@example('"text"')
def test_a_text_is_found_where_json_has_it(source: str) -> None:
    assert read(source) == expected(source)


@pytest.mark.parametrize(
    "source", ["[" * 100_000, '{"a":' * 100_000, '{"text": "a", "deep": ' + "[" * 100_000 + "]" * 100_000 + "}"]
)
def test_json_that_is_nested_without_end_is_none(source: str) -> None:
    assert read(source) == "not-json"


def test_numbers_of_any_length_and_kind_stand_around_a_text() -> None:
    digits = "7" * 10_000
    assert read(f'{{"n": {digits}, "x": 1e999, "y": -{digits}.{digits}, "text": "a"}}') == "a"


@given(st.text(st.characters()), st.sampled_from(["plain", "ascii", "plain-slashes", "ascii-slashes"]))
def test_a_literal_is_told_by_the_way_it_is_escaped(text: str, spelling: str) -> None:
    literal = spell(text, spelling)
    assert json.loads(literal) == text
    record = read_record(f'{{"text":{literal}}}', "text")
    named = spelling_of(record)
    assert named
    assert spell(text, named) == literal


@pytest.mark.parametrize(
    ("literal", "spelling"),
    [
        (r'"caf\u00E9"', "ascii"),
        (r'"caf\u00E9 à"', "plain"),
        (r'"\u003cb\u003e"', "ascii"),
        (r'"half \uD800 é"', "ascii"),
    ],
)
def test_a_literal_in_no_common_way_is_followed_by_one_much_like_it(literal: str, spelling: str) -> None:
    record = read_record(f'{{"text":{literal}}}', "text")
    assert spelling_of(record) is None
    assert spelling_for(record) == spelling


def test_nothing_but_the_literal_is_exchanged() -> None:
    source = '\ufeff { "n" : 1.0, "text":"old" ,"text" : "old", "m":{"text":"old"} }\r'
    exchanged = read_record(source, "text").with_literal('"new"')
    assert exchanged == '\ufeff { "n" : 1.0, "text":"old" ,"text" : "new", "m":{"text":"old"} }\r'


def test_the_field_has_any_name() -> None:
    assert read_record('{"text": "a", "bo\\u0064y": "b"}', "body").text == "b"
