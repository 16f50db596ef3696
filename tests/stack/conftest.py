"""The deployed system: an emulated AWS of these tests' own, with the template in it as `sam deploy` put it there."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from local.stack import Stack

# Of the processes that the emulated Lambda runs the function in, more than these would only be in each other's way.
FEW = {"MaximumConcurrency": "5"}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Started and deployed once, and stopped whatever happens: at Ctrl-C pytest gets here, and SIGTERM is made one."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        stack.emulator.start(port=0, plain=True)
        stack.deploy(FEW)
        yield stack
    finally:
        stack.stop()
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def wait_until(true: Callable[[], Any], *, seconds: float = 60) -> Any:  # noqa: ANN401 - whatever it waits for
    """What `true` returns, once that is anything. Fails when it stays nothing."""
    deadline = time.monotonic() + seconds
    while not (result := true()):
        assert time.monotonic() < deadline, f"Still nothing after {seconds} s."
        time.sleep(0.2)
    return result
