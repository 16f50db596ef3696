"""What finds the parts that are not the article's: each detector reads a draft and claims, none deletes."""

from collections.abc import Callable

from ..draft import Draft, Findings
from .contents import find_contents
from .copies import find_copies
from .doubled_sentences import find_doubled_sentences
from .embeds import find_embeds
from .excerpts import find_excerpts
from .promos import find_promos
from .remains import find_remains
from .run_ons import find_run_ons
from .uncued_headlines import find_uncued_headlines

Detector = Callable[[Draft], Findings]

# In this order: a post or promo is told by its own words, and has to be gone before paragraphs are compared, since it
# can stand within one copy of a paragraph and not within the other; and a paragraph that something has run on to looks
# like a headline.
DETECTORS: tuple[Detector, ...] = (
    find_remains,
    find_embeds,
    find_run_ons,
    find_promos,
    find_uncued_headlines,
    find_doubled_sentences,
    find_contents,
    find_excerpts,
    find_copies,
)
