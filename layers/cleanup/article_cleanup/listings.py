"""Listings of code, whose names of fields and calls are the words of labels and headings, too."""

from __future__ import annotations

import re

# A field with its type ("email: Email!"), a call, an assignment, a line that ends as statements and blocks do.
_LISTING = re.compile(r"\s*[\w.]+\s*:\s*(?:\[\w+!?\]!?|\w+!)$|\s*[a-z_][\w.]*\([\"')]|.*(?:\s=\s|[{};]\s*$)")


def is_listing(text: str) -> bool:
    """Whether a line is code, as far as one line can tell."""
    return _LISTING.match(text) is not None
