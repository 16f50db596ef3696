"""Posts of other sites that were embedded in the article: their text, attribution and link lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..draft import Draft, Findings
from ..model import Block, Removal, Span
from ..sentences import sentence_ends

RULE = "embedded-post"
_REASON = "This is a post of a social network that the page showed here, not the article's own text."

# Only embeds carry these: a person quoting a post does not write its shortened links.
_POST_LINK = re.compile(r"(?:https?://)?pic\.(?:twitter|x)\.com/\w+|https?://t\.co/\w+|…?\bhttps?://t\.…")
# Nothing but this may follow the last link of a post: more tags, a date, what a widget adds.
_AFTER_LINK = re.compile(r"[\s\"”'’)\]]*(?:[#@]\w+\s*|\(by [^)]{1,40}\)\s*|[^\s]{0,20}\d+\s?(?:hours?|days?|minutes?|h|d|m|min)\s+ago|\w{3,9},? \w{3,9}\.? \d{1,2}\b.{0,20})*[\"”'’…]*$")
# "— Name (@handle) July 3, 2025", in any language's date, with or without the dash and the date.
_ATTRIBUTION = re.compile(
    r"(?P<dash>[—–―-]{1,2}|&mdash;)\s*(?P<name>[^—\n]{0,80}?)\s*\(\s*@[\w.\-]{1,64}\s*\)\s*(?P<date>[^\n]{0,48})$"
)
_DATED = re.compile(r"\d")
# A line that is nothing but the address of one post or clip.
_BARE_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.|mobile\.|web\.|old\.)?(?:"
    r"(?:twitter|x)\.com/\w+/status/\d+|instagram\.com/(?:p|reel|tv)/[\w-]+|facebook\.com/\S+/(?:posts|videos|photos)/\S+|fb\.watch/\w+|"
    r"tiktok\.com/@[\w.]+(?:/video/\d+)?|vm\.tiktok\.com/\w+|youtube\.com/(?:watch\?\S+|shorts/[\w-]+|embed/[\w-]+)|youtu\.be/[\w-]+|"
    r"reddit\.com/r/\w+/comments/\S+|redd\.it/\w+|threads\.(?:net|com)/@[\w.]+/post/[\w-]+|bsky\.app/profile/\S+/post/\w+|t\.me/\w+/\d+|t\.co/\w+|pic\.twitter\.com/\w+"
    r")\S*",
    re.IGNORECASE,
)
_SOUND = "♬"
_REDDIT = re.compile(r"(?:(?:posted )?by )?u/[\w-]+ (?:in|on|from discussion in) r/\w+|r/\w+ .{0,3}by u/[\w-]+.*", re.IGNORECASE)
_LONGEST_POST = 330
_TAGS = re.compile(r"(?:[#@]\w+\W*)+")
_MARKS_OF_POST = re.compile(r"[#@]\w|https?://|[\u2600-\u27bf\U0001F000-\U0001FAFF]")


def find_embeds(draft: Draft) -> Findings:
    """Claims embedded posts, whole lines and ends of paragraphs that a post has run on to."""
    if draft.config.keep_embeds:
        return Findings()
    removals = []
    for block in draft.reader.unread(draft.blocks, "embeds"):
        start = _post_start(draft, block)
        if start is not None:
            span = Span(block.span.start + start, block.span.end)
            removals.append(Removal(span=span, rule=RULE, reason=_REASON, text=block.text[start:]))
    return Findings(removals=tuple(removals))


def _post_start(draft: Draft, block: Block) -> int | None:
    text = block.text
    if len(block.words) <= 24:
        match = draft.reader.match(text)
        if match and match.entry.rule == RULE:
            return 0
        if "/" in text and (_BARE_LINK.fullmatch(text) or _REDDIT.fullmatch(text)):
            return 0
        if _SOUND in text and len(text) < _LONGEST_POST:
            return 0
    if "(" in text and "@" in text:
        found = _ATTRIBUTION.search(text)
        if found and (not found["date"] or (_DATED.search(found["date"]) and len(found["date"].split()) < 8)):
            return 0 if found.start() == 0 else _text_start(text, found.start())
    if "t.co/" in text or "pic." in text:
        links = list(_POST_LINK.finditer(text))
        if links and _AFTER_LINK.match(text, links[-1].end()):
            return _text_start(text, links[0].start())
    return None


def _text_start(text: str, link: int) -> int:
    """Where the post begins whose links begin at `link`: at the line's start, unless a paragraph stands before it."""
    run_on = [end for end in sentence_ends(text) if end <= link and not text[end - 1].isspace()]
    # Tags and mentions alone are the end of a post, not all of one.
    begins = [end for end in run_on if not _TAGS.fullmatch(text, end, link)]
    if begins:
        return begins[-1]
    if link <= _LONGEST_POST:
        return 0
    ends = [end for end in sentence_ends(text) if end <= link]
    return max((end for end in ends if link - end >= 0), default=0)
