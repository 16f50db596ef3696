r"""Cleans scraped news articles: duplicates and promos out, every removal explained, the source rebuildable.

>>> cleaned = clean("Video\nThe boats went out at noon.\nAdvertisement\nNobody saw them leave.")
>>> cleaned.text
'The boats went out at noon.\nNobody saw them leave.\n'
>>> [removal.rule for removal in cleaned.removals]
['media-label', 'advertisement-label']
>>> restore(cleaned)
'Video\nThe boats went out at noon.\nAdvertisement\nNobody saw them leave.'
"""

from .assembly import restore
from .cleaning import RULES_VERSION, clean, rules_version
from .config import CleanupConfig, InvalidConfig
from .model import Block, CleanedArticle, Removal, Span
from .site_rules import InvalidRules, read_rules

__all__ = [
    "RULES_VERSION",
    "Block",
    "CleanedArticle",
    "CleanupConfig",
    "InvalidConfig",
    "InvalidRules",
    "Removal",
    "Span",
    "clean",
    "read_rules",
    "restore",
    "rules_version",
]
