from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from article_pipeline.limits import Deadline, OutOfTime, memory_limit, time_limit

SOON, LATER = 0.05, 30.0


@pytest.fixture(autouse=True)
def no_limit_is_left_behind() -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def take_for_ever() -> None:
    while True:
        pass


def test_what_is_done_in_time_is_left_alone() -> None:
    with time_limit(LATER):
        pass


def test_what_takes_longer_is_stopped() -> None:
    with pytest.raises(OutOfTime), time_limit(SOON):
        take_for_ever()


def test_it_is_not_held_up_by_who_catches_all_exceptions_as_botocore_does() -> None:
    def try_again_and_again() -> None:
        while True:
            with suppress(Exception):
                take_for_ever()

    with pytest.raises(OutOfTime), time_limit(SOON):
        try_again_and_again()


def test_it_comes_again_when_it_is_caught_all_the_same() -> None:
    def catch_it_once() -> None:
        with suppress(BaseException):
            take_for_ever()
        take_for_ever()

    with pytest.raises(OutOfTime), time_limit(SOON):
        catch_it_once()


def test_of_two_limits_the_first_to_be_up_counts() -> None:
    def with_a_limit_of_its_own(seconds: float) -> str:
        try:
            with time_limit(seconds):
                take_for_ever()
        except OutOfTime:
            return "its own"
        return "none"

    with time_limit(LATER):
        assert with_a_limit_of_its_own(SOON) == "its own"
    with pytest.raises(OutOfTime), time_limit(SOON):
        with_a_limit_of_its_own(LATER)


def test_the_outer_limit_goes_on_after_an_inner_one() -> None:
    def go_on_after_an_inner_one() -> None:
        with time_limit(SOON / 10):
            pass
        take_for_ever()

    with pytest.raises(OutOfTime), time_limit(4 * SOON):
        go_on_after_an_inner_one()


def test_outside_the_main_thread_there_is_none() -> None:
    done = threading.Event()

    def work() -> None:
        with time_limit(SOON):
            time.sleep(2 * SOON)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done.is_set()


def test_a_deadline_is_shared_out_between_what_is_left() -> None:
    deadline = Deadline(LATER)
    assert deadline.share(1) == pytest.approx(LATER, abs=1)
    assert deadline.share(3) == pytest.approx(LATER / 3, abs=1)
    assert 0 < Deadline(-1).share(5) < 1


def test_more_memory_than_allowed_is_an_error_that_can_be_caught() -> None:
    with memory_limit(1 << 40):
        assert len(bytearray(1 << 20)) == 1 << 20
    with pytest.raises(MemoryError), memory_limit(64 << 20):
        bytearray(1 << 30)
    assert len(bytearray(256 << 20)) == 256 << 20


def test_of_two_limits_on_memory_the_lower_counts() -> None:
    with pytest.raises(MemoryError), memory_limit(64 << 20), memory_limit(1 << 40):
        bytearray(1 << 30)


def test_without_a_figure_memory_is_not_limited() -> None:
    with memory_limit(None):
        assert bytearray(1 << 20)
