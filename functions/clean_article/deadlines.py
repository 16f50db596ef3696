"""A limit on the time that one message may take of its batch's.

Without it, one article that keeps the cleanup busy until Lambda ends the function would take its whole batch with it:
the other messages would be tried again beside it, and could end in the dead-letter queue for no fault of theirs.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

RESERVE_SECONDS = 2.0  # kept back for the answer, the metrics, and what cannot be interrupted


class OutOfTime(Exception):
    """A message took longer than its share of the function's time."""


def share_of(remaining_seconds: float, messages_left: int) -> float:
    """How long one of the messages that are left may take, in seconds."""
    return max(0.1, (remaining_seconds - RESERVE_SECONDS) / max(1, messages_left))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises `OutOfTime` in the block when it takes longer. It cannot outside the main thread: no signals go there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _expire(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime("The message took longer than its share of the function's time.")
