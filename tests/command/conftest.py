"""The command as `pip install .` installs it: the wheel, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = ROOT / ".local" / "uv" / "bin" / "uv"


@dataclass(frozen=True)
class Command:
    """Runs it in a folder, and waits for it."""

    installed: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | {"PYTHONPATH": str(self.installed), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}

    def line(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, str(self.installed / "bin" / "article-cleanup"), *map(str, arguments)]

    def run(
        self, *arguments: str | Path, stdin: bytes | None = None, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.line(*arguments),
            cwd=self.folder,
            env=self.environment | dict(more or {}),
            input=b"" if stdin is None else stdin,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def output(self, *arguments: str | Path, stdin: bytes | None = None) -> str:
        """What it prints, when all is well."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def refusal(self, *arguments: str | Path, stdin: bytes | None = None, code: int = 2) -> str:
        """What it says when it cannot do as asked. It never shows a traceback, and prints no result."""
        done = self.run(*arguments, stdin=stdin)
        said = done.stderr.decode()
        assert done.returncode == code, said
        assert "Traceback" not in said
        assert done.stdout == b""
        return " ".join(said.split())

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def files(self, folder: str) -> set[str]:
        root = self.folder / folder
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def _uv(*arguments: str | Path) -> None:
    command: Sequence[str] = [str(UV), *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ | {"UV_OFFLINE": "1"})


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    _uv(
        "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--python", sys.executable,
        "--target", folder, ROOT,
    )  # fmt: skip
    return folder


@pytest.fixture
def command(installed: Path, tmp_path: Path) -> Command:
    return Command(installed, tmp_path)
