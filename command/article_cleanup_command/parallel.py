"""Work on many things at once, on all cores, that stops at once and cleanly when it is interrupted."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_bool
from itertools import islice
from typing import TypeVar

from .problems import Problem

Item = TypeVar("Item")
Result = TypeVar("Result")

# About as long as it takes to start other processes. What is done by then needs none.
_ALONE_SECONDS = 0.5
_AT_ONCE = 8  # items that a process takes at once: fewer would be sent to and fro more often than needed
# What tells a process that works that it is to take no more items. It has no lock: one that a killed process held would
# have all others wait for ever.
_stopped: list[c_bool] = []
_WAITING = 4  # such portions for each process, so that none waits for the next while one takes long


def run(work: Callable[[Item], Result], items: Iterable[Item], *, jobs: int) -> Iterator[Result]:
    """What `work` makes of each item, in their order. No more items are taken than are soon worked on.

    Both must be such as can be pickled. Interrupted, it ends when the items that are being worked on are done. Raises
    `Problem` when a process is killed.
    """
    left = iter(items)
    began = time.monotonic()
    for item in left:
        yield work(item)
        if jobs > 1 and time.monotonic() - began > _ALONE_SECONDS:
            break
    portions = iter(lambda: tuple(islice(left, _AT_ONCE)), ())
    first = [*islice(portions, jobs * _WAITING)]
    if not first:
        return
    # Not forked: this process can have threads by now, and a fork would copy the locks that they hold.
    context = multiprocessing.get_context("spawn")
    stop = context.RawValue(c_bool)
    executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(stop,))
    try:
        # The processes are started here. They must not see a Ctrl-C before they know to ignore it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        waiting = deque(executor.submit(_work_on_all, work, portion) for portion in first)
        signal.signal(signal.SIGINT, before)
        while waiting:
            yield from waiting.popleft().result()
            waiting.extend(executor.submit(_work_on_all, work, portion) for portion in islice(portions, 1))
    except BrokenProcessPool:
        raise Problem(
            "A process that worked was killed from outside, mostly for want of memory. What is done is whole: run the "
            "same command again, with fewer --jobs."
        ) from None
    finally:
        # Who presses Ctrl-C again wants what is already under way.
        before_each = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
        stop.value = True
        executor.shutdown(cancel_futures=True)
        for each, before in before_each.items():
            signal.signal(each, before)


def _work_on_all(work: Callable[[Item], Result], items: tuple[Item, ...]) -> list[Result]:
    return [work(item) for item in items if not _stopped[-1].value]


def _begin(stop: c_bool) -> None:
    """A Ctrl-C goes to every process. Only the first one decides what it means, and says so by `stop`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stopped.append(stop)
