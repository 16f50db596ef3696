from __future__ import annotations

import json
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from article_cleanup import CleanedArticle, CleanupConfig, clean
from article_pipeline import cleaning, processing
from article_pipeline.concurrency import Run
from article_pipeline.keys import clean_key, rejected_key, report_key
from article_pipeline.model import ObjectRef, Outcome
from article_pipeline.objects import ObjectStore
from clean_article import app
from clean_article.app import handler
from local.emulator import ROOT
from local.sample_events import EVENTS, Case, read_cases

from .conftest import INPUT, OUTPUT, Buckets

CASES = {name: case for name, case in read_cases().items() if not case.is_backfill}
CANARY = "Quetzalcoatlus-northropi-flew-over-Reykjavik"


class Context:
    """What Lambda hands over with an event."""

    function_name = "clean-article"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:clean-article"
    aws_request_id = "c2f4b0a4-0d0c-4a68-9a2f-6e5f0c1d2e3f"
    remaining_seconds = 60.0

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining_seconds * 1000)


def call(event: dict[str, Any]) -> dict[str, Any]:
    return handler(event, Context())  # type: ignore[arg-type]


def notification(*keys: str) -> dict[str, Any]:
    records = [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": INPUT}, "object": {"key": key}},
        }
        for key in keys
    ]
    return {"Records": records}


def queued(*bodies: dict[str, Any]) -> dict[str, Any]:
    records = [
        {"eventSource": "aws:sqs", "messageId": f"message-{number}", "body": json.dumps(body)}
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}


def lines(captured: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.splitlines()]


