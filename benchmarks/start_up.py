"""How long the function takes to start, and for articles when it is warm: `python -m benchmarks.start_up`.

All under the real runtime interface, with S3 emulated on this machine, and beside handlers that do less, which take
turns with it. The emulated S3 has no network before it: it answers within milliseconds, of which most are its own work,
one request after the other. S3 itself takes tens of milliseconds, and any number of requests at once. So warm calls are
measured a second time, with each request held up on its way.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from local.emulator import ROOT, Emulator
from local.runtime import Runtime, lambda_runtime, runtime_packages
from local.stack import Stack
from tests.stack.faults import Exchange, FaultyStorage

ROUNDS = 11
_CALLS = 10
_NOTHING = {"Event": "s3:TestEvent"}  # what S3 sends when a bucket is set up: nothing to clean, but all is made ready
_INPUT, _OUTPUT = "benchmark-in", "benchmark-out"
_ARTICLE = "chess-final.txt"
_DELAY_SECONDS = 0.02

_OURS = "clean_article.app.handler"

Start = Callable[[str], AbstractContextManager[Runtime]]  # with a handler's name


def measure_start_up(rounds: int = ROUNDS) -> dict[str, Any]:
    """Seconds of each round, and the ratios of their medians: a cold start, and a warm call with an article."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        stack = Stack(home / "stack")
        try:
            stack.emulator.start(port=0)
            for bucket in (_INPUT, _OUTPUT):
                stack.s3.create_bucket(Bucket=bucket)
            start = _builder(home, stack.emulator)
            found = {"cold start": _cold(start, rounds), "warm call": _warm(start, stack, rounds)}
            found["batch of ten"] = _warm(start, stack, rounds, articles=10)
            with FaultyStorage(stack.emulator, lambda _request: _hold_up).serving() as slow:
                distant = partial(start, endpoint=slow.endpoint)
                found["warm call, S3 farther away"] = _warm(distant, stack, rounds)
                found["batch of ten, S3 farther away"] = _warm(distant, stack, rounds, articles=10)
            return found
        finally:
            stack.stop()


def _compared(seconds: Mapping[str, Sequence[float]], processor: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The first beside the second. `processor` is what Python itself took: a busy machine changes that the least.

    It is compared in pairs, which were taken one right after the other: a machine is slow for minutes, and then quick.
    """
    ours, theirs = seconds.values()
    pairs = _ratios(seconds)
    return {
        "beside": list(seconds)[1],
        "ratio": round(median(ours) / median(theirs), 3),
        "ratio_of_pairs": [round(min(pairs), 3), round(max(pairs), 3)],
        "processor_ratio": round(median(_ratios(processor)), 3),
        "milliseconds": {name: round(median(values) * 1000, 1) for name, values in seconds.items()},
        "processor_milliseconds": {name: round(median(values) * 1000, 1) for name, values in processor.items()},
    }


def _ratios(measured: Mapping[str, Sequence[float]]) -> list[float]:
    return [mine / other for mine, other in zip(*measured.values(), strict=True)]


def _builder(home: Path, emulator: Emulator) -> Callable[..., AbstractContextManager[Runtime]]:
    """Starts a handler: ours as it was built, or one of those here. In both, all is compiled, as it is in Lambda."""
    function, layer = home / "function", home / "layer"
    for folder, target, artifacts in (
        ("functions", "build-CleanArticleFunction", function),
        ("layers/cleanup", "build-CleanupLayer", layer),
    ):
        build = ["make", "--silent", "-C", str(ROOT / folder), target]
        build += [f"ARTIFACTS_DIR={artifacts}", f"PYTHON={sys.executable}"]
        subprocess.run(build, check=True)  # noqa: S603 - the project's own
    compiled = [*runtime_packages(), ROOT / "benchmarks" / "handlers.py"]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *compiled], check=True)  # noqa: S603 - the project's own
    environment = emulator.client_environment() | {
        "INPUT_BUCKET": _INPUT,
        "OUTPUT_BUCKET": _OUTPUT,
        "MAX_ARTICLE_BYTES": "5242880",
        "POWERTOOLS_SERVICE_NAME": "clean-article",
        "POWERTOOLS_METRICS_NAMESPACE": "ArticleCleanup",
    }

    @contextmanager
    def start(handler: str, endpoint: str = emulator.endpoint) -> Iterator[Runtime]:
        paths = [ROOT] if handler.startswith("benchmarks.") else [function, layer / "python"]
        with lambda_runtime(handler, paths, environment | {"AWS_ENDPOINT_URL": endpoint}, home=home) as runtime:
            yield runtime

    return start


def _cold(start: Start, rounds: int) -> dict[str, Any]:
    handlers = {"article-cleanup": _OURS, "an S3 client": "benchmarks.handlers.do_nothing"}
    seconds: dict[str, list[float]] = {name: [] for name in handlers}
    processor: dict[str, list[float]] = {name: [] for name in handlers}
    for number in range(rounds + 1):
        for name, handler in handlers.items():
            with start(handler) as runtime:
                took, busy = _time(runtime, _NOTHING), runtime.processor_seconds()
            if number:  # what came before read the files from the disk for the first time
                seconds[name].append(took)
                processor[name].append(busy)
    return _compared(seconds, processor)


def _hold_up(exchange: Exchange) -> None:
    time.sleep(_DELAY_SECONDS)
    exchange.answer(exchange.hand_on())


def _warm(start: Start, stack: Stack, rounds: int, *, articles: int = 1) -> dict[str, Any]:
    article = (ROOT / "samples" / _ARTICLE).read_bytes()
    seconds: dict[str, list[float]] = {"article-cleanup": [], "a copy": []}
    with ExitStack() as running:
        handlers = zip(seconds, (_OURS, "benchmarks.handlers.copy"), strict=True)
        runtimes = {name: running.enter_context(start(handler)) for name, handler in handlers}
        busy: dict[str, float] = {}
        for number in range(rounds + 1):
            if number == 1:  # what came before was the warming up
                busy = {name: runtime.processor_seconds() for name, runtime in runtimes.items()}
            for name, runtime in runtimes.items():
                took = []
                for _call in range(_CALLS):
                    keys = [f"{name}/{articles}/{uuid4()}.txt" for _ in range(articles)]
                    for key in keys:
                        stack.s3.put_object(Bucket=_INPUT, Key=key, Body=article)
                    took.append(_time(runtime, _batch(keys)))
                if number:
                    seconds[name].append(median(took))
        calls = rounds * _CALLS
        own = {name: [(runtime.processor_seconds() - busy[name]) / calls] for name, runtime in runtimes.items()}
    return _compared(seconds, own)


def _batch(keys: Sequence[str]) -> dict[str, Any]:
    messages = []
    for number, key in enumerate(keys):
        entity = {"bucket": {"name": _INPUT}, "object": {"key": key}}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": entity}
        body = json.dumps({"Records": [record]})
        messages.append({"eventSource": "aws:sqs", "messageId": str(number), "body": body})
    return {"Records": messages}


def _time(runtime: Runtime, event: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = runtime.invoke(event)
    took = time.perf_counter() - began
    if answer not in ({}, {"batchItemFailures": []}):
        raise RuntimeError(f"The handler failed: {answer}")
    return took


if __name__ == "__main__":
    json.dump(measure_start_up(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS), sys.stdout)
