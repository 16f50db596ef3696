"""The function in a process of its own, which can be killed, and whose memory can be measured.

A process that has imported and read all that it takes forks for each invocation: a cold start, but a quick one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.emulator import REGION, ROOT, without_aws


@dataclass(frozen=True)
class Invocation:
    """What came of calling the function: its answer, or None if it was killed or raised; the most memory it held."""

    answer: dict[str, Any] | None
    peak_bytes: int

    @property
    def comes_again(self) -> bool:
        """Whether the queue would send the message again."""
        return self.answer is None or bool(self.answer["batchItemFailures"])


class FunctionProcess:
    """Calls the function, one event after the other."""

    def __init__(self, process: subprocess.Popen[str], environment: Mapping[str, str]) -> None:
        self._process = process
        self._environment = dict(environment)
        self._running = 0

    def invoke(self, event: dict[str, Any], *, seconds: float = 60) -> Invocation:
        """Calls it, with so many seconds until it would time out."""
        job = {"event": event, "environment": self._environment, "seconds": seconds}
        self._tell(job)
        self._running = self._hear()["pid"]
        return Invocation(**self._hear())

    def kill(self) -> None:
        """Kills what is running."""
        os.kill(self._running, signal.SIGKILL)

    def _tell(self, job: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard


@contextmanager
def function_process(environment: Mapping[str, str], *, log: Path) -> Iterator[FunctionProcess]:
    """The function with that environment, logging into a file."""
    paths = os.pathsep.join(str(ROOT / path) for path in ("", "functions", "layers/cleanup"))
    own = without_aws(os.environ) | {"PYTHONPATH": paths, "AWS_DEFAULT_REGION": REGION}
    own |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.process"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=own, cwd=ROOT,
        )  # fmt: skip
    try:
        yield FunctionProcess(process, environment)
    finally:
        process.terminate()
        process.communicate()


# ---- In that process -------------------------------------------------------------------------------------------------


class _Context:
    function_name = "clean-article"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:clean-article"
    aws_request_id = "c2f4b0a4-0d0c-4a68-9a2f-6e5f0c1d2e3f"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


def _serve() -> None:
    import boto3  # noqa: PLC0415 - only here, and not in the tests that import this module

    import clean_article.app  # noqa: F401, PLC0415
    from article_cleanup import clean  # noqa: PLC0415

    boto3.client("s3")  # reads what botocore knows of S3
    clean("The ferry returns.\n")  # reads the lexicon
    for line in sys.stdin:
        job = json.loads(line)
        ours, theirs = os.pipe()
        pid = os.fork()
        if not pid:
            _work(job, theirs)
        os.close(theirs)
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201 - this is how it answers
        with os.fdopen(ours) as pipe:
            answer = pipe.read()
        _, _, usage = os.wait4(pid, 0)
        told = {"answer": json.loads(answer or "null"), "peak_bytes": usage.ru_maxrss * 1024}
        print(json.dumps(told), flush=True)  # noqa: T201 - see above


def _work(job: dict[str, Any], pipe: int) -> None:
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        from clean_article.app import handler  # noqa: PLC0415 - see above

        os.environ.update(job["environment"])
        answer = handler(job["event"], _Context(job["seconds"]))  # type: ignore[arg-type]  # all that is asked of it
        os.write(pipe, json.dumps(answer).encode())
    finally:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    _serve()
