"""What Python code can call, read from the docstrings: `docs/reference.md`.

It is Markdown in the repository, so that it can be read where the code is read, with nothing built and no network.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import FunctionType

import article_cleanup

from .emulator import ROOT, LocalStackError

REFERENCE = ROOT / "docs" / "reference.md"
_KINDS = (FunctionType, type, str)
_WIDEST = 100  # of a signature on one line


def write_reference() -> None:
    """Writes the reference."""
    REFERENCE.write_text(describe_package())


def describe_package() -> str:
    """The reference, as Markdown. Raises `LocalStackError` for a public name without a docstring."""
    # Functions first, then the types that they take and give, then constants.
    names = sorted(article_cleanup.__all__, key=lambda name: _KINDS.index(type(getattr(article_cleanup, name))))
    parts = "\n\n".join(map(_describe, names))
    return f"""\
# The library

`make reference` makes this page, of the docstrings. `import article_cleanup` needs Python 3.11 or newer, and nothing
else; `pip install .` brings it with the [command](command.md). It is typed.

{_docstring(article_cleanup, "article_cleanup")}

{parts}
"""


def _describe(name: str) -> str:
    value = getattr(article_cleanup, name)
    if isinstance(value, str):
        return f"## `{name}`\n\nA text, which clean articles have as their `{name.lower()}`."
    parts = [f"## `{name}`", _signature(name, value), _docstring(value, name)]
    if inspect.isclass(value):
        for method, called in _public_methods(value):
            parts += [f"### `{name}.{method}`", called, _docstring(getattr(value, method), f"{name}.{method}")]
    return "\n\n".join(part for part in parts if part)


def _public_methods(cls: type) -> Iterator[tuple[str, str]]:
    """The methods and properties that a class has of its own, each with its signature."""
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property) and value.fget:
            yield name, _code(f"{name}: {value.fget.__annotations__['return']}")
        elif inspect.isroutine(value):
            yield name, _signature(name, getattr(cls, name))


def _signature(name: str, called: Callable[..., object]) -> str:
    """A call with its annotations, as they stand in the code."""
    signature = inspect.signature(called)
    parameters = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
    shown = [_parameter(parameter) for parameter in parameters]
    keyword = next((number for number, each in enumerate(parameters) if each.kind is each.KEYWORD_ONLY), None)
    if keyword is not None:
        shown.insert(keyword, "*")
    result = "" if inspect.isclass(called) else f" -> {signature.return_annotation}"
    line = f"{name}({', '.join(shown)}){result}"
    if len(line) > _WIDEST:
        line = f"{name}(\n    " + ",\n    ".join(shown) + f",\n){result}"
    return _code(line)


def _parameter(parameter: inspect.Parameter) -> str:
    shown = f"{parameter.name}: {parameter.annotation}"
    if parameter.default is parameter.empty:
        return shown
    is_default = parameter.default == article_cleanup.CleanupConfig()
    return f"{shown} = {'CleanupConfig()' if is_default else repr(parameter.default)}"


def _docstring(value: object, name: str) -> str:
    """A docstring as Markdown. What one would type at Python's prompt becomes code."""
    text = inspect.getdoc(value)
    if not text:
        raise LocalStackError(f"{name} is public and has no docstring: write what comes in and what goes out.")
    return re.sub(r"(?ms)^>>> .*?(?=\n\n|\Z)", lambda example: _code(example[0]), text)


def _code(text: str) -> str:
    return f"```python\n{text}\n```"
