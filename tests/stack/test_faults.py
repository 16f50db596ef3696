"""Storage that fails in every way, at every step, and a function that is killed: nothing is lost or half done."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import pytest

from article_pipeline.keys import clean_key, rejected_key, report_key
from local.stack import Stack
from tests.law import Outcomes, put_all
from tests.objects import CLEAN, SEED, Sample, article, packed_articles

from . import faults
from .faults import Exchange, Fault, FaultyStorage, at
from .process import FunctionProcess, function_process

INPUT, OUTPUT = "faults-in", "faults-out"
CHANCE = random.Random(SEED)  # noqa: S311 - the same on every run
FIRST, SECOND = (article(CHANCE, 3).encode() for _ in range(2))
NO_TEXT = b"%PDF-1.7\n"
PACKED, PACKED_WITH_GZIP = (packed_articles(CHANCE), gzip.compress(packed_articles(CHANCE)))
BROKEN = PACKED_WITH_GZIP[:-3]
REASONS = {NO_TEXT: "not-text", BROKEN: "broken-gzip"}


def sample(key: str, body: bytes) -> Sample:
    return Sample(key=key, body=body, expected=REASONS.get(body, CLEAN))


def queued(*keys: str) -> dict[str, Any]:
    records = [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": INPUT}, "object": {"key": quote_plus(key)}},
        }
        for key in keys
    ]
    return {
        "Records": [
            {"eventSource": "aws:sqs", "messageId": str(number), "body": json.dumps({"Records": [record]})}
            for number, record in enumerate(records)
        ]
    }


@dataclass(frozen=True)
class World:
    """Two buckets, the function, and the faulty way between them."""

    stack: Stack
    storage: FaultyStorage
    functions: list[FunctionProcess]

    @property
    def outcomes(self) -> Outcomes:
        return Outcomes(self.stack.s3, OUTPUT)

    @property
    def function(self) -> FunctionProcess:
        return self.functions[0]

    def put(self, key: str, body: bytes) -> dict[str, str | None]:
        return {**put_all(self.stack.s3, INPUT, [sample(key, body)])}

    def clean(self, key: str) -> None:
        """What the queue does until the message is done with."""
        assert any(not self.function.invoke(queued(key)).comes_again for _ in range(5))

    def check(self, key: str, body: bytes, versions: dict[str, str | None]) -> None:
        """The outcome must be right, and what was written of one version always the same."""
        self.outcomes.check([sample(key, body)], versions)
        for name in (clean_key(key), report_key(key), rejected_key(key)):
            written: dict[str, str] = {}
            for version in self.stack.s3.list_object_versions(Bucket=OUTPUT, Prefix=name).get("Versions", []):
                there = self.stack.s3.head_object(Bucket=OUTPUT, Key=name, VersionId=version["VersionId"])
                source = there["Metadata"]["article-cleanup-source-version"]
                assert written.setdefault(source, there["ETag"]) == there["ETag"], name


@pytest.fixture(scope="module")
def world(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for bucket in (INPUT, OUTPUT):
        stack.s3.create_bucket(Bucket=bucket)
        stack.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    log = tmp_path_factory.mktemp("functions") / "log"
    with ExitStack() as running:
        storage = running.enter_context(FaultyStorage(stack.emulator).serving())
        environment = {
            "AWS_ENDPOINT_URL": storage.endpoint,
            "INPUT_BUCKET": INPUT,
            "OUTPUT_BUCKET": OUTPUT,
            "MAX_ARTICLE_BYTES": "5242880",
            "POWERTOOLS_SERVICE_NAME": "clean-article",
            "POWERTOOLS_METRICS_NAMESPACE": "ArticleCleanup",
        }
        functions = [running.enter_context(function_process(environment, log=log)) for _ in range(3)]
        yield World(stack, storage, functions)


# Versions of one object, one after the other. The names are ends of their keys.
WAYS = {
    "to clean.txt": (FIRST,),
    "clean to clean.txt": (FIRST, SECOND),
    "clean to rejected.txt": (FIRST, NO_TEXT),
    "rejected to clean.txt": (NO_TEXT, SECOND),
    "to packed.jsonl": (PACKED,),
    "packed to gzipped.jsonl": (PACKED, PACKED_WITH_GZIP),
    "packed to broken.jsonl": (PACKED, BROKEN),
    "broken to packed.jsonl": (BROKEN, PACKED),
}
NEW = ("to clean.txt", "to packed.jsonl")
CHANGED = tuple(WAYS.keys() - NEW)


def steps(world: World, name: str, way: str) -> dict[int, str]:
    """The requests that the last of a way's versions takes, when all goes well, from 1 on, and a key for each."""
    key = f"{name}, {way}"
    for body in WAYS[way]:
        world.put(key, body)
        with world.storage.faults(lambda _request: faults.no_fault):
            world.clean(key)
    return {step: f"{name} {step}, {way}" for step in range(1, len(world.storage.requests) + 1)}


