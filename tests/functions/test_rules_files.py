"""Rules files in their bucket: which is in force for an article, from when on, and what becomes of broken ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from article_cleanup import CleanupConfig, read_rules, rules_version
from article_pipeline.keys import clean_key, report_key
from article_pipeline.model import OutputObject, StoredObject
from article_pipeline.objects import ObjectStore, Upload
from article_pipeline.processing import process
from article_pipeline.reports import rebuild_text
from article_pipeline.rules_files import RulesFiles
from article_pipeline.settings import Settings
from article_pipeline.telemetry import Telemetry
from backfill_articles import app as backfill_app
from clean_article import app

from .conftest import INPUT, OUTPUT, RULES, Buckets
from .test_handler import Context, lines, metrics, notification

STORY = "The night ferry returns in spring, said the harbour board on Tuesday.\n"


def rule(words: str) -> dict[str, Any]:
    """The entry by which a line that begins with those words goes."""
    return {"rule": "site-promo", "line": [f"{words} …"], "strips": [f"{words} now"], "spares": ["A boy won."]}


QUIZ, GAMES, SHOP = ([rule(words)] for words in ("our quiz", "our games", "our shop"))
BROKEN = [rule("our quiz") | {"strips": ["Their quiz"]}]


class Telling(Telemetry):
    """Keeps what is told of rules files, in place of a log."""

    def __init__(self) -> None:
        self.loaded: list[tuple[str, str | None]] = []
        self.refused: list[tuple[str, str | None, str | None]] = []
        self.problems: list[str] = []
        self.misnamed: list[Sequence[str]] = []

    def rules_loaded(self, bucket: str, key: str, version_id: str | None, *, rules_version: str) -> None:
        assert (bucket, "+" in rules_version) == (RULES, True)
        self.loaded.append((key, version_id))

    def rules_refused(
        self, bucket: str, key: str, version_id: str | None, *, problems: Sequence[str], in_force: str | None
    ) -> None:
        assert bucket == RULES
        self.refused.append((key, version_id, in_force))
        self.problems += problems

    def rules_misnamed(self, bucket: str, keys: Sequence[str], *, name: str) -> None:
        assert (bucket, name) == (RULES, "rules.json")
        self.misnamed.append(keys)


@dataclass
class Function:
    """A function that has just started, as far as it has to do with rules files."""

    buckets: Buckets
    settings: Settings
    now: float = 1_000.0
    telling: Telling = field(default_factory=Telling)

    def __post_init__(self) -> None:
        store = ObjectStore(self.buckets.s3)
        self.files = RulesFiles(store, self.settings, self.telling, clock=lambda: self.now)

    def uses(self, key: str) -> list[Any]:
        """The rules in force for an article, as they stood in the file."""
        entries = self.files.settings_for(key).cleanup.site_rules
        known = {read_rules(json.dumps(rules)): rules for rules in (QUIZ, GAMES, SHOP)}
        return known[entries] if entries else []


Start = Callable[[], Function]


@pytest.fixture
def start(buckets: Buckets, settings: Settings) -> Start:
    return lambda: Function(buckets, replace(settings, rules_bucket=RULES))


@pytest.fixture
def requests(buckets: Buckets) -> Iterator[list[str]]:
    """The names of all calls of S3."""
    seen: list[str] = []

    def note(model: Any, **_: Any) -> None:  # noqa: ANN401 - botocore's
        seen.append(model.name)

    buckets.s3.meta.events.register("before-call.s3", note)
    yield seen
    buckets.s3.meta.events.unregister("before-call.s3", note)


def test_the_file_in_the_deepest_folder_of_an_article_counts_alone(buckets: Buckets, start: Start) -> None:
    assert start().uses("herald/a.txt") == []
    for key, rules in {"rules.json": QUIZ, "herald/rules.json": GAMES, "herald/2025/01/rules.json": SHOP}.items():
        buckets.put_rules(key, rules)
    buckets.put_rules("herald/2025/other.json", QUIZ)
    expected = {
        "a.txt": QUIZ, "her": QUIZ, "herald": QUIZ, "heralds/a.txt": QUIZ, "/herald/a.txt": QUIZ,
        "herald/a.txt": GAMES, "herald/": GAMES, "herald/2025/a.txt": GAMES, "herald/2025/02/01/a.txt": GAMES,
        "herald/2025/01/a.txt": SHOP, "herald/2025/01//b/a.txt": SHOP,
    }  # fmt: skip
    function = start()
    assert {key: function.uses(key) for key in expected} == expected


def test_a_file_takes_the_place_of_the_rules_among_the_options_and_of_nothing_else(
    buckets: Buckets, settings: Settings
) -> None:
    buckets.put_rules("herald/rules.json", GAMES)
    options = CleanupConfig(keep_embeds=True, site_rules=read_rules(json.dumps(QUIZ)))
    function = Function(buckets, replace(settings, rules_bucket=RULES, cleanup=options, text_field="body"))
    assert (function.uses("a.txt"), function.uses("herald/a.txt")) == (QUIZ, GAMES)
    found = function.files.settings_for("herald/a.txt")
    assert replace(found, cleanup=options) == function.settings
    assert replace(found.cleanup, site_rules=options.site_rules) == options


def test_a_change_is_picked_up_within_a_minute_and_the_bucket_asked_twice_in_it(
    buckets: Buckets, start: Start, requests: list[str]
) -> None:
    buckets.put_rules("rules.json", QUIZ)
    function = start()
    assert function.uses("a.txt") == QUIZ
    buckets.put_rules("rules.json", GAMES)
    buckets.put_rules("herald/rules.json", SHOP)
    requests.clear()
    for seconds in range(0, 30, 5):
        function.now = 1_000 + seconds
        assert (function.uses("a.txt"), function.uses("herald/a.txt")) == (QUIZ, QUIZ)
    assert requests == []
    function.now = 1_030
    assert (function.uses("a.txt"), function.uses("herald/a.txt")) == (GAMES, SHOP)
    assert requests == ["ListObjectsV2", "GetObject", "GetObject"]
    buckets.s3.delete_object(Bucket=RULES, Key="rules.json")
    requests.clear()
    function.now = 1_060
    assert (function.uses("a.txt"), function.uses("herald/a.txt")) == ([], SHOP)
    assert requests == ["ListObjectsV2"]


def test_a_clock_that_was_put_back_stops_nothing(buckets: Buckets, start: Start) -> None:
    function = start()
    assert function.uses("a.txt") == []
    buckets.put_rules("rules.json", QUIZ)
    function.now = 900
    assert function.uses("a.txt") == QUIZ


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (BROKEN, "entry 1: it has no phrase that fits its own example 'Their quiz'."),
        (b"{", "It is not JSON"),
        (b"[" + b"1" * 5_000 + b"]", "It is not JSON"),
        (b"\xff", "It is not UTF-8"),
        (b"", "It is not JSON"),
        ([], "It must be a list of entries"),
        (b" " * 262_145, "It has 262,145 bytes, and may have 262,144."),
    ],
)
def test_a_broken_file_is_refused_and_the_last_good_one_stays_in_force(
    buckets: Buckets, start: Start, broken: object, problem: str
) -> None:
    buckets.put_rules("rules.json", SHOP)
    good = buckets.put_rules("rules.json", QUIZ)
    warm = start()
    assert warm.uses("a.txt") == QUIZ
    buckets.put_rules("rules.json", broken)
    refused = buckets.put_rules("rules.json", broken)
    warm.now += 30
    for function in (warm, start()):
        assert [function.uses(key) for key in ("a.txt", "b.txt")] == [QUIZ, QUIZ]
        assert function.telling.refused == [("rules.json", refused, good)]
        assert problem in function.telling.problems[0]
        assert function.telling.loaded[-1] == ("rules.json", good)
    buckets.put_rules("rules.json", GAMES)
    warm.now += 30
    assert warm.uses("a.txt") == GAMES
    assert len(warm.telling.refused) == 1


def test_a_broken_file_is_told_of_at_every_look_and_read_at_the_first(
    buckets: Buckets, start: Start, requests: list[str]
) -> None:
    buckets.put_rules("rules.json", QUIZ)
    buckets.put_rules("rules.json", BROKEN)
    function = start()
    function.uses("a.txt")
    requests.clear()
    for _ in range(3):
        function.now += 30
        assert function.uses("a.txt") == QUIZ
    assert len(function.telling.refused) == 4
    assert requests == ["ListObjectsV2"] * 3


def test_where_no_version_was_ever_good_those_of_the_next_folder_are_in_force(buckets: Buckets, start: Start) -> None:
    buckets.put_rules("rules.json", QUIZ)
    buckets.put_rules("herald/rules.json.old", GAMES)
    refused = buckets.put_rules("herald/rules.json", BROKEN)
    function = start()
    assert function.uses("herald/a.txt") == QUIZ
    assert function.telling.refused == [("herald/rules.json", refused, None)]


def test_rules_that_were_deleted_do_not_come_back_when_the_next_are_broken(buckets: Buckets, start: Start) -> None:
    buckets.put_rules("rules.json", QUIZ)
    buckets.s3.delete_object(Bucket=RULES, Key="rules.json")
    buckets.put_rules("rules.json", BROKEN)
    assert start().uses("a.txt") == []


def test_files_of_other_names_are_told_of_once_each(buckets: Buckets, start: Start) -> None:
    for key in (
        "rules.json",
        "herald/rules.json",
        "herald/",
        "rules.jsonl",
        "herald/my-site.json",
        "herald/Rules.json",
    ):
        buckets.put_rules(key, QUIZ)
    function = start()
    function.uses("a.txt")
    function.now += 30
    buckets.put_rules("times-rules.json", QUIZ)
    function.uses("a.txt")
    function.now += 30
    function.uses("a.txt")
    assert function.telling.misnamed == [
        ["herald/Rules.json", "herald/my-site.json", "rules.jsonl"],
        ["times-rules.json"],
    ]


def test_a_bucket_that_cannot_be_asked_is_a_fault_that_may_pass(buckets: Buckets, start: Start) -> None:
    buckets.put_rules("rules.json", QUIZ)
    function = start()
    assert function.uses("a.txt") == QUIZ
    function.now += 30
    fault = ClientError({"Error": {"Code": "SlowDown"}}, "ListObjectsV2")
    with patch.object(ObjectStore, "list_objects", side_effect=fault):
        for _ in range(2):
            with pytest.raises(ClientError, match="SlowDown"):
                function.uses("a.txt")
    assert function.uses("a.txt") == QUIZ


def test_without_a_bucket_of_rules_nothing_is_asked(buckets: Buckets, settings: Settings, requests: list[str]) -> None:
    assert Function(buckets, settings).files.settings_for("a.txt") is settings
    assert requests == []


def test_the_function_cleans_by_the_rules_in_force_and_counts_what_it_refuses(
    deployed: Buckets, capsys: pytest.CaptureFixture[str]
) -> None:
    good = deployed.put_rules("herald/rules.json", QUIZ)
    deployed.put_rules("herald/rules.json", BROKEN)
    deployed.put_rules("herald.json", QUIZ)
    expected = rules_version(CleanupConfig(site_rules=read_rules(json.dumps(QUIZ))))
    for key in ("herald/a.txt", "a.txt"):
        deployed.drop(key, f"{STORY}Our quiz: ten questions\n")
    app.handler(notification("herald/a.txt", "a.txt"), Context())  # type: ignore[arg-type]
    assert deployed.read("clean/herald/a.txt").decode() == STORY
    assert json.loads(deployed.read("reports/herald/a.txt.json"))["rules_version"] == expected
    assert deployed.read("clean/a.txt").decode() == f"{STORY}Our quiz: ten questions\n"
    logged = capsys.readouterr().out
    assert metrics(logged)["RulesRefused"] == 1
    (loaded,) = [line for line in lines(logged) if line.get("message") == "rules loaded"]
    assert (loaded["key"], loaded["version_id"], loaded["rules_version"]) == ("herald/rules.json", good, expected)
    (refused,) = [line for line in lines(logged) if line.get("message") == "rules refused"]
    assert (refused["key"], refused["version_in_force"], refused["level"]) == ("herald/rules.json", good, "ERROR")
    assert "Their quiz" in refused["problems"][0]
    (misnamed,) = [line for line in lines(logged) if line.get("message") == "rules misnamed"]
    assert (misnamed["keys"], misnamed["level"]) == (["herald.json"], "WARNING")
    assert "as rules.json" in misnamed["what_to_do"]


@pytest.mark.parametrize("key", ["herald/a.txt", "herald/a.jsonl"])
def test_a_back_catalogue_and_packed_files_are_cleaned_by_the_rules_in_force(deployed: Buckets, key: str) -> None:
    deployed.put_rules("herald/rules.json", QUIZ)
    text = f"{STORY}Our quiz: ten questions\n"
    deployed.drop(key, json.dumps({"text": text}) + "\n" if key.endswith("l") else text)
    task = {"taskId": "1", "s3Key": key, "s3VersionId": None, "s3BucketArn": f"arn:aws:s3:::{INPUT}"}
    event = {"invocationSchemaVersion": "1.0", "invocationId": "1", "tasks": [task]}
    backfill_app.handler(event, Context())  # type: ignore[arg-type]
    assert "quiz" not in deployed.read(f"clean/{key}").decode()
    there = [deployed.s3.head_object(Bucket=OUTPUT, Key=name(key))["Metadata"] for name in (clean_key, report_key)]
    assert [metadata["article-cleanup-rules-version"].partition("+")[1] for metadata in there] == ["+", "+"]


class Hooked(ObjectStore):
    """A store that has something done before an article is written, once, or that leaves reports unwritten."""

    def __init__(self, buckets: Buckets, *, before_article: Callable[[], object] | None, reports: bool = True) -> None:
        super().__init__(buckets.s3)
        self._before_article, self._reports = before_article, reports

    def write(self, bucket: str, output: OutputObject | Upload, *, replaces: StoredObject | None) -> None:
        key = output.key if isinstance(output, OutputObject) else ""
        if key.startswith("clean/") and self._before_article:
            before, self._before_article = self._before_article, None
            before()
        if self._reports or not key.startswith("reports/"):
            super().write(bucket, output, replaces=replaces)


def test_an_article_and_its_report_are_of_one_set_of_rules_when_two_functions_have_different_ones(
    buckets: Buckets, settings: Settings
) -> None:
    old, new = (
        replace(settings, cleanup=CleanupConfig(site_rules=read_rules(json.dumps(rules)))) for rules in (QUIZ, GAMES)
    )
    text = f"{STORY}Our quiz: ten questions\nOur games: ten of them\n"
    ref = buckets.drop("a.txt", text)

    def write_article_by_old_rules() -> None:
        """As a function does whose report the one with the new rules has replaced since."""
        process(ref, Hooked(buckets, before_article=None, reports=False), old)

    process(ref, Hooked(buckets, before_article=write_article_by_old_rules), new)
    report = json.loads(buckets.read("reports/a.txt.json"))
    article = buckets.s3.head_object(Bucket=OUTPUT, Key="clean/a.txt")
    assert article["Metadata"]["article-cleanup-rules-version"] == report["rules_version"]
    assert rebuild_text(report, buckets.read("clean/a.txt").decode()) == text
