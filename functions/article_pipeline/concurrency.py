"""Several jobs at the same time, as S3 keeps each of them waiting for most of its time.

Threads do the waiting. What keeps the processor busy stays in the main thread, which alone can be interrupted when the
time for something is up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from traceback import clear_frames
from typing import Any, Protocol, TypeVar

from .limits import Deadline, OutOfTime, time_limit

_AT_ONCE = 10  # as many as a batch has messages, and a client of botocore connections
# Linux gives a thread 8 MB, and counts all of it as memory that is taken, which the work could have.
_STACK_BYTES = 1 << 20

Result = TypeVar("Result")


class Run(Protocol):
    """A way to have a piece of work done, and to wait for what comes of it."""

    def __call__(self, work: Callable[[], Result], /) -> Result: ...  # noqa: D102 - the class says it


def do_at_once(jobs: Sequence[Callable[[Run], Result]], deadline: Deadline) -> Iterator[tuple[int, Result | Exception]]:
    """Does jobs in threads. Yields the number of each, as soon as it is done, and what came of it.

    A job is handed a way to have work done in the main thread, which must be the one that calls this. Such work has its
    share of the time until the deadline. To jobs that are not done by then comes `OutOfTime`: they end by themselves,
    and what they still do must do no harm.
    """
    came: SimpleQueue[Callable[[], None] | Future[Result]] = SimpleQueue()
    pool = ThreadPoolExecutor(_AT_ONCE)

    def run_in_main_thread(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever comes of it
        future: Future[Any] = Future()
        came.put(partial(_do, work, future, lambda: deadline.share(sum(not job.done() for job in left))))
        return future.result(timeout=deadline.share(1))

    before = threading.stack_size(_STACK_BYTES)
    left = {pool.submit(job, run_in_main_thread): number for number, job in enumerate(jobs)}
    threading.stack_size(before)
    for job in left:
        job.add_done_callback(came.put)
    try:
        while left:
            next_ = came.get(timeout=deadline.share(1))
            if isinstance(next_, Future):
                number, error = left.pop(next_), next_.exception()
                if error is None:
                    yield number, next_.result()
                elif isinstance(error, Exception):
                    yield number, error
                else:
                    raise error
            else:
                next_()
    except Empty:
        yield from ((number, OutOfTime("S3 did not answer in time.")) for number in left.values())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _do(work: Callable[[], Result], future: Future[Result], seconds: Callable[[], float]) -> None:
    try:
        with time_limit(seconds()):
            result = work()
    except Exception as error:  # noqa: BLE001 - it is for who waits for the result
        clear_frames(error.__traceback__)  # they would keep all alive that was being worked on
        future.set_exception(error)
    else:
        future.set_result(result)
