from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_pipeline.keys import MAX_KEY_BYTES, clean_key, decode_key, is_packed, rejected_key, report_key

KEYS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda key: len(key.encode()) <= MAX_KEY_BYTES)
LONG_KEYS = st.builds(lambda head, tail: head * 1100 + tail, st.sampled_from("aé漢😀"), st.text(max_size=5)).map(
    lambda key: key.encode(errors="ignore")[:MAX_KEY_BYTES].decode(errors="ignore")
)


@pytest.mark.parametrize(
    ("encoded", "key"),
    [
        ("a+b.txt", "a b.txt"),
        ("a%2Bb.txt", "a+b.txt"),
        ("100%2525.txt", "100%25.txt"),
        ("Z%C3%BCrich/F%C3%A4hre.txt", "Zürich/Fähre.txt"),
        ("a//b/../c.txt", "a//b/../c.txt"),
        ("%F0%9F%98%80.txt", "😀.txt"),
        ("%22quoted%22%27s.txt", '"quoted"\'s.txt'),
    ],
)
def test_keys_of_notifications_are_decoded_once(encoded: str, key: str) -> None:
    assert decode_key(encoded) == key


@pytest.mark.parametrize("name", [clean_key, report_key, rejected_key])
@given(key=KEYS | LONG_KEYS)
def test_no_output_key_is_longer_than_s3_takes(name: object, key: str) -> None:
    assert callable(name)
    assert len(name(key).encode()) <= MAX_KEY_BYTES


@given(key=KEYS.filter(lambda key: len(key.encode()) <= MAX_KEY_BYTES - 4 - len("rejected/.json")))
def test_a_key_that_fits_stands_in_the_output_key_as_it_is(key: str) -> None:
    assert clean_key(key) == f"clean/{key}"
    assert report_key(key) == (f"reports/{key}" if is_packed(key) else f"reports/{key}.json")
    assert rejected_key(key) == f"rejected/{key}.json"


@pytest.mark.parametrize("key", ["a.jsonl", "b/A.JSONL", "a.ndjson", "a.jsonl.gz", "a.NDJSON.GZ", ".jsonl"])
def test_a_key_tells_a_packed_file_whose_report_is_json_lines_too(key: str) -> None:
    assert is_packed(key)
    assert report_key(key) == f"reports/{key}"


@pytest.mark.parametrize("key", ["a.json", "a.json.gz", "a.jsonl.txt", "jsonl", "a.jsonl/b", "a.jsonl.gz.gz", "a.txt"])
def test_any_other_key_tells_none(key: str) -> None:
    assert not is_packed(key)


def test_long_keys_that_differ_only_at_the_end_stay_apart() -> None:
    one, other = "n" * 1023 + "1", "n" * 1023 + "2"
    assert clean_key(one) != clean_key(other)
    assert clean_key(one).startswith("clean/nnnn")
    assert clean_key(one) == clean_key(one)


@pytest.mark.parametrize("name", [clean_key, report_key, rejected_key])
@pytest.mark.parametrize("letter", ["n", "é", "漢", "😀"])
def test_a_key_made_to_look_like_another_that_was_cut_does_not_get_its_place(
    name: Callable[[str], str], letter: str
) -> None:
    for start in range(4):
        long = "n" * start + letter * (1020 // len(letter.encode()))
        prefix, suffix = name("\0").split("\0")
        taken = name(long).removeprefix(prefix).removesuffix(suffix)
        assert name(taken) != name(long)


def test_a_long_key_is_cut_between_characters_and_not_within_one() -> None:
    key = "漢" * 341 + "a"
    assert clean_key(key).encode().decode() == clean_key(key)