def metrics(captured: str) -> dict[str, float]:
    """The sums of what was written in CloudWatch's embedded metric format."""
    (blob,) = [line for line in lines(captured) if "_aws" in line]
    (directive,) = blob["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "ArticleCleanup"
    assert directive["Dimensions"] == [["service"]]
    assert blob["service"] == "clean-article"
    return {metric["Name"]: sum(blob[metric["Name"]]) for metric in directive["Metrics"]}


def test_every_sample_event_has_its_case() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(read_cases())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_sample_events_come_out_as_their_case_says(deployed: Buckets, case: Case) -> None:
    for key, content in case.objects.items():
        deployed.drop(key, content)
    event = case.event(input_bucket=INPUT, output_bucket=OUTPUT)
    if case.raises:
        with pytest.raises(Exception, match=r"\S") as raised:
            call(event)
        assert type(raised.value).__name__ == case.raises
    else:
        failed = [{"itemIdentifier": message} for message in case.failed]
        assert call(event) == ({"batchItemFailures": failed} if case.name.startswith("sqs-") else {})
    cleaned = {name for key in case.cleaned for name in (clean_key(key), report_key(key))}
    assert deployed.written() == cleaned | {rejected_key(key) for key in case.rejected}


def test_a_passing_fault_sends_its_own_message_back_and_no_other(deployed: Buckets) -> None:
    for key in ("a.txt", "b.txt", "c.txt"):
        deployed.drop(key, "The night ferry returns.\n")
    throttled = ClientError({"Error": {"Code": "SlowDown", "Message": CANARY}}, "PutObject")
    write = ObjectStore.write

    def slow_down(self: ObjectStore, bucket: str, output: Any, **replaces: Any) -> None:  # noqa: ANN401
        if output.key == "clean/b.txt":
            raise throttled
        write(self, bucket, output, **replaces)

    with patch.object(ObjectStore, "write", slow_down):
        answer = call(queued(*map(notification, ("a.txt", "b.txt", "c.txt"))))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert {"clean/a.txt", "clean/c.txt"} < deployed.written()


def clean_for_ever(text: str, config: CleanupConfig) -> CleanedArticle:
    while "endless" in text:
        pass
    return clean(text, config)


@pytest.fixture
def three_articles_one_endless(deployed: Buckets, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for key in ("a.txt", "endless.txt", "c.txt"):
        deployed.drop(key, f"The night ferry returns, says {key}.\n")
    monkeypatch.setattr(cleaning, "clean", clean_for_ever)
    return queued(*map(notification, ("a.txt", "endless.txt", "c.txt")))


def test_an_article_that_takes_for_ever_is_rejected_and_holds_up_no_other(
    deployed: Buckets, three_articles_one_endless: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_ARTICLE_SECONDS", "1")
    assert call(three_articles_one_endless) == {"batchItemFailures": []}
    assert {"clean/a.txt", "clean/c.txt", "rejected/endless.txt.json"} < deployed.written()
    assert json.loads(deployed.read("rejected/endless.txt.json"))["reason"] == "too-slow"


def test_what_takes_longer_than_its_share_of_the_batch_s_time_goes_back_alone(
    deployed: Buckets,
    three_articles_one_endless: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Context, "remaining_seconds", 4.0)
    assert call(three_articles_one_endless) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert {"clean/a.txt", "clean/c.txt"} < deployed.written()
    (line,) = [line for line in lines(capsys.readouterr().out) if line.get("error")]
    assert (line["key"], line["error"]) == ("endless.txt", "OutOfTime")


def test_a_batch_that_fails_whole_is_answered_and_not_raised(deployed: Buckets) -> None:
    assert deployed.written() == set()
    answer = call(queued({"greeting": "hello"}, {"greeting": "hello"}))
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["message-0", "message-1"]


def test_metrics_count_what_became_of_the_objects(deployed: Buckets, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.drop("a.txt", "The night ferry returns in spring.\n" * 2)
    deployed.drop("b.txt", b"")
    deployed.drop("folder/", b"")
    deployed.drop("c.txt", "The night ferry returns.\n" + "You may also like\nSubscribe to our newsletter\n" * 9)
    deployed.drop("d.txt", "You may also like\n")
    call(queued(notification("a.txt", "b.txt", "folder/", "c.txt", "d.txt"), {"greeting": "hello"}))
    counted = metrics(capsys.readouterr().out)
    assert counted["ObjectsSkipped"] == 1
    assert counted["ArticlesCleaned"] == counted["ArticlesRejected"] == counted["ArticlesMostlyRemoved"] == 2
    assert counted["EventsNotUnderstood"] == 1
    assert counted["CharactersIn"] > counted["CharactersRemoved"] > counted["CharactersIn"] / 2
    assert counted["Removals"] > 2
    assert "ObjectsFailed" not in counted


def test_a_packed_file_counts_as_the_articles_that_are_in_it(
    deployed: Buckets, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.drop("wire.jsonl", ROOT.joinpath("samples", "wire.jsonl").read_bytes())
    call(notification("wire.jsonl"))
    out = capsys.readouterr().out
    counted = metrics(out)
    assert (counted["ArticlesCleaned"], counted["LinesPassedThrough"]) == (3, 2)
    assert counted["CharactersIn"] > counted["CharactersRemoved"] > 0
    (line,) = [line for line in lines(out) if line.get("message") == "object processed"]
    assert (line["articles"], line["passed_through"]) == (3, {"no-text": 1, "not-json": 1})


def test_packed_files_come_last_and_have_all_the_time_that_is_left(
    deployed: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []

    def process(ref: ObjectRef, _store: object, _settings: object, run: Run | None = None) -> Outcome:
        def time_left() -> float:
            return signal.getitimer(signal.ITIMER_REAL)[0]

        order.append((ref.key, run(time_left) if run else time_left()))
        return Outcome(key=ref.key, status="skipped")

    assert deployed.written() == set()
    monkeypatch.setattr(app, "process", process)
    call(queued(*map(notification, ("a.jsonl", "b.txt", "c.ndjson.gz", "d.txt")), {"greeting": "hello"}))
    assert {key for key, _ in order[:2]} == {"b.txt", "d.txt"}
    assert [key for key, _ in order[2:]] == ["a.jsonl", "c.ndjson.gz"]
    seconds = dict(order)
    assert min(seconds["b.txt"], seconds["d.txt"]) == pytest.approx(58 / 4, abs=2)
    assert max(seconds["b.txt"], seconds["d.txt"]) < 58 / 2
    assert seconds["a.jsonl"] == pytest.approx(58, abs=5)
    assert seconds["c.ndjson.gz"] == pytest.approx(58, abs=5)


@pytest.fixture
def working_at_once(deployed: Buckets) -> Iterator[Callable[[], int]]:
    """How many requests of different threads there were at most between a request and its answer."""
    under_way: list[int] = []
    most = [0]

    def begin(**_: object) -> None:
        under_way.append(threading.get_ident())
        most[0] = max(most[0], len(set(under_way)))
        time.sleep(0.01)  # so that another thread has its turn

    def end(**_: object) -> None:
        under_way.remove(threading.get_ident())

    events = deployed.s3.meta.events
    events.register("before-call.s3", begin, "begin")
    events.register("after-call.s3", end, "end")
    yield lambda: most[0]
    events.unregister("before-call.s3", unique_id="begin")
    events.unregister("after-call.s3", unique_id="end")


def test_the_articles_of_a_batch_are_worked_on_at_the_same_time(
    deployed: Buckets, working_at_once: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [f"{number}.txt" for number in range(10)]
    for key in keys:
        deployed.drop(key, f"The night ferry {key} returns.\n")
    before = threading.active_count()
    assert call(queued(*map(notification, keys))) == {"batchItemFailures": []}
    assert {clean_key(key) for key in keys} | {report_key(key) for key in keys} == deployed.written()
    assert working_at_once() > 1
    out = capsys.readouterr().out
    assert sorted(line["key"] for line in lines(out) if line.get("message") == "object processed") == keys
    assert metrics(out)["ArticlesCleaned"] == len(keys)
    assert threading.active_count() == before


def test_for_one_article_there_are_no_threads(deployed: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.drop("a.txt", "The night ferry returns.\n")
    deployed.drop("wire.jsonl", '{"text": "The night ferry returns."}\n')
    monkeypatch.delattr(threading, "Thread")
    assert call(queued(notification("a.txt"), notification("wire.jsonl"))) == {"batchItemFailures": []}
    assert {"clean/a.txt", "clean/wire.jsonl"} < deployed.written()


def test_large_articles_of_a_batch_come_after_the_others_one_by_one(
    deployed: Buckets, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processing, "_SMALL_BYTES", 100)
    keys = ["large.txt", "a.txt", "too-large.txt", "b.txt", "larger.txt"]
    for key in keys:
        deployed.drop(key, key.ljust({"larger.txt": 102, "large.txt": 101, "too-large.txt": 200_000}.get(key, 100)))
    assert call(queued(*map(notification, keys))) == {"batchItemFailures": []}
    told = [line["key"] for line in lines(capsys.readouterr().out) if line.get("message") == "object processed"]
    assert told[-2:] == ["large.txt", "larger.txt"]
    cleaned = {name for key in keys if key != "too-large.txt" for name in (clean_key(key), report_key(key))}
    assert deployed.written() == cleaned | {"rejected/too-large.txt.json"}


def test_several_messages_about_one_object_take_one_call_and_fail_together(deployed: Buckets) -> None:
    deployed.drop("a.txt", "The night ferry returns.\n")
    deployed.drop("b.txt", "The night ferry returns.\n")
    batch = queued(*map(notification, ("a.txt", "b.txt", "a.txt")))
    asked: list[str] = []

    def read(_self: ObjectStore, _bucket: str, key: str, **_: object) -> None:
        asked.append(key)
        raise TimeoutError

    with patch.object(ObjectStore, "read", read):
        answer = call(batch)
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == [
        "message-0", "message-1", "message-2"
    ]  # fmt: skip
    assert sorted(asked) == ["a.txt", "b.txt"]
    assert call(batch) == {"batchItemFailures": []}


def test_an_object_that_s3_does_not_answer_for_goes_back_alone_and_its_late_end_does_no_harm(
    deployed: Buckets, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read, answer = ObjectStore.read, threading.Event()
    for key in ("a.txt", "silent.txt", "b.txt"):
        deployed.drop(key, "The night ferry returns.\n")

    def wait(self: ObjectStore, bucket: str, key: str, **options: Any) -> Any:  # noqa: ANN401 - the store's
        if key == "silent.txt":
            answer.wait()
        return read(self, bucket, key, **options)

    monkeypatch.setattr(Context, "remaining_seconds", 3.0)
    monkeypatch.setattr(ObjectStore, "read", wait)
    batch = queued(*map(notification, ("a.txt", "silent.txt", "b.txt")))
    before = set(threading.enumerate())
    assert call(batch) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    answer.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert {clean_key("a.txt"), clean_key("b.txt")} < deployed.written()
    assert not [key for key in deployed.written() if "silent" in key]
    (line,) = [line for line in lines(capsys.readouterr().out) if line.get("error")]
    assert (line["key"], line["error"]) == ("silent.txt", "OutOfTime")
    assert call(batch) == {"batchItemFailures": []}
    assert clean_key("silent.txt") in deployed.written()


def test_logs_tell_key_status_counts_and_rules(deployed: Buckets, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.drop("a.txt", "The night ferry returns in spring, said the harbour board of Port Ellery on Tuesday.\n" * 2)
    call(notification("a.txt"))
    (line,) = [line for line in lines(capsys.readouterr().out) if line.get("message") == "object processed"]
    assert line["key"] == "a.txt"
    assert line["status"] == "cleaned"
    assert line["characters_in"] > line["characters_out"] > 0
    assert sum(line["removals_by_rule"].values()) > 0
    assert line["function_request_id"] == Context.aws_request_id


@pytest.mark.parametrize(
    "fault",
    [
        None,
        ValueError(CANARY),
        ClientError({"Error": {"Code": "SlowDown", "Message": CANARY}}, "PutObject"),
        KeyError(CANARY),
    ],
)
@pytest.mark.parametrize("wrap", [lambda event: event, queued])
def test_no_text_of_an_article_is_ever_logged(
    deployed: Buckets,
    capfd: pytest.CaptureFixture[str],
    wrap: Callable[[dict[str, Any]], dict[str, Any]],
    fault: Exception | None,
) -> None:
    deployed.drop("a.txt", f"{CANARY}\n{CANARY}\n")
    deployed.drop("b.txt", f"{CANARY}\n\x00")
    deployed.drop("c.json", json.dumps({"text": CANARY}))
    raised = ""
    with patch("article_pipeline.cleaning.write_report", side_effect=fault) if fault else patch("os.curdir", "."):
        try:
            call(wrap(notification("a.txt", "b.txt", "c.json")))
        except Exception as error:  # noqa: BLE001 - Lambda would log it
            raised = "".join(traceback.format_exception(error))
    out, err = capfd.readouterr()
    assert "a.txt" in out
    assert CANARY not in out + err + raised


def test_settings_that_make_no_sense_are_told_at_the_call_and_not_at_the_import(
    deployed: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTPUT_BUCKET", INPUT)
    with pytest.raises(ValueError, match="two different buckets"):
        call(notification("a.txt"))
    monkeypatch.setenv("OUTPUT_BUCKET", OUTPUT)
    deployed.drop("a.txt", "news")
    assert call(notification("a.txt")) == {}


def test_the_hundredth_article_is_answered_as_the_first(deployed: Buckets) -> None:
    for number in range(3):
        deployed.drop(f"{number}.txt", "The night ferry returns.\nThe night ferry returns.\n")
        call(notification(f"{number}.txt"))
    assert len({deployed.read(f"clean/{number}.txt") for number in range(3)}) == 1
