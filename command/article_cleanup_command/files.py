"""Reading files, and writing them so that whoever looks finds them whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from article_pipeline.loaders import unpack

from .problems import Problem

if sys.platform != "win32":  # It lets nobody rename a file that is open, so none is held so there, and none swept.
    import fcntl

_NO_LIMIT = 1 << 40  # zlib takes no larger number than the machine has
_UNFINISHED = ".article-cleanup-"


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A stream for what a file is to hold. The file is put in its place when the block ends, and only if it ends well.

    Folders that are not there yet are made. What is no file, such as `/dev/null` or a pipe, is written to as it is.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    target = path.resolve()  # A link stays one, and the file behind it is replaced.
    target.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(target.parent) as unfinished:
        with unfinished.open("wb") as stream:
            yield stream
        unfinished.replace(target)


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A new file in a folder, for what is not whole yet. While it is locked, `sweep` knows that somebody is at it."""
    path = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
    with ExitStack() as opened:
        try:  # An interrupt can come right after the file is made.
            lock = os.open(path, os.O_CREAT | os.O_EXCL, 0o666)
            if sys.platform == "win32":
                os.close(lock)
            else:
                opened.callback(os.close, lock)
                with suppress(OSError):  # Some file systems have no locks. What is left behind there stays.
                    fcntl.flock(lock, fcntl.LOCK_EX)
            yield path
        finally:
            path.unlink(missing_ok=True)


def sweep(folders: Iterable[Path], *, to_their_depths: bool) -> None:
    """Takes away what runs that were killed left unfinished in folders, and nothing that another is still at."""
    if sys.platform == "win32":
        return
    pattern = _UNFINISHED + "[0-9a-f]" * 16
    for folder in folders:
        for path in folder.rglob(pattern) if to_their_depths else folder.glob(pattern):
            with suppress(OSError), path.open("rb") as unfinished:
                fcntl.flock(unfinished, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file, or leaves what is there. Raises `OSError`. An interrupt meanwhile comes at the end."""
    with _interrupts_held_back(), writing(path) as stream:
        stream.write(content)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Has an interrupt wait for the end of the block. Between two steps it could leave an unfinished file behind."""
    came: list[int] = []
    try:
        with ExitStack() as restored:
            for each in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(each) is signal.default_int_handler:
                    restored.callback(signal.signal, each, signal.default_int_handler)
                    signal.signal(each, lambda number, _: came.append(number))
            yield
    finally:
        if came:
            raise KeyboardInterrupt


def read(path: Path) -> bytes:
    """What a file that was named holds. Raises `Problem`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def writing_named(path: Path) -> Iterator[IO[bytes]]:
    """As `writing`, for a file that was named. Raises `Problem`."""
    try:
        with writing(path) as stream:
            yield stream
    except IsADirectoryError:
        raise Problem(f"{path} is a folder: name a file in it.") from None
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from None


def refuse_to_replace(sources: Iterable[Path | None], path: Path) -> None:
    """Raises `Problem` where a file that is to be written is one of those that are read."""
    for source in filter(None, sources):
        if path.exists() and source.exists() and path.samefile(source):
            raise Problem(f"{path} is the source itself: name another file, or a folder.")


def write(path: Path, content: bytes) -> None:
    """Writes a file that was named. Raises `Problem`."""
    with writing_named(path) as stream:
        stream.write(content)


def to_stdout(content: bytes) -> None:
    """Writes bytes to standard output, after all that was printed there."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def unpacked(content: bytes) -> bytes:
    """What is in a clean article that was written packed, or the article itself. Raises `ArticleRejected`."""
    return unpack(content, max_bytes=_NO_LIMIT)[0]
