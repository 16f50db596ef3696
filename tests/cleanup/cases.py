"""Golden cases: articles with one kind of damage, and texts that only look damaged. They lie in `cases/`, as TOML.

Each file has `[[strips]]`, damaged text with what it must become and the rules of its removals in the order of the
source, and `[[spares]]`, text that must come through as it is. `{ferry}` stands for the paragraph of that name in
`paragraphs.toml`, or in the file's own `[paragraphs]`. A case with `fails` is one that the cleaner gets wrong, and why:
it is expected to fail, and must lose its mark when it no longer does.

`[[lines]]` are for short: single lines that must stay between two paragraphs. Those that do not are named in `fails`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"
_PLACE = re.compile(r"\{(\w+)\}")
_FIELDS = {
    "strips": {"name", "text", "expected", "rules", "options", "fails"},
    "spares": {"name", "text", "options", "fails"},
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One text, and what it must become; the same, without removals, if it is to be spared."""

    id: str
    text: str
    expected: str
    rules: tuple[str, ...]
    options: Mapping[str, object] = field(default_factory=dict)
    fails: str | None = None


def load_cases() -> Iterator[Case]:
    shared = _read(FOLDER / "paragraphs.toml")
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name != "paragraphs.toml":
            yield from _cases(path.stem, _read(path), shared)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _cases(stem: str, content: dict[str, Any], shared: dict[str, str]) -> Iterator[Case]:
    paragraphs = {**shared, **content.pop("paragraphs", {})}
    for row in content.pop("lines", []):
        yield from _lines(stem, row, paragraphs)
    for kind, rows in content.items():
        for row in rows:
            if unknown := row.keys() - _FIELDS[kind]:
                raise ValueError(f"{stem}: {row['name']!r} has unknown fields {sorted(unknown)}.")
            text = _fill(row["text"], paragraphs)
            yield Case(
                id=f"{stem}: {row['name']}",
                text=text,
                expected=_fill(row["expected"], paragraphs) if kind == "strips" else text,
                rules=tuple(row["rules"]) if kind == "strips" else (),
                options=row.get("options", {}),
                fails=row.get("fails"),
            )


def _lines(stem: str, row: dict[str, Any], paragraphs: Mapping[str, str]) -> Iterator[Case]:
    for line in row["spared"]:
        text = _fill(f"{{{row['between'][0]}}}\n{line}\n{{{row['between'][1]}}}\n", paragraphs)
        yield Case(id=f"{stem}: {line}", text=text, expected=text, rules=())
    for reason, lines in row.get("fails", {}).items():
        for line in lines:
            yield replace(next(_lines(stem, {**row, "spared": [line], "fails": {}}, paragraphs)), fails=reason)


def _fill(text: str, paragraphs: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: paragraphs[place[1]], text)
