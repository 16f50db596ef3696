"""Which articles a command is about: files, all files of folders, files that fit a pattern, or standard input."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from hashlib import md5
from mimetypes import MimeTypes
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from article_pipeline.keys import is_packed
from article_pipeline.model import ArticleRejected, ObjectVersion, SourceObject
from article_pipeline.packed import unpack_stream

from .folders import KINDS, OutputFolder
from .problems import Problem

STDIN = "-"
# The name of standard input, unless it was given one.
UNNAMED = "stdin"
# A report names the bucket that its source is in. A file is in none.
BUCKET = "local"
_PIECE_BYTES = 1 << 20
_FIRST_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, or standard input where `path` is None. `key` is its name, as it would be in a bucket."""

    key: str
    path: Path | None

    @property
    def is_packed(self) -> bool:
        """Whether it holds JSON lines, an article each."""
        return is_packed(self.key)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return "standard input" if self.path is None else _printable(str(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that was found. `are_many` where a folder or a pattern was asked for, even when that has one file.

    `problems` tell what could not be looked into, and `notes` what was passed over.
    """

    found: tuple[Source, ...]
    are_many: bool
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_sources(names: Iterable[str], *, stdin_key: str = UNNAMED, output: OutputFolder | None = None) -> Sources:
    """The sources that files, folders, patterns and `-` name, and that are to go to `output`, if that is a folder.

    Folders are searched to their depths, but for what is hidden, and what was cleaned into a folder that lies in them.
    Keys are paths from the folder that all have in common. Raises `Problem` where a name leads to nothing, and where a
    source would be written over.
    """
    names = list(dict.fromkeys(names))
    if STDIN in names:
        if names != [STDIN]:
            raise Problem("Standard input (-) cannot be cleaned together with files: name one or the other.")
        return Sources(found=(Source(key=stdin_key, path=None),), are_many=False)
    roots: list[str] = []
    paths: dict[str, str] = {}  # as they were named, by what they are
    problems: list[str] = []
    passed_over: dict[str, None] = {}
    was_made = cache(lambda folder: OutputFolder(Path(folder)).was_made())
    are_many = len(names) > 1
    for name in names:
        root, files, is_many = _look_up(name, problems)
        roots.append(root)
        for file in files:
            if is_many and (folder := _cleaned_into(file, root, was_made)):
                passed_over[folder] = None
            else:
                paths[os.path.abspath(file)] = file
        are_many |= is_many
    notes = [
        f"What was cleaned into {_printable(folder)} before is passed over: to have that cleaned, name "
        f"{_printable(os.path.join(folder, 'clean'))}."
        for folder in passed_over
        if not (output and os.path.abspath(folder) == os.path.abspath(output.root))
    ]
    if not paths and not problems:
        raise Problem(" ".join([f"There is nothing to clean in {_printable(', '.join(names))}.", *notes]))
    if output:
        _refuse_sources_in(output, paths)
    common = os.path.commonpath([os.path.abspath(root) for root in roots]) if roots else ""
    found = tuple(Source(key=_key(path, common), path=Path(named)) for path, named in paths.items())
    return Sources(found=found, are_many=are_many, problems=tuple(problems), notes=tuple(notes))


def read_source(source: Source, *, max_bytes: int, charset: str | None = None) -> SourceObject:
    """A source as S3 would give it, were it uploaded with its content type. Raises `OSError`.

    A body of more than `max_bytes` is left unread, as there. Raises `Problem` for JSON from standard input, which has
    no name that would say so.
    """
    with _open(source) as stream:
        body = stream.read(max_bytes + 1)
        if source.path is None and source.key == UNNAMED:
            _refuse_json(body)
        size, etag = _digest(stream, body)
    content_type = f"text/plain; charset={charset}" if charset else _content_type(source.key)
    return _described(source, size, etag, content_type, body if size <= max_bytes else None)


def _refuse_json(body: bytes) -> None:
    try:
        chunks, _ = unpack_stream(iter([body]), max_bytes=len(body) + _PIECE_BYTES)
        beginning = next(chunks, b"")
    except ArticleRejected:
        return  # for what it is
    lines = [line for line in beginning.splitlines() if line.strip()]
    if _is_json_object(beginning):
        raise Problem(
            "Standard input is JSON: say so with --name article.json, or for an article a line with --name news.jsonl."
        )
    # Of JSON lines some can be broken. An article can quote JSON, but does not begin with it.
    if sum(map(_is_json_object, lines[:_FIRST_LINES])) > 1 and _is_json_object(lines[0]):
        raise Problem(
            "Standard input looks like JSON lines: say so with --name news.jsonl, or with --name article.txt if it is "
            "one text."
        )


def _is_json_object(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False


@contextmanager
def open_packed(source: Source) -> Iterator[tuple[SourceObject, Iterator[bytes]]]:
    """A packed file as S3 would describe it, and its bytes in chunks. Raises `OSError`.

    What comes through a pipe goes into a temporary file first: its size and digest are told before its bytes are.
    """
    with ExitStack() as opened:
        stream = opened.enter_context(_open(source))
        if not stream.seekable():
            arriving, stream = stream, opened.enter_context(TemporaryFile())
            copyfileobj(arriving, stream)
            stream.seek(0)
        size, etag = _digest(stream)
        stream.seek(0)
        chunks = iter(partial(stream.read, _PIECE_BYTES), b"")
        yield _described(source, size, etag, _content_type(source.key)), chunks


def _look_up(name: str, problems: list[str]) -> tuple[str, Iterable[str], bool]:
    """The folder that a name's files lie in, those files, and whether they could be many."""
    if os.path.isdir(name):
        return name, _walk(name, problems), True
    if os.path.exists(name):
        return os.path.dirname(name) or ".", [name], False
    if glob.has_magic(name):
        files = sorted(path for path in glob.iglob(name, recursive=True) if os.path.isfile(path))
        if files:
            return _fixed_part(name), files, True
        raise Problem(f"No file fits {name!r}.")
    raise Problem(f"{_printable(name)!r} is not there: name a file, a folder, a pattern, or - for standard input.")


def _walk(folder: str, problems: list[str]) -> Iterator[str]:
    def note(error: OSError) -> None:
        problems.append(f"{_printable(str(error.filename))}: {error.strerror}")

    for path, folders, files in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = os.path.join(path, name)
            if not name.startswith(".") and (os.path.isfile(file) or os.path.islink(file)):
                yield file


def _cleaned_into(file: str, root: str, was_made: Callable[[str], bool]) -> str | None:
    """The folder within a root that a file was cleaned into, if it was."""
    *parts, _ = os.path.relpath(file, root).split(os.sep)
    folders = (os.path.join(root, *parts[:number]) for number, part in enumerate(parts) if part in KINDS)
    return next(filter(was_made, folders), None)


def _refuse_sources_in(output: OutputFolder, paths: Mapping[str, str]) -> None:
    own = tuple(os.path.join(os.path.abspath(folder), "") for folder in output.own_folders())
    for path, named in paths.items():
        if path.startswith(own):
            raise Problem(
                f"{_printable(named)} is to be cleaned, and lies where clean articles are to go: name another folder "
                "with --output."
            )


def _fixed_part(pattern: str) -> str:
    """The folder before the first part of a pattern that has a wildcard."""
    parts = pattern.split(os.sep)
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return os.sep.join(parts[:fixed]) + os.sep if fixed else "."


def _key(path: str, common: str) -> str:
    return _printable(os.path.relpath(path, common)).replace(os.sep, "/")


def _printable(path: str) -> str:
    """A path as Unicode has it. Bytes that are not UTF-8, which some file systems allow, are spelled out."""
    return os.fsencode(path).decode(errors="backslashreplace")


@contextmanager
def _open(source: Source) -> Iterator[IO[bytes]]:
    if source.path is None:
        yield sys.stdin.buffer
    else:
        with source.path.open("rb") as stream:
            yield stream


def _digest(stream: IO[bytes], beginning: bytes = b"") -> tuple[int, str]:
    """The size and the MD5 of a beginning and all that comes after it."""
    size, digest = len(beginning), md5(beginning, usedforsecurity=False)
    while piece := stream.read(_PIECE_BYTES):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _described(source: Source, size: int, etag: str, content_type: str, body: bytes | None = None) -> SourceObject:
    return SourceObject(
        bucket=BUCKET,
        key=source.key,
        version=ObjectVersion(etag=etag, version_id=None),
        size=size,
        body=body,
        content_type=content_type,
    )


def _content_type(key: str) -> str:
    """What `aws s3 cp` would send. What this machine's own list of types says plays no part."""
    return MimeTypes().guess_type(key)[0] or "binary/octet-stream"
