"""Limits on what one piece of work may take: seconds of time, and bytes of memory.

Without them, one object that keeps the cleanup busy until Lambda ends the function, or fills its memory, would take its
whole batch with it: the other messages would be tried again beside it, and could end in the dead-letter queue for no
fault of theirs.
"""

from __future__ import annotations

import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_LEAST_SECONDS = 0.1  # a share of nothing would fail what takes no time at all
_AGAIN_SECONDS = 0.5
_RESERVE_SECONDS = 2.0  # of a function's time: for the answer, the metrics, and what cannot be interrupted


class Invocation(Protocol):
    """What Lambda hands over with an event."""

    def get_remaining_time_in_millis(self) -> int: ...  # noqa: D102 - Lambda's


class OutOfTime(Exception):
    """A piece of work took longer than it may."""


class _Expired(BaseException):
    """A limit's time is up. It is no `Exception`: botocore takes those for network faults, and tries again."""


class Deadline:
    """A point in time, and how much of the time until then each of several pieces of work may have."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def share(self, parts: int) -> float:
        """How long one of the parts that are left may take, in seconds."""
        return max(_LEAST_SECONDS, (self._end - time.monotonic()) / parts)


def seconds_to_work(context: Invocation) -> float:
    """How much of its time a function has for its work, in seconds."""
    return float(context.get_remaining_time_in_millis()) / 1000 - _RESERVE_SECONDS


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises `OutOfTime` when the block takes longer. One limit can stand inside another: the first to be up counts.

    It is none outside the main thread, as no signals go there.
    """
    outer_seconds, _ = signal.getitimer(signal.ITIMER_REAL)
    if threading.current_thread() is not threading.main_thread() or 0 < outer_seconds <= seconds:
        yield
        return
    expired, began = _Expired(), time.monotonic()

    def expire(*_: object) -> None:
        raise expired

    before = signal.signal(signal.SIGALRM, expire)
    try:
        # It comes again, for a bare `except:` could have caught it on its way.
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _Expired as caught:
        if caught is not expired:
            raise
        caught.__traceback__ = None  # it would keep all alive that was being worked on
        raise OutOfTime(f"It took longer than {seconds:.1f} s.") from None
    finally:
        signal.signal(signal.SIGALRM, before)
        if outer_seconds:
            left = outer_seconds - (time.monotonic() - began)
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left), _AGAIN_SECONDS)


@contextmanager
def memory_limit(limit: int | None) -> Iterator[None]:
    """Python raises `MemoryError` in the block when the process would hold more than `limit` bytes of data.

    Lambda gives no such warning: it ends a function that takes more than it has.
    """
    if limit is None:
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    lowest = min(each for each in (limit, before, hard) if each != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_DATA, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))
