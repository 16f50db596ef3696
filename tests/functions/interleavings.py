"""Every order in which the steps of several invocations can come, with S3 as a value.

A step is one call of S3. An invocation does the same again whenever it is answered the same, so what it does next
follows from the answers that it has had. That makes the state of everything a value: what S3 holds, and the answers of
each invocation. From the first state on, every step that could come next is taken, and states that were met before are
not looked at again. No threads, no chance: what holds in every state that is found holds in every order.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from article_pipeline.model import ObjectRef
from article_pipeline.objects import ObjectStore
from article_pipeline.processing import SourceKeepsChanging, process
from article_pipeline.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SOURCE, OUTPUT, KEY = "in", "out", "a.txt"
SETTINGS = Settings(input_bucket=SOURCE, output_bucket=OUTPUT, max_article_bytes=1000)
OTHER = replace(SETTINGS, max_article_seconds=1)  # for invocations to which something else comes of an article

Place = tuple[str, str]  # bucket and key


@dataclass(frozen=True)
class Stored:
    """The latest version of an object. Only those of the source are numbered: nobody asks for the others."""

    body: bytes
    etag: str
    version_id: str = "null"
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Call:
    """A call of S3 that an invocation is about to make."""

    operation: str
    place: Place
    body: bytes = b""
    metadata: tuple[tuple[str, str], ...] = ()
    if_match: str | None = None
    if_none_match: str | None = None

    @classmethod
    def of(cls, operation: str, request: Mapping[str, Any]) -> Call:
        """The call that boto3 is asked for with those arguments."""
        return cls(
            operation=operation,
            place=(request["Bucket"], request["Key"]),
            body=request.get("Body", b""),
            metadata=tuple(sorted(request.get("Metadata", {}).items())),
            if_match=request.get("IfMatch"),
            if_none_match=request.get("IfNoneMatch"),
        )


Answer = Stored | str | None  # an object, the code of an error, or nothing
History = tuple[Settings, tuple[Answer, ...]]  # what an invocation began with, and the answers that it has had


@dataclass(frozen=True)
class S3:
    """What S3 holds, and how many versions of the source there have been."""

    objects: frozenset[tuple[Place, Stored]] = frozenset()
    versions: int = 0

    def at(self, place: Place) -> Stored | None:
        return dict(self.objects).get(place)

    def answer(self, call: Call) -> tuple[S3, Answer]:
        """What S3 is after a call, and what it answers."""
        there = self.at(call.place)
        if call.operation in {"GetObject", "HeadObject"}:
            return self, there or ("NoSuchKey" if call.operation == "GetObject" else "404")
        if call.operation == "DeleteObject":
            return self.delete(call.place), None
        if call.if_match and there is None:
            return self, "NoSuchKey"
        if (call.if_none_match and there) or (call.if_match and there and call.if_match != f'"{there.etag}"'):
            return self, "PreconditionFailed"
        return self.put(call.place, call.body, call.metadata), None

    def put(self, place: Place, body: bytes, metadata: tuple[tuple[str, str], ...] = ()) -> S3:
        is_source = place[0] == SOURCE
        versions = self.versions + is_source
        version_id = f"v{versions}" if is_source else "null"
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        stored = Stored(body=body, etag=etag, version_id=version_id, metadata=metadata)
        return S3(self.delete(place).objects | {(place, stored)}, versions)

    def delete(self, place: Place) -> S3:
        return replace(self, objects=frozenset(item for item in self.objects if item[0] != place))


class _Waits(BaseException):
    """An invocation has had all the answers that there are, and is about to make the next call."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call


class _Client:
    """An S3 client that gives the answers it was made with, and stops at the first call that has none."""

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        self._answers = iter(answers)

    def get_object(self, **request: object) -> dict[str, Any]:
        stored = self._answer(Call.of("GetObject", request))
        return self._described(stored) | {"Body": StreamingBody(io.BytesIO(stored.body), len(stored.body))}

    def head_object(self, **request: object) -> dict[str, Any]:
        return self._described(self._answer(Call.of("HeadObject", request)))

    def put_object(self, **request: object) -> None:
        self._answer(Call.of("PutObject", request))

    def delete_object(self, **request: object) -> None:
        self._answer(Call.of("DeleteObject", request))

    def _answer(self, call: Call) -> Stored:
        for answer in self._answers:
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": ""}}, call.operation)
            return cast("Stored", answer)
        raise _Waits(call)

    @staticmethod
    def _described(stored: Stored) -> dict[str, Any]:
        return {
            "ETag": f'"{stored.etag}"',
            "VersionId": stored.version_id,
            "Metadata": dict(stored.metadata),
            "ContentLength": len(stored.body),
        }


class System(NamedTuple):
    """All that is: S3, what the owner will still do, messages in the queue, and the invocations at work.

    S3 and the invocations are numbers that `Explorer` gave them. Messages are all alike: each names the key.
    """

    s3: int
    todo: tuple[bytes | None, ...]
    waiting: int
    running: tuple[int, ...]
    kills: int
    others: int

    def is_settled(self) -> bool:
        """Whether nothing is left that could still change anything."""
        return not (self.todo or self.waiting or self.running)


