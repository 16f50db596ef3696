"""What the template tells a function, as one type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from article_cleanup import CleanupConfig, InvalidConfig

# For who calls a function without the template, which sets them.
_MAX_ARTICLE_SECONDS = 10
_MAX_PACKED_SECONDS = 100
_MAX_PACKED_BYTES = 10 << 30
_MAX_LINE_BYTES = 5 << 20
_TEXT_FIELD = "text"
_MOSTLY_REMOVED_PERCENT = 75


class SettingsError(ValueError):
    """The function's environment is not what it must be. The message names the variable and what to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a deployed function.

    Rules files of sites lie in `rules_bucket`, if there is one.

    `max_article_bytes` bounds an object as it is stored and as it is after unpacking, `max_article_seconds` the work on
    it; `max_packed_bytes` and `max_packed_seconds` do so for a packed file, and `max_line_bytes` bounds its lines. JSON
    has an article's text under `text_field`. An article of which `mostly_removed_percent` or more is taken out is
    marked, and with `write_pages` each gets a page that shows what was. `memory_bytes` is what the function has, if
    Lambda says so. `cleanup` is what the owner chose of the cleanup's options.
    """

    input_bucket: str
    output_bucket: str
    rules_bucket: str = ""
    max_article_bytes: int
    max_article_seconds: int = _MAX_ARTICLE_SECONDS
    max_packed_bytes: int = _MAX_PACKED_BYTES
    max_packed_seconds: int = _MAX_PACKED_SECONDS
    max_line_bytes: int = _MAX_LINE_BYTES
    text_field: str = _TEXT_FIELD
    mostly_removed_percent: int = _MOSTLY_REMOVED_PERCENT
    write_pages: bool = False
    memory_bytes: int | None = None
    cleanup: CleanupConfig = field(default_factory=CleanupConfig)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables. Raises `SettingsError` when one is missing or makes no sense."""
        settings = cls(
            input_bucket=_required(environment, "INPUT_BUCKET"),
            output_bucket=_required(environment, "OUTPUT_BUCKET"),
            rules_bucket=environment.get("RULES_BUCKET", "").strip(),
            max_article_bytes=_positive(environment, "MAX_ARTICLE_BYTES"),
            max_article_seconds=_positive(environment, "MAX_ARTICLE_SECONDS", _MAX_ARTICLE_SECONDS),
            max_packed_bytes=_positive(environment, "MAX_PACKED_BYTES", _MAX_PACKED_BYTES),
            max_packed_seconds=_positive(environment, "MAX_PACKED_SECONDS", _MAX_PACKED_SECONDS),
            max_line_bytes=_positive(environment, "MAX_LINE_BYTES", _MAX_LINE_BYTES),
            text_field=_required(environment, "TEXT_FIELD", _TEXT_FIELD),
            mostly_removed_percent=_positive(environment, "MOSTLY_REMOVED_PERCENT", _MOSTLY_REMOVED_PERCENT),
            write_pages=_flag(environment, "WRITE_PAGES"),
            memory_bytes=_memory(environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
            cleanup=_cleanup(environment, "CLEANUP_OPTIONS"),
        )
        if settings.input_bucket == settings.output_bucket:
            raise SettingsError(
                f"INPUT_BUCKET and OUTPUT_BUCKET are both {settings.input_bucket!r}: every clean article would come "
                "back as a new one, for ever. Deploy with two different buckets."
            )
        return settings


def _required(environment: Mapping[str, str], name: str, default: str = "") -> str:
    value = environment.get(name, default).strip()
    if not value:
        raise SettingsError(f"The environment variable {name} is not set: deploy with template.yaml, which sets it.")
    return value


def _positive(environment: Mapping[str, str], name: str, default: int | None = None) -> int:
    value = _required(environment, name, "" if default is None else str(default))
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise SettingsError(f"{name} is {value!r}: set it to a whole number above 0.")
    return int(value)


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").strip().lower() or "false"
    if value not in ("true", "false"):
        raise SettingsError(f"{name} is {value!r}: set it to true or false.")
    return value == "true"


def _memory(environment: Mapping[str, str], name: str) -> int | None:
    """What Lambda itself tells, in megabytes, as bytes. Elsewhere nobody tells it."""
    return int(environment.get(name) or 0) * 1024 * 1024 or None


def _cleanup(environment: Mapping[str, str], name: str) -> CleanupConfig:
    value = environment.get(name, "").strip() or "{}"
    try:
        options = json.loads(value)
        if not isinstance(options, dict):
            raise SettingsError(f"{name} is {value!r}: set it to a JSON object, as {{}} for no options.")
        return CleanupConfig.from_mapping(options)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{name} is {value!r}, which is not JSON: {error}.") from None
    except InvalidConfig as error:
        raise SettingsError(f"{name} has an option that cannot be followed. {error}") from None
