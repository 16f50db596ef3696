"""The commands behind `make up`, `make demo` and their kin: `python -m local COMMAND`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from . import view
from .backfill import backfill
from .delivery import PackedDelivery, Rejected, deliver
from .emulator import ROOT, LocalStackError
from .licences import write_licences
from .redrive import redrive
from .reference import write_reference
from .sample_events import invoke
from .stack import Stack
from .template_checks import check_template

# Another name makes another stack, which has nothing to do with the first: tests have theirs.
_HOME = ROOT / ".local" / "stacks" / os.environ.get("LOCAL_STACK", "default")
_DEMO_ARTICLE = ROOT / "samples" / "harbour-ferry.txt"


def up() -> None:
    """Has the system deployed and running, and says how to reach it."""
    view.show_stack(_ready())


def down() -> None:
    """Stops it."""
    print("The local AWS is stopped." if Stack(_HOME).emulator.stop() else "No local AWS was running.")


def drop(path: str) -> None:
    """Cleans a file of the caller's, and prints what came of it."""
    if not path:
        raise LocalStackError("Name a file: make drop FILE=path/to/article.txt")
    _clean_and_show(_file(path), whole=False)


def demo(path: str) -> None:
    """Cleans a sample, or a file of the caller's, and prints everything about it."""
    _clean_and_show(_file(path) if path else _DEMO_ARTICLE, whole=True)


def send(path: str) -> None:
    """Sends a sample event to the deployed function, and prints its answer."""
    if not path:
        raise LocalStackError("Name an event: make invoke EVENT=events/s3-put.json")
    view.show_invocation(invoke(_ready(), _file(path)))


def move_dead_letters() -> None:
    """Has the articles that were given up tried again, in the AWS that the environment leads to."""
    print(redrive())


def clean_what_is_there(prefix: str | None = None) -> None:
    """Has S3 Batch Operations clean what the input bucket holds, in the AWS that the environment leads to."""
    print(backfill(prefix))


def _clean_and_show(path: Path, *, whole: bool) -> None:
    stack = _ready()
    try:
        delivery = deliver(stack, path)
    except Rejected as rejected:
        view.show_rejected(stack, rejected)
        raise LocalStackError("No clean article came out.") from None
    if isinstance(delivery, PackedDelivery):
        view.show_packed_delivery(stack, delivery)
    else:
        view.show_delivery(stack, delivery, whole=whole)


def _ready() -> Stack:
    """The running stack, with what the sources say now."""
    stack = Stack(_HOME)
    if stack.is_deployed():
        return stack
    if not stack.emulator.is_running():
        view.tell("Starting an AWS on this machine")
        stack.emulator.stop()
        stack.emulator.start()
    view.tell("Building and deploying template.yaml to it with SAM")
    stack.deploy()
    return stack


def _file(path: str) -> Path:
    file = Path(path).expanduser()
    if not file.is_file():
        raise LocalStackError(f"{path!r} is {'a folder' if file.is_dir() else 'not there'}: name a file.")
    return file


_COMMANDS: dict[str, Callable[..., None]] = {
    "up": up,
    "down": down,
    "drop": drop,
    "demo": demo,
    "invoke": send,
    "redrive": move_dead_letters,
    "backfill": clean_what_is_there,
    "licences": write_licences,
    "reference": write_reference,
    "check-template": check_template,
}


def main(arguments: list[str]) -> int:
    """Runs a command. What goes wrong is told in a sentence, and makes the answer 1."""
    parser = argparse.ArgumentParser(prog="python -m local")
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("path", nargs="?", help="a file, a folder or a prefix, for those commands that take one")
    options = parser.parse_args(arguments)
    try:
        _COMMANDS[options.command](*([] if options.path is None else [options.path]))
    except LocalStackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
