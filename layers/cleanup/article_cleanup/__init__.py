r"""Cleans scraped news articles: duplicates and promos out, every removal explained, the source rebuildable.

>>> cleaned = clean("The tide came in.\\nThe boats went out.\\nThe tide came in.")
>>> cleaned.text
'The tide came in.\\nThe boats went out.\\n'
>>> restore(cleaned)
'The tide came in.\\nThe boats went out.\\nThe tide came in.'
"""

from .assembly import restore
from .cleaning import RULES_VERSION, clean
from .config import CleanupConfig, InvalidConfig
from .model import Block, CleanedArticle, Removal, Span

__all__ = [
    "RULES_VERSION",
    "Block",
    "CleanedArticle",
    "CleanupConfig",
    "InvalidConfig",
    "Removal",
    "Span",
    "clean",
    "restore",
]
