"""What keeps the command from doing as it was asked."""

from __future__ import annotations


class Problem(Exception):
    """A reason to stop, and what to do about it, as a sentence. The command ends with the exit code 2."""
