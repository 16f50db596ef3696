"""Work on many things at once: what an interrupt does to it."""

from __future__ import annotations

import os
import signal

import pytest

from article_cleanup_command.parallel import run


def test_what_is_being_worked_on_is_done_before_an_interrupt_counts() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        done.append(item)

    # What is started from a script's background is deaf to Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(run(work, [1, 2], jobs=1))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == [1]
