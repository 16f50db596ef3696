"""The options that subcommands share: how sources are read, and by which rules they are cleaned."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from article_cleanup import CleanupConfig, InvalidConfig, InvalidRules, read_rules
from article_pipeline.loaders import is_charset
from article_pipeline.settings import Settings

from .files import read
from .problems import Problem
from .sources import BUCKET, UNNAMED

# As the template has it by default. Who finds it slow can interrupt it, so time has no limit here.
_MAX_ARTICLE_BYTES = 5 * 1024 * 1024
_NO_LIMIT_SECONDS, _NO_LIMIT_BYTES = 7 * 24 * 3600, 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen for a cleanup. Each field is an option."""

    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="A site's own rules: see **rules check**.")
    ] = None
    options: Annotated[
        str, typer.Option("--options", metavar="JSON", help="""Options of the cleanup, as '{"keep_embeds": true}'.""")
    ] = "{}"
    charset: Annotated[
        str | None, typer.Option("--charset", metavar="NAME", help="What the text is encoded in, if it is not UTF-8.")
    ] = None
    text_field: Annotated[
        str, typer.Option("--text-field", metavar="NAME", help="Where JSON and JSON lines have an article's text.")
    ] = "text"
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What standard input is to be taken for, as in: news.jsonl")
    ] = UNNAMED
    max_bytes: Annotated[int, typer.Option("--max-bytes", min=1, help="Larger articles are rejected.")] = (
        _MAX_ARTICLE_BYTES
    )

    def settings(self) -> Settings:
        """The settings that the deployed function would have, were it deployed so. Raises `Problem`."""
        if self.charset and not is_charset(self.charset):
            raise Problem(f"--charset is {self.charset!r}, which is no charset: name one, as in windows-1251.")
        return Settings(
            input_bucket=BUCKET,
            output_bucket=BUCKET,
            max_article_bytes=self.max_bytes,
            max_article_seconds=_NO_LIMIT_SECONDS,
            max_packed_bytes=_NO_LIMIT_BYTES,
            text_field=self.text_field,
            cleanup=self._config(),
        )

    def _config(self) -> CleanupConfig:
        try:
            chosen = json.loads(self.options)
            if not isinstance(chosen, dict):
                raise Problem(f"--options is {self.options!r}: give a JSON object, as {{}} for no options.")
            config = CleanupConfig.from_mapping(chosen)
            return replace(config, site_rules=read_rules(read(self.rules))) if self.rules else config
        except json.JSONDecodeError as error:
            raise Problem(f"--options is {self.options!r}, which is not JSON: {error}.") from None
        except InvalidConfig as error:
            raise Problem(f"--options has one that cannot be followed. {error}") from None
        except InvalidRules as error:
            raise Problem(f"{self.rules} cannot be used. {' '.join(error.problems)}") from None


def with_choices(subcommand: Callable[..., None]) -> Callable[..., None]:
    """A subcommand that has all those options, in place of an argument `choices`."""
    shared = inspect.signature(Choices, eval_str=True).parameters
    own = inspect.signature(subcommand, eval_str=True).parameters

    @wraps(subcommand)
    def run(**given: Any) -> None:  # noqa: ANN401 - whatever each option is
        choices = Choices(**{name: given.pop(name) for name in shared})
        subcommand(**given, choices=choices)

    # Typer makes options of what a function's signature says.
    parameters = [*(parameter for name, parameter in own.items() if name != "choices"), *shared.values()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # any callable may have one
    return run
