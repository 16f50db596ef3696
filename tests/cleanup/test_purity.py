"""The layer can be lifted out: it needs nothing but the standard library, and does nothing as it is imported."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LAYER = Path(__file__).parents[2] / "layers" / "cleanup"
SOURCES = sorted((LAYER / "article_cleanup").rglob("*.py"))
FORBIDDEN = {
    "os",
    "socket",
    "ssl",
    "urllib",
    "http",
    "time",
    "datetime",
    "random",
    "secrets",
    "uuid",
    "tempfile",
    "subprocess",
    "threading",
    "logging",
    "locale",
}

# Reports what an import or a cleanup does beyond reading the package's own code. Python's own way of finding modules
# lists folders and opens files of code, and is left out.
_WATCH = """
import json, os, sys
seen, modules = [], set(sys.modules)
def watch(event, args):
    if event == "open" and not str(args[0]).endswith((".py", ".pyc")) and not isinstance(args[0], int):
        seen.append(f"open {args[0]}")
    elif event.startswith(("socket.", "subprocess.", "os.system", "os.putenv", "os.exec", "os.fork", "urllib.")):
        seen.append(event)
class Watched(dict):
    def __getitem__(self, key): seen.append(f"environment {key}"); return dict.__getitem__(self, key)
    def get(self, key, default=None): seen.append(f"environment {key}"); return dict.get(self, key, default)
    def __contains__(self, key): seen.append(f"environment {key}"); return dict.__contains__(self, key)
os.environ = Watched(os.environ)
sys.addaudithook(watch)
import article_cleanup
at_import = list(seen)
text = "The tide came in.\\nVideo\\nThe tide came in.\\n"
article_cleanup.clean(text)
after_first = len(seen)
article_cleanup.clean(text * 2)
loaded = sorted({name.partition(".")[0] for name in set(sys.modules) - modules})
first, second = seen[len(at_import):after_first], seen[after_first:]
print(json.dumps({"import": at_import, "first": first, "second": second, "modules": loaded}))
"""


@pytest.fixture(scope="module")
def report() -> dict[str, list[str]]:
    """What an interpreter that has only the layer did."""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path.insert(0, {str(LAYER)!r})\n{_WATCH}"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, list[str]] = json.loads(answer.stdout)
    return found


def test_an_import_reads_no_file_no_environment_and_opens_no_connection(report: dict[str, list[str]]) -> None:
    assert report["import"] == []


def test_the_first_cleanup_reads_the_lexicons_and_nothing_else(report: dict[str, list[str]]) -> None:
    assert report["first"]
    assert [event for event in report["first"] if not event.endswith(".json") or "/lexicons/" not in event] == []


def test_later_cleanups_read_nothing(report: dict[str, list[str]]) -> None:
    assert report["second"] == []


def test_only_the_standard_library_is_loaded(report: dict[str, list[str]]) -> None:
    assert "article_cleanup" in report["modules"]
    assert [
        name for name in report["modules"] if name not in sys.stdlib_module_names and name != "article_cleanup"
    ] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(LAYER)))
def test_a_module_imports_nothing_of_clock_chance_network_or_environment(path: Path) -> None:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
    assert names - sys.stdlib_module_names == set()
    assert names & FORBIDDEN == set()
