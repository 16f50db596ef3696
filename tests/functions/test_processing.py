from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn
from unittest.mock import patch

import pytest

from article_cleanup import RULES_VERSION, CleanedArticle, CleanupConfig, clean
from article_pipeline import cleaning
from article_pipeline.model import ObjectRef, SourceObject
from article_pipeline.objects import ObjectStore
from article_pipeline.processing import SourceKeepsChanging, process
from article_pipeline.reports import rebuild_source
from article_pipeline.settings import Settings, SettingsError

from .conftest import INPUT, OUTPUT, Buckets

PARAGRAPH = "The night ferry between Port Ellery and the outer islands will return in the spring, the board said."
OTHER = "Fares will stay at 14 crowns for islanders and rise to 38 for visitors, and bicycles travel free of charge."
DAMAGED = f"{PARAGRAPH}\n{OTHER}\n{PARAGRAPH}\n{OTHER}\n"
CLEAN = f"{PARAGRAPH}\n{OTHER}\n"


@pytest.fixture
def run(store: ObjectStore, settings: Settings) -> Callable[[ObjectRef], str]:
    return lambda ref: process(ref, store, settings).status


Run = Callable[[ObjectRef], str]


def test_an_article_comes_out_clean_with_a_report_that_makes_its_source_again(buckets: Buckets, run: Run) -> None:
    assert run(buckets.drop("a b.txt", DAMAGED)) == "cleaned"
    assert buckets.written() == {"clean/a b.txt", "reports/a b.txt.json"}
    clean, report = buckets.read("clean/a b.txt").decode(), json.loads(buckets.read("reports/a b.txt.json"))
    assert clean == CLEAN
    assert sum(report["removals_by_rule"].values()) == len(report["removals"]) > 0
    assert rebuild_source(report, clean) == DAMAGED.encode()


def test_metadata_and_content_type_come_along_and_name_source_and_rules(buckets: Buckets, run: Run) -> None:
    put = buckets.s3.put_object(
        Bucket=INPUT,
        Key="a.txt",
        Body=DAMAGED.encode("utf-16"),
        ContentType="text/plain; charset=utf-16",
        Metadata={"desk": "foreign"},
    )
    run(ObjectRef(bucket=INPUT, key="a.txt"))
    written = buckets.s3.head_object(Bucket=OUTPUT, Key="clean/a.txt")
    assert written["ContentType"] == "text/plain; charset=utf-8"
    assert written["Metadata"] == {
        "desk": "foreign",
        "article-cleanup-source-version": put["VersionId"],
        "article-cleanup-source-etag": put["ETag"].strip('"'),
        "article-cleanup-rules-version": RULES_VERSION,
    }


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_came_gzipped_goes_out_gzipped_and_always_the_same(buckets: Buckets, run: Run, encoding: str) -> None:
    options = {"ContentEncoding": encoding} if encoding else {}
    ref = buckets.drop("a.txt.gz", gzip.compress(DAMAGED.encode()), **options)
    outputs = []
    for _ in range(2):
        run(ref)
        outputs.append(buckets.read("clean/a.txt.gz"))
    assert gzip.decompress(outputs[0]).decode() == CLEAN
    assert outputs[0] == outputs[1]
    assert outputs[0][4:8] == bytes(4), "There is no time in it."
    assert buckets.s3.head_object(Bucket=OUTPUT, Key="clean/a.txt.gz").get("ContentEncoding", "") == encoding


def test_what_only_calls_itself_gzip_goes_out_as_it_came(buckets: Buckets, run: Run) -> None:
    run(buckets.drop("a.txt", DAMAGED, ContentEncoding="gzip"))
    written = buckets.s3.get_object(Bucket=OUTPUT, Key="clean/a.txt")
    assert written["Body"].read().decode() == CLEAN
    assert "ContentEncoding" not in written


def test_a_rejection_says_which_version_of_what_and_why(buckets: Buckets, run: Run) -> None:
    assert run(buckets.drop("photo.txt", b"\x89PNG\r\n")) == "rejected"
    assert buckets.written() == {"rejected/photo.txt.json"}
    rejection = json.loads(buckets.read("rejected/photo.txt.json"))
    assert rejection["reason"] == "not-text"
    assert "PNG" in rejection["message"]
    current = buckets.s3.head_object(Bucket=INPUT, Key="photo.txt")
    assert rejection["source"]["version_id"] == current["VersionId"]


