"""The rules by which something is removed: for each its slug, which reports name, and what it says to a person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Those of lines that are told by their words: the only ones that entries of a lexicon can name.
LINE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "advertisement-label": "This labels an advertisement, or asks to go on past one.",
        "affiliate-note": "This says that the publisher earns from the article's links.",
        "agency-note": "This says where the article came from, or who edited it.",
        "app-promo": "This promotes the publisher's app.",
        "comments": "This belongs to the readers' comments under the article.",
        "contact-line": "This asks readers to get in touch with the newsroom.",
        "continue-label": "This is a control of the page: it leads on, back or to the whole text.",
        "copyright": "This is a copyright or terms notice.",
        "donation": "This asks for money or support.",
        "follow-us": "This asks to follow the publisher on a social network.",
        "headline-block": "This heads a block of other articles' headlines.",
        "media-label": "This labels a video, a gallery or a recording that is not in the text.",
        "newsletter": "This promotes a newsletter, or is a part of its sign-up form.",
        "page-control": "This is a control of the page, not text of the article.",
        "photo-credit": "This credits a picture that is not in the text.",
        "player-notice": "This is a notice of the page's player, scripts or cookies.",
        "publication-date": "This is the page's date line.",
        "reading-time": "This counts the article's minutes, shares or comments.",
        "related-link": "This links to another article.",
        "share-bar": "This is a part of the page's share bar.",
        "site-promo": "This fits a promo phrase that was configured for the site.",
        "subscription": "This is about subscribing, signing in or becoming a member.",
        "table-of-contents": "This heads a table of contents.",
        "embedded-post": "This is a post of a social network that the page showed here, not the article's own text.",
    }
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        **LINE_REASONS,
        "markup": "This is left over from the page's markup, and shows nothing.",
        # What stands twice.
        "container": "This repeats, run together in one block, paragraphs that stand by themselves.",
        "doubled-sentence": "This sentence stands in the same paragraph already.",
        "duplicate": "This paragraph stands in the article already.",
        "near-duplicate": "This paragraph stands in the article already, but for a few words.",
        "pull-quote": "This was lifted out of another paragraph, where it still stands.",
        "run-on": "This ran on to the end of a paragraph that stands without it elsewhere.",
        "teaser": "This is the beginning of another paragraph, cut short.",
    }
)
