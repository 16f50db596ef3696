from __future__ import annotations

import email.header
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_pipeline.metadata import MAX_METADATA_BYTES, metadata_for, utf8_content_type
from article_pipeline.model import ObjectVersion, SourceObject


def source(metadata: Mapping[str, str], missing: int = 0) -> SourceObject:
    return SourceObject(
        bucket="in",
        key="a.txt",
        version=ObjectVersion(etag="0cc175b9", version_id="v1"),
        size=1,
        body=b"a",
        metadata=metadata,
        missing_metadata=missing,
    )


def test_the_owner_s_metadata_comes_along_beside_ours() -> None:
    metadata, notes = metadata_for(source({"desk": "foreign"}), rules_version="1.2")
    assert metadata == {
        "desk": "foreign",
        "article-cleanup-source-etag": "0cc175b9",
        "article-cleanup-source-version": "v1",
        "article-cleanup-rules-version": "1.2",
    }
    assert notes == ()


def test_what_an_earlier_cleaning_said_of_itself_is_not_carried_on() -> None:
    metadata, notes = metadata_for(source({"article-cleanup-source-version": "old"}), rules_version="1.2")
    assert metadata["article-cleanup-source-version"] == "v1"
    assert notes == ()


@given(
    metadata=st.dictionaries(st.text(max_size=40), st.text(st.characters(codec="utf-8"), max_size=900), max_size=8),
    missing=st.integers(0, 2),
)
def test_metadata_is_always_what_s3_takes_and_every_loss_is_noted(metadata: dict[str, str], missing: int) -> None:
    kept, notes = metadata_for(source(metadata, missing), rules_version="1.2")
    assert sum(len(name) + len(value) for name, value in kept.items()) <= MAX_METADATA_BYTES
    assert all(name.isascii() and value.isascii() and value.isprintable() for name, value in kept.items())
    lost = [name for name in metadata if name not in kept and not name.lower().startswith("article-cleanup-")]
    assert len(notes) == len(lost) + bool(missing)


def test_metadata_may_fill_the_room_that_s3_gives_to_the_last_byte() -> None:
    own, _ = metadata_for(source({}), rules_version="1.2")
    room = MAX_METADATA_BYTES - sum(len(name) + len(value) for name, value in own.items()) - len("desk")
    fitting, notes = metadata_for(source({"desk": "x" * room}), rules_version="1.2")
    assert len(fitting["desk"]) == room
    assert notes == ()
    short, notes = metadata_for(source({"desk": "x" * (room + 1)}), rules_version="1.2")
    assert "desk" not in short
    assert len(notes) == 1


def test_text_that_is_not_ascii_goes_in_the_form_that_s3_decodes() -> None:
    metadata, _ = metadata_for(source({"author": "Zoë Müller"}), rules_version="1.2")
    assert str(email.header.make_header(email.header.decode_header(metadata["author"]))) == "Zoë Müller"


def test_what_s3_has_encoded_itself_goes_back_as_it_is() -> None:
    metadata, _ = metadata_for(source({"author": "=?UTF-8?Q?Zo=C3=AB?="}), rules_version="1.2")
    assert metadata["author"] == "=?UTF-8?Q?Zo=C3=AB?="


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("text/plain", "text/plain"),
        ("binary/octet-stream", "binary/octet-stream"),
        ("text/plain; charset=windows-1252", "text/plain; charset=utf-8"),
        ('text/markdown;variant=GFM;Charset="utf-16"', "text/markdown;variant=GFM;Charset=utf-8"),
        ("text/plain; charset=utf-8; x=1", "text/plain; charset=utf-8; x=1"),
    ],
)
def test_the_content_type_is_kept_but_for_its_charset(before: str, after: str) -> None:
    assert utf8_content_type(before) == after