def survive(world: World, key: str, way: str, step: int, fault: Fault) -> bool:
    """Has the fault come at a step of the last version's way. Returns whether the queue had to send it again."""
    *before, last = WAYS[way]
    for body in before:
        world.put(key, body)
        world.clean(key)
    versions = world.put(key, last)
    with world.storage.faults(at(step, fault)):
        came_again = world.function.invoke(queued(key)).comes_again
    world.outcomes.check_what_is_seen_of(key)
    if came_again:
        world.clean(key)
    world.check(key, last, versions)
    return came_again


@pytest.mark.parametrize("way", NEW)
@pytest.mark.parametrize(
    "fault",
    [
        faults.slow_down, faults.too_many_requests, faults.internal_error, faults.reset, faults.lost_answer,
        faults.slow_body,
    ],
    ids=lambda fault: fault.__name__,
)  # fmt: skip
def test_a_fault_that_passes_at_once_does_not_need_the_queue(world: World, fault: Fault, way: str) -> None:
    for step, key in steps(world, fault.__name__, way).items():
        assert not survive(world, key, way, step, fault)


@pytest.mark.parametrize("way", ["clean to clean.txt", "packed to gzipped.jsonl"])
@pytest.mark.parametrize("fault", [faults.access_denied, faults.cut_body], ids=lambda fault: fault.__name__)
def test_a_fault_that_lasts_is_tried_again_by_the_queue(world: World, fault: Fault, way: str) -> None:
    came_again = [survive(world, key, way, step, fault) for step, key in steps(world, fault.__name__, way).items()]
    assert any(came_again)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("way", sorted(CHANGED))
def test_a_function_killed_at_any_step_leaves_what_the_next_one_can_finish(world: World, way: str, moment: str) -> None:
    def kill(exchange: Exchange) -> None:
        if moment == "after":
            exchange.hand_on()
        world.function.kill()
        exchange.hang_up()

    for step, key in steps(world, f"killed {moment}", way).items():
        assert survive(world, key, way, step, kill)


def test_an_answer_that_does_not_come_is_asked_for_again_in_good_time(world: World) -> None:
    began = time.monotonic()
    assert not survive(world, "silence.txt", "to clean.txt", 4, faults.silence)
    assert time.monotonic() - began < 30


def test_storage_that_says_nothing_at_all_takes_no_more_than_a_message_s_time(world: World) -> None:
    versions = world.put("silent.txt", FIRST) | world.put("late.txt", SECOND)
    began = time.monotonic()
    with world.storage.faults(lambda request: faults.silence if "silent.txt" in request else faults.no_fault):
        invocation = world.function.invoke(queued("silent.txt", "late.txt"), seconds=8)
    assert time.monotonic() - began < 30
    assert invocation.answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    world.check("late.txt", SECOND, versions)
    world.clean("silent.txt")
    world.check("silent.txt", FIRST, versions)


def test_several_functions_on_one_key_leave_its_newest_version(world: World) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same ones on every run

    def delay(_request: str) -> Fault:
        seconds = chance.random() / 10

        def answer_later(exchange: Exchange) -> None:
            time.sleep(seconds)
            exchange.answer(exchange.hand_on())

        return answer_later

    with world.storage.faults(delay), ThreadPoolExecutor(len(world.functions)) as pool:
        for round_ in range(4):
            key = f"race {round_}.txt"
            bodies = [FIRST, *(chance.choice((SECOND, NO_TEXT)) for _ in world.functions[1:])]
            invocations, versions = [], {}
            for body, function in zip(bodies, world.functions, strict=True):
                versions = world.put(key, body)
                invocations.append(pool.submit(function.invoke, queued(key)))
                time.sleep(chance.random() / 3)
            assert not any(invocation.result().comes_again for invocation in invocations)
            world.check(key, bodies[-1], versions)
