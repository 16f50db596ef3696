"""A run over many files: it counts what becomes of them, shows how far it is, and can be interrupted."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import Progress

from . import view
from .articles import Done
from .parallel import Item
from .parallel import run as run_parallel


class Interrupted(Exception):
    """It was stopped from outside, with nothing left half done."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of files so far, and the bar that shows it."""

    tally: view.Tally
    bar: Progress

    def add(self, done: Done) -> None:
        """Counts a file, and shows what went wrong with it."""
        self.tally.add(done, self.bar.console)

    def add_all(self, work: Callable[[Item], Done], items: Sequence[Item], *, jobs: int) -> None:
        """Does the work on each item, and counts what became of it."""
        task = self.bar.add_task("articles", total=len(items))
        for done in run_parallel(work, items, jobs=jobs):
            self.add(done)
            self.bar.advance(task)


@contextmanager
def interruptible(doing: str, count: int, *, quiet: bool) -> Iterator[Run]:
    """A run over so many files, while the block lasts. Interrupted, it raises `Interrupted`."""
    # Whoever ends this process politely is obeyed as a Ctrl-C is: what is begun is finished or taken back.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = view.Tally()
    try:
        with view.progress(doing, quiet=quiet) as bar:
            yield Run(tally, bar)
    except KeyboardInterrupt:
        # The command ends now. Pressed again, that must not end it otherwise.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        left = view.counted(count - tally.sources, "file")
        raise Interrupted(f"Interrupted with {left} to do at most. The same command goes on from here.") from None
    finally:
        signal.signal(signal.SIGTERM, before)
