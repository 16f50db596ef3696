from __future__ import annotations

import signal
import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import NoReturn

import pytest

from article_pipeline.concurrency import Run, do_at_once
from article_pipeline.limits import Deadline, OutOfTime

LONG, SHORT = 30.0, 0.4


class Killed(BaseException):
    pass


def take_for_ever() -> NoReturn:
    while True:
        pass


def test_each_job_comes_back_under_its_number_with_what_came_of_it() -> None:
    fault = ValueError("no")

    def job(number: int, run: Run) -> int:
        if number == 3:
            raise fault
        return run(lambda: number * 10)

    came = dict(do_at_once([partial(job, number) for number in range(25)], Deadline(LONG)))
    assert came.pop(3) is fault
    assert came == {number: number * 10 for number in range(25) if number != 3}


def test_jobs_wait_at_the_same_time_and_their_work_is_done_in_the_main_thread() -> None:
    all_wait = threading.Barrier(5, timeout=LONG)

    def job(run: Run) -> tuple[bool, bool]:
        all_wait.wait()
        return here() is threading.main_thread(), run(here) is threading.main_thread()

    here = threading.current_thread
    assert [came for _, came in do_at_once([job] * 5, Deadline(LONG))] == [(False, True)] * 5


def test_each_job_s_work_has_its_share_of_the_time_that_is_left() -> None:
    def job(run: Run) -> float:
        return run(lambda: signal.getitimer(signal.ITIMER_REAL)[0])

    first, last = sorted([came for _, came in do_at_once([job] * 20, Deadline(LONG)) if isinstance(came, float)])[::19]
    assert first == pytest.approx(LONG / 20, abs=LONG / 40)
    assert last > LONG / 12  # ten or fewer were left


def test_work_that_takes_longer_is_stopped_and_takes_nothing_from_the_others() -> None:
    jobs: list[Callable[[Run], object]] = [lambda run: run(take_for_ever), *[lambda run: run(int)] * 3]
    came = dict(do_at_once(jobs, Deadline(2 * SHORT)))
    assert isinstance(came.pop(0), OutOfTime)
    assert came == {1: 0, 2: 0, 3: 0}


def test_a_job_that_does_not_end_in_time_is_left_to_itself() -> None:
    answer, ended = threading.Event(), threading.Event()

    def wait(run: Run) -> None:
        answer.wait()
        try:
            run(take_for_ever)
        except TimeoutError:
            ended.set()

    came = dict(do_at_once([wait, lambda _run: None], Deadline(SHORT)))
    assert isinstance(came[0], OutOfTime)
    assert came[1] is None
    answer.set()
    assert ended.wait(LONG), "Nobody does its work, and it does not wait for that."


@pytest.mark.parametrize("error", [ValueError, OutOfTime])
def test_what_failed_work_was_about_is_not_kept(error: type[Exception]) -> None:
    class Text:
        pass

    kept: list[weakref.ref[Text]] = []

    def work() -> None:
        text = Text()
        kept.append(weakref.ref(text))
        if error is OutOfTime:
            take_for_ever()
        raise error

    (came,) = do_at_once([lambda run: run(work)], Deadline(SHORT))
    assert isinstance(came[1], error)
    assert kept[0]() is None


def test_who_is_killed_is_killed() -> None:
    def job(_run: Run) -> None:
        raise Killed

    with pytest.raises(Killed):
        list(do_at_once([job], Deadline(LONG)))
