"""What a person is shown: the stack, a delivery before and after, an event's answer."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise
from typing import Any

from article_pipeline.keys import clean_key, rejected_key, report_key
from article_pipeline.marking import in_brief

from .delivery import Delivery, PackedDelivery, Rejected
from .stack import Stack

_MAX_SHOWN = 5  # of one rule's removals; the report has them all
_BOLD, _DIM, _RED, _GREEN = "1", "2", "31", "32"


def tell(what: str) -> None:
    """Says what is being done now, where it does not get into the output."""
    print(f"{what} ...", file=sys.stderr, flush=True)


def show_stack(stack: Stack) -> None:
    """How to reach a running stack."""
    outputs, emulator = stack.outputs, stack.emulator
    print("article-cleanup is deployed in an AWS on this machine, and runs until `make down`.\n")
    _table(
        ("endpoint", emulator.endpoint),
        ("input bucket", outputs.input_bucket),
        ("output bucket", outputs.output_bucket),
        ("rules bucket", outputs.rules_bucket),
        ("dead letters", outputs.dead_letter_queue),
        ("function", outputs.function),
        ("log", str(emulator.log)),
    )
    print("\nTell a shell where it is. Then the `aws` client and boto3 talk to it, and to nothing else:\n")
    print("  unset AWS_PROFILE AWS_SESSION_TOKEN")
    for name, value in emulator.client_environment().items():
        print(f"  export {name}={_quoted(value)}")
    print("\nDrop an article, and fetch it clean:\n")
    print(f"  aws s3 cp samples/harbour-ferry.txt s3://{outputs.input_bucket}/")
    print(f"  aws s3 cp s3://{outputs.output_bucket}/clean/harbour-ferry.txt -")


def show_delivery(stack: Stack, delivery: Delivery, *, whole: bool) -> None:
    """Where everything lies and what was removed; if `whole`, the article before and after too."""
    _show_places(stack, delivery.key)
    if whole:
        _heading(f"Before: {len(delivery.source):,} characters. What goes is marked -")
        for removed, line in _source_lines(delivery):
            _paragraph(line, mark="- " if removed else "  ", colour=_RED if removed else None)
        _heading(f"After: {len(delivery.clean):,} characters")
        for line in delivery.clean.splitlines():
            _paragraph(line, mark="  ", colour=_GREEN)
    _show_removals(delivery.report["removals"])
    print("\nThe source was made again from the clean article and its report, and is the same to the byte.")
    if whole:
        _heading("What to try next")
        _table(
            ("make demo ARTICLE=path", "the same with an article of yours"),
            ("make demo ARTICLE=samples/chess-final.txt", "one with repeats that belong there"),
            ("make up", "how to reach this AWS with the aws client or boto3"),
            ("make down", "stop it"),
        )


def show_packed_delivery(stack: Stack, delivery: PackedDelivery) -> None:
    """Where everything lies, what came of the lines, and what was removed from their articles."""
    summary = delivery.summary
    _show_places(stack, delivery.key)
    _heading(f"Of {_times(summary['lines'], 'line')}")
    _table(
        ("cleaned", str(summary["changed"])),
        ("clean already", str(summary["articles"] - summary["changed"])),
        *((f"passed through: {reason}", str(count)) for reason, count in summary["passed_through"].items()),
    )
    _show_removals([removal for report in delivery.reports for removal in report.get("removals", [])])
    print("\nThe source was made again from the clean file and its report, and is the same to the byte.")


def _show_places(stack: Stack, key: str) -> None:
    outputs = stack.outputs
    _heading("Where it lies")
    _table(
        ("dropped", f"s3://{outputs.input_bucket}/{key}"),
        ("clean", f"s3://{outputs.output_bucket}/{clean_key(key)}"),
        ("report", f"s3://{outputs.output_bucket}/{report_key(key)}"),
    )


def show_rejected(stack: Stack, rejected: Rejected) -> None:
    """Why a file was rejected."""
    _heading("Rejected")
    _table(
        ("dropped", f"s3://{stack.outputs.input_bucket}/{rejected.key}"),
        ("rejected", f"s3://{stack.outputs.output_bucket}/{rejected_key(rejected.key)}"),
        ("reason", rejected.rejection["reason"]),
    )
    print()
    _paragraph(rejected.rejection["message"], mark="  ")


def show_invocation(invocation: Mapping[str, Any]) -> None:
    """What the deployed function answered to an event."""
    for name, value in invocation.items():
        _heading(name)
        print(value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False))


def _show_removals(removals: list[dict[str, Any]]) -> None:
    if not removals:
        _heading("What was removed: nothing")
        return
    gone = sum(removal["end"] - removal["start"] for removal in removals)
    _heading(f"What was removed, and why: {gone:,} characters in {_times(len(removals), 'place')}")
    by_rule = sorted(removals, key=lambda removal: str(removal["rule"]))
    for rule, group in groupby(by_rule, key=lambda removal: str(removal["rule"])):
        found = list(group)
        print(f"  {_coloured(rule, _BOLD)}, {_times(len(found), 'time')}")
        for removal in found[:_MAX_SHOWN]:
            snippet = textwrap.shorten(removal["text"], _width() - 10, placeholder=" ...")
            print(f"    {_coloured(snippet, _RED)}")
            _paragraph(in_brief(removal["reason"]), mark="      ")
        if len(found) > _MAX_SHOWN:
            print(f"    ... and {len(found) - _MAX_SHOWN} more, in the report")


def _source_lines(delivery: Delivery) -> Iterator[tuple[bool, str]]:
    """The lines of the source, each cut where what is removed begins and ends, and whether it is removed."""
    edges = {0, len(delivery.source)}
    removed = [(removal["start"], removal["end"]) for removal in delivery.report["removals"]]
    edges.update(edge for span in removed for edge in span)
    starts = {start for start, _ in removed}
    for start, end in pairwise(sorted(edges)):
        for line in delivery.source[start:end].splitlines():
            if line.strip():
                yield start in starts, line


def _heading(text: str) -> None:
    print(f"\n{_coloured(text, _BOLD)}")


def _table(*rows: tuple[str, str]) -> None:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")


def _paragraph(text: str, *, mark: str, colour: str | None = None) -> None:
    for line in textwrap.wrap(text, _width() - len(mark)) or [""]:
        print(mark + (_coloured(line, colour) if colour else line))


def _coloured(text: str, colour: str) -> str:
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\033[{colour}m{text}\033[0m"


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 110)


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _quoted(value: str) -> str:
    return f"'{value}'" if " " in value else value
