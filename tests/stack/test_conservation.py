"""Nothing is lost: each object ends as one of a clean article, a rejection, or a message in the dead-letter queue.

Here with the deployed system: a thousand objects of all kinds; storage that fails, and functions that are killed; all
of it stopped and started again under way.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from article_pipeline.keys import clean_key, rejected_key
from clean_article.events import object_refs_in
from local.stack import Stack
from tests.law import Outcomes, in_threads, put_all
from tests.objects import SEED, Sample, samples

from . import faults
from .conftest import FEW, wait_until
from .faults import Fault, FaultyStorage
from .test_deployed import dead_letters, quick_retries, waiting
from .test_redrive import redrive

MAX_BYTES = 5_242_880
# S3's policies let the function read these, MiniStack's do not: its wildcards stop at the end of a line, and a key of
# nothing but slashes is none to it. To the function that is a permission that may come yet.
DENIED_BY_MINISTACK = ("new\nline.txt", "//")
DENIED = {"unreadable": "GET", "unwritable": "PUT"}  # what keys have in them, and what is not allowed with these


def outcomes(stack: Stack) -> Outcomes:
    return Outcomes(stack.s3, stack.outputs.output_bucket)


def wait_for_the_queue(stack: Stack) -> None:
    wait_until(lambda: waiting(stack) == 0, seconds=300)


def put_many_times(stack: Stack, key: str, bodies: list[Sample]) -> tuple[Sample, dict[str, str | None]]:
    """Puts one version after the other at a key. Returns the last, and which version it is."""
    versions: dict[str, str | None] = {}
    for body in bodies:
        versions |= put_all(stack.s3, stack.outputs.input_bucket, [replace(body, key=key)])
    return replace(bodies[-1], key=key), versions


def test_of_a_thousand_objects_of_all_kinds_each_has_its_outcome(stack: Stack) -> None:
    chance, bucket = random.Random(SEED), stack.outputs.input_bucket  # noqa: S311 - the same ones on every run
    single = samples(950, max_bytes=MAX_BYTES)
    small = [sample for sample in single if len(sample.body) < 10_000]
    text = [sample for sample in small if not sample.ending]
    rewritten = {f"written again and again {number}.txt": chance.sample(text, 8) for number in range(20)}
    deleted = [sample.at(f"deleted {number}.txt") for number, sample in enumerate(chance.sample(small, 30))]
    versions: dict[str, str | None] = {**put_all(stack.s3, bucket, single)}
    last = []
    for sample, its_versions in in_threads(lambda item: put_many_times(stack, *item), rewritten.items(), at_once=8):
        last.append(sample)
        versions |= its_versions
    for sample in deleted:
        put_all(stack.s3, bucket, [sample])
        stack.s3.delete_object(Bucket=bucket, Key=sample.key)
        versions[sample.key] = None
    stack.s3.put_object(Bucket=bucket, Key="a folder/", Body=b"")
    wait_for_the_queue(stack)
    outcomes(stack).check([*single, *last, *deleted], versions)
    assert not {clean_key("a folder/"), rejected_key("a folder/")} & outcomes(stack).keys()
    assert dead_letters(stack) == 0


def test_what_the_function_may_not_read_ends_as_a_dead_letter_alone(stack: Stack) -> None:
    with quick_retries(stack):
        for key in DENIED_BY_MINISTACK:
            stack.s3.put_object(Bucket=stack.outputs.input_bucket, Key=key, Body=b"The ferry returns in spring.\n")
        wait_until(lambda: dead_letters(stack) == len(DENIED_BY_MINISTACK))
        there = outcomes(stack).keys()
        for key in DENIED_BY_MINISTACK:
            assert not {clean_key(key), rejected_key(key)} & there
    letters = stack.sqs.receive_message(QueueUrl=stack.outputs.dead_letter_queue, MaxNumberOfMessages=10)["Messages"]
    assert {ref.key for letter in letters for ref in object_refs_in(letter["Body"])} == set(DENIED_BY_MINISTACK)
    stack.sqs.purge_queue(QueueUrl=stack.outputs.dead_letter_queue)


@contextmanager
def faulty_storage(stack: Stack) -> Iterator[FaultyStorage]:
    """Storage of which one request in ten fails, and some objects may not be read or written at all."""
    chance = random.Random(SEED)  # noqa: S311 - the same ones on every run
    kinds = (
        faults.slow_down, faults.internal_error, faults.access_denied, faults.reset, faults.lost_answer,
        faults.slow_body, faults.cut_body,
    )  # fmt: skip

    def choose(request: str) -> Fault:
        if any(name in request and request.startswith(method) for name, method in DENIED.items()):
            return faults.access_denied
        return chance.choice(kinds) if chance.random() < 1 / 10 else faults.no_fault

    function = stack.outputs.function
    before = stack.lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    with FaultyStorage(stack.emulator, choose).serving() as storage:
        faulty = before | {"AWS_ENDPOINT_URL": storage.endpoint}
        stack.lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": faulty})
        try:
            yield storage
        finally:
            stack.lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": before})


def function_processes(stack: Stack) -> list[int]:
    """The processes in which the emulated Lambda runs the function."""
    group = json.loads((stack.emulator.home / "emulator.json").read_text())["pid"]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) == group and b"_worker.py" in process.joinpath("cmdline").read_bytes():
                found.append(int(process.name))
        except (ProcessLookupError, FileNotFoundError):
            continue  # it has ended
    return found


def kill_functions(stack: Stack) -> None:
    for process in function_processes(stack):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_whatever_faults_there_are_nothing_is_lost(stack: Stack) -> None:
    kinds = (*DENIED, *["fine"] * 18)
    put = [
        replace(sample, key=f"faults/{number} {kinds[number % len(kinds)]}{sample.ending or '.txt'}")
        for number, sample in enumerate(samples(96, max_bytes=MAX_BYTES)[10:80])
    ]
    with quick_retries(stack, seconds=4):
        with faulty_storage(stack) as storage:
            versions: dict[str, str | None] = {**put_all(stack.s3, stack.outputs.input_bucket, put)}
            for _ in range(2):
                seen = len(storage.requests)
                wait_until(partial(has_had_more_requests, storage, seen + 100))
                kill_functions(stack)
            wait_for_the_queue(stack)
        assert not any(name in key for key in finished(stack, put) for name in DENIED)
        dead = dead_letters(stack)
        assert redrive(stack.emulator.client_environment()).stdout.startswith(f"{dead} dead letters went from")
        wait_for_the_queue(stack)
    outcomes(stack).check(put, versions)
    assert dead_letters(stack) == 0


def has_had_more_requests(storage: FaultyStorage, requests: int) -> bool:
    return len(storage.requests) > requests


def finished(stack: Stack, put: list[Sample]) -> set[str]:
    there = outcomes(stack).keys()
    return {sample.key for sample in put if {clean_key(sample.key), rejected_key(sample.key)} & there}


@pytest.fixture
def lasting_stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, keeps_state=True)
    try:
        stack.emulator.start(port=0)
        stack.deploy(FEW)
        yield stack
        kill_functions(stack)  # it would wait for their connections to be closed
    finally:
        stack.stop()


def test_all_of_it_can_be_stopped_and_started_again_under_way(lasting_stack: Stack) -> None:
    stack = lasting_stack
    put = [sample.at(f"restart/{number}.txt") for number, sample in enumerate(samples(130, max_bytes=MAX_BYTES)[10:])]
    with quick_retries(stack, seconds=5):
        versions: dict[str, str | None] = {**put_all(stack.s3, stack.outputs.input_bucket, put)}
        wait_until(lambda: len(finished(stack, put)) > 10)
        kill_functions(stack)
        stack.restart()
        assert len(finished(stack, put)) < len(put), "It was done before it was stopped."
        wait_for_the_queue(stack)
    outcomes(stack).check(put, versions)
    assert dead_letters(stack) == 0