def test_a_key_is_clean_or_rejected_but_never_both(buckets: Buckets, run: Run) -> None:
    cleaned, rejected = {"clean/a.txt", "reports/a.txt.json"}, {"rejected/a.txt.json"}
    for body, status, written in (
        (b"\0", "rejected", rejected),
        (DAMAGED, "cleaned", cleaned),
        (b"", "rejected", rejected),
        (CLEAN, "cleaned", cleaned),
    ):
        assert run(buckets.drop("a.txt", body)) == status
        assert buckets.written() == written


def test_nothing_is_deleted_that_was_never_there(buckets: Buckets, run: Run) -> None:
    """S3, unlike moto, would put a delete marker there."""
    deletions: list[object] = []
    buckets.s3.meta.events.register("before-call.s3.DeleteObject", lambda **call: deletions.append(call), "watch")
    try:
        run(buckets.drop("a.txt", DAMAGED))
        run(buckets.drop("b.txt", b"\0"))
        assert not deletions
        run(buckets.drop("a.txt", b"\0"))
        assert len(deletions) == 2
    finally:
        buckets.s3.meta.events.unregister("before-call.s3.DeleteObject", unique_id="watch")


def test_the_owner_s_options_are_followed_and_told_in_the_report(
    buckets: Buckets, store: ObjectStore, settings: Settings
) -> None:
    options = CleanupConfig(spare_phrases=("you may also like",))
    process(buckets.drop("a.txt", "You may also like\n"), store, replace(settings, cleanup=options))
    assert buckets.read("clean/a.txt") == b"You may also like\n"
    assert json.loads(buckets.read("reports/a.txt.json"))["options"] == {"spare_phrases": ["you may also like"]}


def test_what_was_cleaned_before_is_cleaned_again_as_the_owner_wants_it_now(
    buckets: Buckets, store: ObjectStore, settings: Settings
) -> None:
    ref = buckets.drop("a.txt", f"You may also like\n{PARAGRAPH}\n")
    process(ref, store, settings)
    options = CleanupConfig(spare_phrases=("you may also like",))
    process(ref, store, replace(settings, cleanup=options, write_pages=True))
    assert buckets.read("clean/a.txt") == f"You may also like\n{PARAGRAPH}\n".encode()
    assert buckets.written() == {"clean/a.txt", "reports/a.txt.json", "pages/a.txt.html"}


def test_too_large_an_object_is_rejected_unread(buckets: Buckets, run: Run, settings: Settings) -> None:
    assert run(buckets.drop("big.txt", "a " * settings.max_article_bytes)) == "rejected"
    rejection = json.loads(buckets.read("rejected/big.txt.json"))
    assert (rejection["reason"], rejection["source"]["bytes"]) == ("too-large", 2 * settings.max_article_bytes)


def test_an_archived_object_is_rejected_until_it_is_restored(buckets: Buckets, run: Run) -> None:
    assert run(buckets.drop("old.txt", DAMAGED, StorageClass="GLACIER")) == "rejected"
    assert json.loads(buckets.read("rejected/old.txt.json"))["reason"] == "archived"


@pytest.mark.parametrize("body", [DAMAGED, b"\0"])
def test_an_object_that_is_gone_keeps_the_outcome_that_it_has(buckets: Buckets, run: Run, body: str | bytes) -> None:
    ref = buckets.drop("a.txt", body)
    run(ref)
    before = {key: buckets.read(key) for key in buckets.written()}
    buckets.s3.delete_object(Bucket=INPUT, Key="a.txt")
    assert run(ref) == "skipped"
    assert {key: buckets.read(key) for key in buckets.written()} == before


def test_an_object_that_is_gone_before_it_is_read_is_rejected_until_it_comes_back(buckets: Buckets, run: Run) -> None:
    ref = ObjectRef(bucket=INPUT, key="a.txt", version_id="v1", etag="0cc175b9")
    assert run(ref) == "rejected"
    rejection = json.loads(buckets.read("rejected/a.txt.json"))
    assert (rejection["reason"], rejection["source"]["version_id"]) == ("gone", "v1")
    assert run(ref) == "skipped"
    assert run(buckets.drop("a.txt", DAMAGED)) == "cleaned"
    assert buckets.written() == {"clean/a.txt", "reports/a.txt.json"}


