"""The real Lambda runtime interface: a handler as Lambda calls it, with nothing on its path but what Lambda has there.

AWS's emulator of it, which aws-sam-cli carries, starts Python with AWS's runtime interface client, as Lambda
does, and hands events over to it. It is for Linux only.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .emulator import ENVIRONMENTS, without_aws
from .stack import host_architecture

IS_HERE = platform.system() == "Linux"
# What AWS has in its runtime for Python, besides Python.
_RUNTIME_PACKAGES = (
    "awslambdaric", "boto3", "botocore", "dateutil", "jmespath", "runtime_client", "s3transfer", "simplejson", "six",
    "snapshot_restore_py", "urllib3",
)  # fmt: skip
_START_SECONDS = 60


class Runtime:
    """A handler behind the runtime interface. It is started at the first call."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self._port = port
        self._process = process

    def invoke(self, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the handler answers
        """What the handler answers, or how it failed, as Lambda tells that."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/2015-03-31/functions/function/invocations", json.dumps(event).encode()
        )
        with urllib.request.urlopen(request, timeout=_START_SECONDS) as response:  # noqa: S310 - on this machine
            return json.loads(response.read())

    def processor_seconds(self) -> float:
        """How long its Python has kept a processor busy since it was started."""
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = status.read_text().rpartition(")")[2].split()
                if int(fields[1]) == self._process.pid:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def is_listening(self) -> bool:
        """Whether calls can come."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


@contextmanager
def lambda_runtime(
    handler: str, paths: Sequence[Path], environment: Mapping[str, str], *, home: Path
) -> Iterator[Runtime]:
    """A runtime that imports `handler` from `paths`, and logs to `runtime.log` in the folder `home`."""
    ports = _free_port(), _free_port()
    own = without_aws(os.environ) | dict(environment)
    own |= {
        "PYTHONPATH": os.pathsep.join(map(str, [*paths, _gathered_packages(home)])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "clean-article",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
    }
    interface = _interface_emulator()
    with (home / "runtime.log").open("ab") as log:
        process = subprocess.Popen(
            [
                interface, "--runtime-interface-emulator-address", f"127.0.0.1:{ports[0]}",
                "--runtime-api-address", f"127.0.0.1:{ports[1]}",
                # -S: nothing of this environment's own packages can be imported.
                sys.executable, "-S", "-m", "awslambdaric", handler,
            ],
            cwd=paths[0], env=own, stdout=log, stderr=log,
        )  # fmt: skip
    runtime = Runtime(ports[0], process)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not runtime.is_listening():
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"The runtime interface does not answer: see {home / 'runtime.log'}.")
            time.sleep(0.02)
        yield runtime
    finally:
        process.terminate()
        process.wait()


def runtime_packages() -> list[Path]:
    """Where those packages and modules of this environment lie that Lambda has as well."""
    places = []
    for name in _RUNTIME_PACKAGES:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise ModuleNotFoundError(f"{name} is not here: run `make test`, which sets up what it needs.")
        place = Path(found.origin)
        places.append(place.parent if place.name == "__init__.py" else place)
    return places


def _gathered_packages(home: Path) -> Path:
    """A folder with those packages, and no others."""
    folder = home / "packages"
    if not folder.exists():
        folder.mkdir(parents=True)
        for place in runtime_packages():
            folder.joinpath(place.name).symlink_to(place)
    return folder


def _interface_emulator() -> Path:
    suffix = "arm64" if host_architecture() == "arm64" else "x86_64"
    (binary,) = (ENVIRONMENTS / "sam").glob(f"lib/python3.*/site-packages/samcli/local/rapid/aws-lambda-rie-{suffix}")
    binary.chmod(binary.stat().st_mode | 0o100)
    return binary


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
