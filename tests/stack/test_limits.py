"""Whatever the objects, the function stays well inside its memory: here, inside half of what the template gives it."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.stack import Stack
from tests.objects import SEED, article

from .process import FunctionProcess, Invocation, function_process

INPUT, OUTPUT = "limits-in", "limits-out"
MAX_BYTES = 5_242_880
MEGABYTE = 1024 * 1024
CHANCE = random.Random(SEED)  # noqa: S311 - the same on every run


def filled(text: str, size: int = MAX_BYTES) -> bytes:
    """A text over and over, until it has so many bytes, or a few less."""
    body = text.encode()
    return body * (size // len(body))


def prose() -> bytes:
    lines = "".join(article(CHANCE, 40) for _ in range(60))
    return filled("".join(f"{number} {line}\n" for number, line in enumerate(lines.splitlines())))


OBJECTS: dict[str, Callable[[], bytes]] = {
    "prose": prose,
    "one word a line": lambda: filled("one\ntwo\n", 190_000),
    "one letter a line": lambda: filled("a\nb\n"),
    "one line": lambda: filled("words and words, "),
    "one word": lambda: filled("a"),
    "sentences": lambda: filled("A b. C d. "),
    "outside the basic plane": lambda: filled("😀 "),
    "promos": lambda: filled("You may also like\n", 1_700_000),
    "a bomb": lambda: gzip.compress(bytes(100 * MEGABYTE)),
    "50 MB": lambda: filled("The ferry returns.\n", 50 * MEGABYTE),
}


NewFunction = Callable[[int, int], FunctionProcess]


def call(function: FunctionProcess, *keys: str) -> Invocation:
    messages = []
    for key in keys:
        entity = {"bucket": {"name": INPUT}, "object": {"key": key.replace(" ", "+")}}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": entity}
        messages.append({"eventSource": "aws:sqs", "messageId": key, "body": json.dumps({"Records": [record]})})
    return function.invoke({"Records": messages}, seconds=120)


@pytest.fixture(scope="module")
def functions(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewFunction]:
    """Functions of any memory, and any size of article."""
    for bucket in (INPUT, OUTPUT):
        stack.s3.create_bucket(Bucket=bucket)
    log: Path = tmp_path_factory.mktemp("limits") / "log"
    with ExitStack() as running:

        def function(memory: int, max_bytes: int) -> FunctionProcess:
            environment = stack.emulator.client_environment() | {
                "INPUT_BUCKET": INPUT,
                "OUTPUT_BUCKET": OUTPUT,
                "MAX_ARTICLE_BYTES": str(max_bytes),
                "MAX_ARTICLE_SECONDS": "10",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
                "POWERTOOLS_SERVICE_NAME": "clean-article",
                "POWERTOOLS_METRICS_NAMESPACE": "ArticleCleanup",
            }
            return running.enter_context(function_process(environment, log=log))

        yield function


def outcome(stack: Stack, key: str) -> str:
    listed = stack.s3.list_objects_v2(Bucket=OUTPUT)["Contents"]
    (kind,) = {entry["Key"].split("/")[0] for entry in listed if key in entry["Key"]} - {"reports"}
    return kind


def test_no_object_takes_half_of_its_memory(stack: Stack, functions: NewFunction) -> None:
    function = functions(1024, MAX_BYTES)
    for key, make in OBJECTS.items():
        stack.s3.put_object(Bucket=INPUT, Key=key, Body=make())
        invocation = call(function, key)
        assert not invocation.comes_again, key
        assert outcome(stack, key) in {"clean", "rejected"}
        assert invocation.peak_bytes < 512 * MEGABYTE, key


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_no_batch_does(stack: Stack, functions: NewFunction, pack: Callable[[bytes], bytes]) -> None:
    keys = [f"{pack.__name__} {number}" for number in range(10)]
    for key in keys:
        stack.s3.put_object(Bucket=INPUT, Key=key, Body=pack(OBJECTS["prose"]()))
    invocation = call(functions(1024, MAX_BYTES), *keys)
    assert not invocation.comes_again
    assert {outcome(stack, key) for key in keys} == {"clean"}
    assert invocation.peak_bytes < 512 * MEGABYTE


def test_an_article_that_needs_more_than_there_is_is_rejected(stack: Stack, functions: NewFunction) -> None:
    stack.s3.put_object(Bucket=INPUT, Key="too much", Body=filled("A b. C d. ", 30 * MEGABYTE))
    invocation = call(functions(256, 100 * MEGABYTE), "too much")
    assert not invocation.comes_again
    rejection = json.loads(stack.s3.get_object(Bucket=OUTPUT, Key="rejected/too much.json")["Body"].read())
    assert rejection["reason"] == "too-large"
    assert "larger MemorySize" in rejection["message"]
    assert invocation.peak_bytes < 256 * MEGABYTE