def test_an_empty_key_that_ends_in_a_slash_is_a_folder_and_a_full_one_an_article(buckets: Buckets, run: Run) -> None:
    assert run(buckets.drop("2025/", b"")) == "skipped"
    assert buckets.written() == set()
    assert run(buckets.drop("2025/", DAMAGED)) == "cleaned"
    assert buckets.written() == {"clean/2025/", "reports/2025/.json"}
    assert run(buckets.drop("2025/", b"")) == "rejected"
    assert buckets.written() == {"rejected/2025/.json"}


def test_the_latest_version_is_cleaned_whichever_the_event_speaks_of(buckets: Buckets, run: Run) -> None:
    old = buckets.s3.put_object(Bucket=INPUT, Key="a.txt", Body=b"The ferry stops.\n")["VersionId"]
    buckets.s3.put_object(Bucket=INPUT, Key="a.txt", Body=b"The ferry returns.\n")
    run(ObjectRef(bucket=INPUT, key="a.txt", version_id=old))
    assert buckets.read("clean/a.txt") == b"The ferry returns.\n"


class _RewrittenWhileRead(ObjectStore):
    """A store whose source is written anew just after it was read, for the first few times."""

    def __init__(self, buckets: Buckets, times: int) -> None:
        super().__init__(buckets.s3)
        self.buckets, self.times = buckets, times

    def read(self, bucket: str, key: str, *, max_bytes: int, version_id: str | None = None) -> SourceObject | None:
        source = super().read(bucket, key, max_bytes=max_bytes, version_id=version_id)
        if self.times:
            self.times -= 1
            self.buckets.drop(key, f"The ferry returns in {self.times} days.\n")
        return source


def test_a_source_that_changes_meanwhile_is_done_over_where_it_has_an_outcome(
    buckets: Buckets, run: Run, settings: Settings
) -> None:
    ref = buckets.drop("a.txt", DAMAGED)
    run(ref)
    process(ref, _RewrittenWhileRead(buckets, times=3), settings)
    assert buckets.read("clean/a.txt") == b"The ferry returns in 0 days.\n"


def test_where_it_has_none_a_change_is_left_to_the_event_that_tells_of_it(
    buckets: Buckets, run: Run, settings: Settings
) -> None:
    ref = buckets.drop("a.txt", DAMAGED)
    process(ref, _RewrittenWhileRead(buckets, times=1), settings)
    assert buckets.read("clean/a.txt") == CLEAN.encode()
    assert run(ref) == "cleaned"
    assert buckets.read("clean/a.txt") == b"The ferry returns in 0 days.\n"


def test_a_source_that_never_rests_goes_back_to_the_queue(buckets: Buckets, run: Run, settings: Settings) -> None:
    ref = buckets.drop("a.txt", DAMAGED)
    run(ref)
    with pytest.raises(SourceKeepsChanging):
        process(ref, _RewrittenWhileRead(buckets, times=100), settings)


def test_a_source_deleted_meanwhile_leaves_its_outcome(
    buckets: Buckets, settings: Settings, store: ObjectStore
) -> None:
    ref = buckets.drop("a.txt", DAMAGED)

    def clean_and_delete(text: str, config: CleanupConfig) -> CleanedArticle:
        buckets.s3.delete_object(Bucket=INPUT, Key="a.txt")
        return clean(text, config)

    with patch.object(cleaning, "clean", clean_and_delete):
        assert process(ref, store, settings).status == "cleaned"
    assert buckets.written() == {"clean/a.txt", "reports/a.txt.json"}


def test_an_object_of_the_output_bucket_is_refused(buckets: Buckets, run: Run) -> None:
    buckets.s3.put_object(Bucket=OUTPUT, Key="clean/a.txt", Body=b"news")
    with pytest.raises(SettingsError, match="output bucket"):
        run(ObjectRef(bucket=OUTPUT, key="clean/a.txt"))
    assert buckets.written() == {"clean/a.txt"}


def test_a_key_too_long_for_its_output_is_cut_and_its_report_names_it(buckets: Buckets, run: Run) -> None:
    key = "n" * 1020 + ".txt"
    run(buckets.drop(key, DAMAGED))
    clean, report = sorted(buckets.written())
    assert clean.startswith("clean/nnn")
    content = json.loads(buckets.read(report))
    assert content["source"]["key"] == key
    assert content["output"]["key"] == clean


