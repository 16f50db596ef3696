"""Faults between the function and its storage: a server on 127.0.0.1 that hands requests on to S3, or fails them.

What fails is real: sockets are reset, bodies end too early, answers never come. The function's own client meets it.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from local.emulator import Emulator

_LONGEST_SILENCE = 60.0


@dataclass(frozen=True)
class Response:
    """What S3 answered. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client's, with one to the emulated AWS behind it."""

    protocol_version = "HTTP/1.1"
    storage: FaultyStorage

    def setup(self) -> None:
        super().setup()
        self.s3 = self.storage.connect()

    def finish(self) -> None:
        super().finish()
        self.s3.close()

    def serve(self) -> None:
        self.storage.serve(Exchange(self))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = serve  # noqa: N815 - the names that it asks for

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass  # connections break here all the time


class Exchange:
    """A request that has come, and what can be done with it."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler
        self._body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))

    @property
    def request(self) -> str:
        """Method and path, as in `PUT /bucket/key`."""
        return f"{self._handler.command} {self._handler.path}"

    def hand_on(self) -> Response:
        """Has S3 do what it is asked for."""
        connection = self._handler.s3
        path = self._handler.path
        connection.putrequest(self._handler.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in self._handler.headers.items():
            if name.lower() not in {"connection", "expect"}:
                connection.putheader(name, value)
        connection.endheaders(self._body)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, headers, answer.read())

    def answer(self, response: Response, *, pieces: int = 1, of: float = 1.0) -> None:
        """Answers, in so many `pieces`, and with no more than this share `of` the body."""
        handler = self._handler
        handler.send_response(response.status)
        length = response.headers.get("content-length") if handler.command == "HEAD" else str(len(response.body))
        for name, value in response.headers.items():
            if name not in {"connection", "content-length", "transfer-encoding", "date", "server"}:
                handler.send_header(name, value)
        handler.send_header("Content-Length", length or "0")
        handler.end_headers()
        if handler.command != "HEAD":
            body = response.body[: int(len(response.body) * of)]
            step = max(1, -(-len(body) // pieces))
            for start in range(0, len(body), step):
                time.sleep(0.1 if pieces > 1 else 0)
                handler.wfile.write(body[start : start + step])
            if len(body) < len(response.body):
                self.hang_up()

    def fail(self, status: int, code: str) -> None:
        """Answers with an error of S3's."""
        error = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>A fault.</Message></Error>'
        self.answer(Response(status, {"content-type": "application/xml"}, error.encode()))

    def hang_up(self) -> None:
        """Resets the connection."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.close_connection = True

    def say_nothing(self) -> None:
        """Keeps the client waiting until it has had enough."""
        self._handler.connection.settimeout(_LONGEST_SILENCE)
        self._handler.connection.recv(1)
        self._handler.close_connection = True


Fault = Callable[[Exchange], None]


def no_fault(exchange: Exchange) -> None:
    exchange.answer(exchange.hand_on())


def slow_down(exchange: Exchange) -> None:
    exchange.fail(503, "SlowDown")


def too_many_requests(exchange: Exchange) -> None:
    exchange.fail(429, "TooManyRequests")


def internal_error(exchange: Exchange) -> None:
    exchange.fail(500, "InternalError")


def access_denied(exchange: Exchange) -> None:
    exchange.fail(403, "AccessDenied")


def reset(exchange: Exchange) -> None:
    exchange.hang_up()


def lost_answer(exchange: Exchange) -> None:
    exchange.hand_on()
    exchange.hang_up()


def silence(exchange: Exchange) -> None:
    exchange.say_nothing()


def slow_body(exchange: Exchange) -> None:
    exchange.answer(exchange.hand_on(), pieces=8)


def cut_body(exchange: Exchange) -> None:
    exchange.answer(exchange.hand_on(), of=0.5)


@dataclass
class FaultyStorage:
    """S3 as the function sees it. `choose` says what becomes of each request; `requests` are those that came."""

    emulator: Emulator
    choose: Callable[[str], Fault] = field(default=lambda _request: no_fault)
    requests: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[FaultyStorage]:
        """Serves on a port of its own."""
        handler = type("Handler", (_Handler,), {"storage": self})
        with _Server(("127.0.0.1", 0), handler) as server:
            self._port = server.server_port
            Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def connect(self) -> HTTPSConnection:
        """A connection to the emulated AWS."""
        port = int(self.emulator.endpoint.rpartition(":")[2])
        return HTTPSConnection("127.0.0.1", port, context=self._tls, timeout=60)

    def serve(self, exchange: Exchange) -> None:
        with self._lock:
            self.requests.append(exchange.request)
            fault = self.choose(exchange.request)
        try:
            fault(exchange)
        except (ConnectionError, TimeoutError):
            exchange.hang_up()  # the client has gone

    @contextmanager
    def faults(self, choose: Callable[[str], Fault]) -> Iterator[None]:
        """Has `choose` decide for a while. It is asked about one request at a time."""
        before, self.choose = self.choose, choose
        self.requests.clear()
        try:
            yield
        finally:
            self.choose = before

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._tls = ssl.create_default_context(cafile=self.emulator.authority)
        self._port = 0


def at(step: int, fault: Fault) -> Callable[[str], Fault]:
    """The fault at one request, counted from 1, and none at the others."""
    count = 0

    def choose(_request: str) -> Fault:
        nonlocal count
        count += 1
        return fault if count == step else no_fault

    return choose
