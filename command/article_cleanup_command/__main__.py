"""Where the command begins. `python -m article_cleanup_command` is it, too."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command."""
    try:
        # This takes a while, in which a Ctrl-C is no fault either.
        from .main import run  # noqa: PLC0415 - so that what it raises is caught
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted, with nothing begun.\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