def test_metadata_that_does_not_fit_is_named_in_the_report(buckets: Buckets, run: Run) -> None:
    run(buckets.drop("a.txt", DAMAGED, Metadata={"first": "1", "long": "x" * 1990}))
    (note,) = json.loads(buckets.read("reports/a.txt.json"))["notes"]
    assert "'long'" in note
    assert buckets.s3.head_object(Bucket=OUTPUT, Key="clean/a.txt")["Metadata"]["first"] == "1"


def test_an_article_of_which_nothing_is_left_is_rejected_with_what_was_removed_and_why(
    buckets: Buckets, run: Run
) -> None:
    run(buckets.drop("a.txt", DAMAGED))
    assert run(buckets.drop("a.txt", "You may also like\n")) == "rejected"
    assert buckets.written() == {"rejected/a.txt.json"}
    rejection = json.loads(buckets.read("rejected/a.txt.json"))
    assert rejection["reason"] == "nothing-left"
    (removal,) = rejection["removals"]
    assert removal["text"] == "You may also like"
    assert rejection["removals_by_rule"] == {removal["rule"]: 1}
    assert (rejection["rules_version"], rejection["options"]) == (RULES_VERSION, {})


@pytest.mark.parametrize(("percent", "marked"), [(50, True), (75, False)])
def test_an_article_of_which_little_is_left_is_written_and_marked(
    buckets: Buckets, store: ObjectStore, settings: Settings, percent: int, *, marked: bool
) -> None:
    ref = buckets.drop("a.txt", DAMAGED + PARAGRAPH)  # five paragraphs, of which two stay
    outcome = process(ref, store, replace(settings, mostly_removed_percent=percent))
    assert (outcome.status, outcome.mostly_removed) == ("cleaned", marked)
    report = json.loads(buckets.read("reports/a.txt.json"))
    assert report["mostly_removed"] is marked
    assert report["removed_share"] == pytest.approx(0.6, abs=0.05)
    metadata = buckets.s3.head_object(Bucket=OUTPUT, Key="clean/a.txt")["Metadata"]
    assert metadata.get("article-cleanup-mostly-removed") == ("true" if marked else None)


def test_an_encoding_that_nothing_tells_is_noted_in_the_report(buckets: Buckets, run: Run) -> None:
    czech = "Přístav otevřel nový most. Lodě přes řeku už nejezdí.\n".encode("cp1250")
    run(buckets.drop("assumed.txt", czech))
    run(buckets.drop("declared.txt", czech, ContentType="text/plain; charset=windows-1250"))
    assumed, declared = (json.loads(buckets.read(f"reports/{name}.txt.json")) for name in ("assumed", "declared"))
    (note,) = assumed["notes"]
    assert "read as Windows-1252" in note
    assert declared["notes"] == []
    assert declared["source"]["encoding"] == "cp1250"


def test_every_output_names_the_version_that_it_was_made_from(buckets: Buckets, run: Run) -> None:
    for body in (DAMAGED, b"\0"):
        run(buckets.drop("a.txt", body))
        current = buckets.s3.head_object(Bucket=INPUT, Key="a.txt")
        for key in buckets.written():
            metadata = buckets.s3.head_object(Bucket=OUTPUT, Key=key)["Metadata"]
            assert metadata["article-cleanup-source-version"] == current["VersionId"]
            assert metadata["article-cleanup-source-etag"] == current["ETag"].strip('"')


def clean_for_ever(*_: object, **__: object) -> NoReturn:
    while True:
        pass


def clean_in_all_memory(*_: object, **__: object) -> bytearray:
    return bytearray(1 << 30)


@pytest.mark.parametrize(("clean", "reason"), [(clean_for_ever, "too-slow"), (clean_in_all_memory, "too-large")])
def test_an_article_too_large_or_slow_this_time_keeps_the_outcome_that_its_version_has(
    buckets: Buckets, store: ObjectStore, settings: Settings, clean: Callable[..., object], reason: str
) -> None:
    cramped = replace(settings, max_article_seconds=1, memory_bytes=1 << 20)
    ref = buckets.drop("a.txt", DAMAGED)
    process(ref, store, settings)
    with patch.object(cleaning, "clean", clean):
        assert process(ref, store, cramped).status == "skipped"
        assert "Versions" not in buckets.s3.list_object_versions(Bucket=OUTPUT, Prefix="rejected/")
        assert buckets.written() == {"clean/a.txt", "reports/a.txt.json"}
        assert process(buckets.drop("a.txt", CLEAN), store, cramped).reason == reason
    assert buckets.written() == {"rejected/a.txt.json"}
