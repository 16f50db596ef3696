"""An emulated AWS as a process: started, found again, stopped.

It is MiniStack, on 127.0.0.1 only, with IAM and bucket policies enforced, and over TLS, since the template's buckets
take nothing else. It keeps everything in memory, and what is stopped is forgotten, unless it is told to keep it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPSConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".local" / "envs"
REGION = "us-east-1"
USUAL_PORT = 4566
_START_SECONDS = 60
_STOP_SECONDS = 40  # it waits 30 for clients that keep connections open


class LocalStackError(Exception):
    """Something that a person at this machine must know of. The message is all that they are shown."""


class Emulator:
    """An emulated AWS that keeps its certificates, logs and scratch files in `home`.

    One that `keeps_state` goes on, when it is started again, with what it had when it was stopped: objects, messages,
    and all that was deployed.
    """

    def __init__(self, home: Path, *, keeps_state: bool = False) -> None:
        self.home = home
        self.keeps_state = keeps_state
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where it logs to, and the functions that run in it."""
        return self.home / "emulator.log"

    @property
    def authority(self) -> Path:
        """The certificate that its clients trust."""
        return self.home / "ca.pem"

    @property
    def endpoint(self) -> str:
        """Its address. Raises `LocalStackError` when it was not started."""
        return f"https://127.0.0.1:{self._state()['port']}"

    @property
    def plain_endpoint(self) -> str:
        """Its address without TLS, where it was started with one."""
        return f"http://127.0.0.1:{self._state()['plain_port']}"

    def client_environment(self) -> dict[str, str]:
        """The environment variables with which any AWS client reaches it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.authority),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
        }

    def is_running(self) -> bool:
        """Whether it answers. Another stack on the same port does not count: its certificate is another."""
        if not self._is_alive():
            return False
        connection = HTTPSConnection("127.0.0.1", self._state()["port"], timeout=5, context=self._tls)
        try:
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def start(self, *, port: int | None = None, plain: bool = False) -> None:
        """Starts it, on `port` (0 for any) or one of its own choice, and waits until it answers.

        If `plain`, it listens without TLS as well, for those who want to be refused. Raises `LocalStackError`, with the
        end of its log, when it does not answer.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        scratch = self.home / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        if not self.authority.exists():
            subprocess.run([_python(), str(Path(__file__).with_name("certificate.py")), str(self.home)], check=True)
        # Ports are taken here and handed over, so that nobody else can take them in between.
        with ExitStack() as opened:
            lock, log = opened.enter_context(self._lock.open("w")), opened.enter_context(self.log.open("wb"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            listeners = {"--bind": opened.enter_context(_listen(port))}
            if plain:
                listeners["--insecure-bind"] = opened.enter_context(_listen(0))
            ports = [int(listener.getsockname()[1]) for listener in listeners.values()]
            files = {option: listener.fileno() for option, listener in listeners.items()}
            self._process = subprocess.Popen(
                [
                    _python(), "-m", "hypercorn", "ministack.app:app",
                    *(part for option, file in files.items() for part in (option, f"fd://{file}")),
                    "--certfile", self.home / "server.pem", "--keyfile", self.home / "server.key",
                    "--keep-alive", "75",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=scratch, start_new_session=True,
                env=self._own_environment(ports[0], scratch), pass_fds=[lock.fileno(), *files.values()],
            )  # fmt: skip
        self._state_file.write_text(json.dumps({"pid": self._process.pid, "port": ports[0], "plain_port": ports[-1]}))
        self._wait_until_it_answers(self._process)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_running():
            if process.poll() is not None:
                raise LocalStackError(
                    f"The emulated AWS ended as it started. The end of {self.log}:\n\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                self.stop()
                raise LocalStackError(
                    f"The emulated AWS did not answer in {_START_SECONDS} s. The end of {self.log}:\n\n"
                    f"{self.log_tail()}"
                )
            time.sleep(0.1)

    def stop(self) -> bool:
        """Stops it and every function that runs in it. Returns whether there was anything to stop."""
        was_alive = self._is_alive()
        if was_alive:
            group = self._state()["pid"]
            # A signal to all its processes ends them at once. Where its state is to be kept, its first one must be left
            # to end the others.
            gently = os.kill if self.keeps_state else os.killpg
            for tell, end in ((gently, signal.SIGTERM), (os.killpg, signal.SIGKILL)):
                with suppress(ProcessLookupError):
                    tell(group, end)
                if self._has_ended_within(_STOP_SECONDS):
                    break
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)  # what it left behind
        self._state_file.unlink(missing_ok=True)
        if self._process:
            self._process.wait()
        return was_alive

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        with self.log.open(errors="replace") as log:
            return "".join(deque(log, maxlen=lines)).rstrip()

    @property
    def _state_file(self) -> Path:
        return self.home / "emulator.json"

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)

    def _state(self) -> dict[str, int]:
        try:
            state: dict[str, int] = json.loads(self._state_file.read_text())
        except FileNotFoundError:
            raise LocalStackError("No local AWS is running. Start one with `make up`.") from None
        return state

    @property
    def _lock(self) -> Path:
        """A file that the process holds locked for as long as it lives. Unlike its number, nobody else can have it."""
        return self.home / "emulator.lock"

    def _is_alive(self) -> bool:
        if not self._state_file.exists() or not self._lock.exists():
            return False
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def _has_ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _own_environment(self, port: int, scratch: Path) -> dict[str, str]:
        return without_aws(os.environ) | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(self.home / "server.pem"),
            "MINISTACK_SSL_KEY": str(self.home / "server.key"),
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(scratch),
            "IOT_MTLS_ENABLED": "0",  # else it listens for devices, on every address
            "PERSIST_STATE": str(int(self.keeps_state)),
            "STATE_DIR": str(self.home / "state"),
            "S3_PERSIST": str(int(self.keeps_state)),
            "S3_DATA_DIR": str(self.home / "objects"),
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            # What its functions trust.
            "AWS_CA_BUNDLE": str(self.authority),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no AWS client finds the account, the profile or the keys of whoever works here.

    Nor does Python find this checkout's packages in it: a deployed function must bring its own.
    """
    others = ("AWS_", "SAM_CLI_", "PYTHONPATH")
    kept = {name: value for name, value in environment.items() if not name.startswith(others)}
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _listen(port: int | None) -> socket.socket:
    """A socket on `port`; without one, on the usual port of AWS emulators if nobody has it, or else on any."""
    for candidate in (USUAL_PORT, 0) if port is None else (port,):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(1024)
        except OSError:
            listener.close()
            continue
        return listener
    raise LocalStackError(f"Port {port} is taken on this machine. Stop what has it, or leave the choice to me.")


def _python() -> str:
    return str(ENVIRONMENTS / "emulator" / "bin" / "python")
