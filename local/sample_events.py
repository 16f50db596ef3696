"""Sending the sample events of events/ to a deployed function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .stack import Stack


def invoke(stack: Stack, path: Path) -> dict[str, Any]:
    return {}
