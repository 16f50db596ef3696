"""The licences of all that is packed for Lambda, read from the packages themselves: `functions/LICENSES.md`."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

from .emulator import ROOT, LocalStackError

LIST = ROOT / "functions" / "LICENSES.md"


def write_licences(build: str) -> None:
    """Writes the list for what the functions' build has put into a folder."""
    LIST.write_text(list_licences(Path(build)))


def list_licences(build: Path) -> str:
    """The list, as Markdown. Raises `LocalStackError` for a package that lacks its licence's name or text."""
    rows = "\n".join(_row(folder) for folder in sorted(build.glob("*.dist-info")))
    return f"""\
# Licences of what ships

The project is under the [MIT licence](../LICENSE). Its layer is its own code and nothing else. With its functions come
these packages. boto3 comes with the Lambda runtime, and is not packed.

`make licences` makes this list, of what the packages say of themselves.

| Package | Version | Licence | Its text, in the package |
|---|---|---|---|
{rows}
"""


def _row(folder: Path) -> str:
    metadata = Distribution.at(folder).metadata
    name, version = metadata["Name"], metadata["Version"]
    licences = metadata.get_all("License-Expression") or metadata.get_all("License") or []
    wanted = metadata.get_all("License-File") or []
    texts = sorted(f"`{path.relative_to(folder.parent)}`" for path in folder.rglob("*") if path.name in wanted)
    if not licences or not texts:
        raise LocalStackError(f"{name} {version} does not name its licence, or does not bring its text. Look at it.")
    return f"| {name} | {version} | {licences[0]} | {', '.join(texts)} |"