@dataclass
class Explorer:
    """Finds the states that a system can come to.

    `watch` is shown each call that changes something, with what S3 held before. `at_once` is how many invocations are
    at work together, at most; `duplicates` how many messages the queue hands over once more; `others` how many
    invocations can have the settings OTHER.
    """

    watch: Callable[[S3, Call], None]
    key: str = KEY
    at_once: int = 2
    duplicates: int = 0
    others: int = 0
    states: int = 0
    _s3: list[S3] = field(default_factory=list)
    _s3_numbers: dict[S3, int] = field(default_factory=dict)
    _histories: list[History] = field(default_factory=list)
    _history_numbers: dict[History, int] = field(default_factory=dict)
    _calls: dict[int, Call | bool] = field(default_factory=dict)
    _steps: dict[tuple[int, int], tuple[int, int, str]] = field(default_factory=dict)

    def settled(self, todo: tuple[bytes | None, ...], *, kills: int = 0) -> Iterator[tuple[S3, list[str]]]:
        """What S3 holds in every state in which nothing is left to do, and how one comes there.

        The owner does what `todo` has, in this order, at any times: puts the object with these bytes, or deletes it.
        """
        first = self._first(todo, kills)
        came: dict[System, tuple[System, str] | None] = {first: None}
        stack = [first]
        while stack:
            system = stack.pop()
            if system.is_settled():
                yield self._s3[system.s3], _way(came, system)
            for how, following in self._following(system):
                if following not in came:
                    came[following] = system, how
                    stack.append(following)
        self.states = len(came)

    def wander(self, todo: tuple[bytes | None, ...], chance: random.Random, *, kills: int = 0) -> tuple[S3, list[str]]:
        """The same for one state, to which chance leads."""
        system, way = self._first(todo, kills), []
        while not system.is_settled():
            how, system = chance.choice(list(self._following(system)))
            way.append(how)
        return self._s3[system.s3], way

    def _first(self, todo: tuple[bytes | None, ...], kills: int) -> System:
        return System(s3=self._s3_number(S3()), todo=todo, waiting=0, running=(), kills=kills, others=self.others)

    def _following(self, system: System) -> Iterator[tuple[str, System]]:
        if system.todo:
            yield self._owner_acts(system)
        if system.waiting and len(system.running) < self.at_once:
            for is_other in (False, True)[: 1 + system.others]:
                history = self._history_number((OTHER if is_other else SETTINGS, ()))
                begun = system._replace(waiting=system.waiting - 1, running=tuple(sorted((*system.running, history))))
                yield f"invocation {history} begins", begun._replace(others=system.others - is_other)
        for history in set(system.running):
            place = system.running.index(history)
            others = system.running[:place] + system.running[place + 1 :]
            yield self._invocation_goes_on(system, history, others)
            if system.kills:
                killed = system._replace(kills=system.kills - 1, waiting=system.waiting + 1, running=others)
                yield f"invocation {history} is killed", killed

    def _owner_acts(self, system: System) -> tuple[str, System]:
        body, *todo = system.todo
        s3, place = self._s3[system.s3], (SOURCE, self.key)
        if body is None:
            return "the owner deletes", system._replace(todo=tuple(todo), s3=self._s3_number(s3.delete(place)))
        messages = 1 if s3.versions else 1 + self.duplicates
        put = system._replace(todo=tuple(todo), waiting=system.waiting + messages)
        return f"the owner puts {body!r}", put._replace(s3=self._s3_number(s3.put(place, body)))

    def _invocation_goes_on(self, system: System, history: int, others: tuple[int, ...]) -> tuple[str, System]:
        if (system.s3, history) not in self._steps:
            self._steps[system.s3, history] = self._step(system.s3, history)
        s3, then, how = self._steps[system.s3, history]
        following = self._next_call(then)
        if isinstance(following, Call):
            return how, system._replace(s3=s3, running=tuple(sorted((*others, then))))
        failed = not following
        return f"{how}, and ends", system._replace(s3=s3, running=others, waiting=system.waiting + failed)

    def _step(self, number: int, history: int) -> tuple[int, int, str]:
        s3, call = self._s3[number], self._next_call(history)
        assert isinstance(call, Call)
        after, answer = s3.answer(call)
        if after != s3:
            self.watch(s3, call)
        settings, answers = self._histories[history]
        then = self._history_number((settings, (*answers, answer)))
        how = f"invocation {history}, now {then}: {call.operation} {'/'.join(call.place)}: {answer}"
        return self._s3_number(after), then, how

    def _next_call(self, history: int) -> Call | bool:
        """The next call of an invocation that had those answers; without one, whether it ended well."""
        if history not in self._calls:
            self._calls[history] = _next_call(self.key, *self._histories[history])
        return self._calls[history]

    def _s3_number(self, s3: S3) -> int:
        number = self._s3_numbers.setdefault(s3, len(self._s3))
        if number == len(self._s3):
            self._s3.append(s3)
        return number

    def _history_number(self, history: History) -> int:
        number = self._history_numbers.setdefault(history, len(self._histories))
        if number == len(self._histories):
            self._histories.append(history)
        return number


def _next_call(key: str, settings: Settings, answers: tuple[Answer, ...]) -> Call | bool:
    store = ObjectStore(cast("S3Client", _Client(answers)))
    try:
        process(ObjectRef(bucket=SOURCE, key=key), store, settings)
    except _Waits as waits:
        return waits.call
    except SourceKeepsChanging:
        return False
    return True


def _way(came: Mapping[System, tuple[System, str] | None], system: System) -> list[str]:
    steps: list[str] = []
    while (step := came[system]) is not None:
        system, how = step
        steps.append(how)
    return steps[::-1]
