"""Posts of other sites that were embedded in the article: their text, attribution and link lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..draft import Draft, Findings, claim
from ..folding import fold
from ..model import Block, Span
from ..phrases import POST_NETWORKS
from ..reading import Reader
from ..sentences import sentence_ends

RULE = "embedded-post"

# Only embeds carry these: a person quoting a post does not write its shortened links.
_POST_LINK = re.compile(r"(?:https?://)?pic\.(?:twitter|x)\.com/\w+|https?://t\.co/\w+|…?\bhttps?://t\.…")
# Nothing but this may follow the last link of a post: more tags, who wrote it, a date, or how long ago.
_AFTER_LINK = re.compile(r"[\s\"”'’)\]]*(?:[#@]\w+\s*|\([^)\d]{1,44}\)\s*)*(?:(?=\D{0,24}\d)[^.!?]{1,40})?[\"'”’…]*$")
# "— Name (@handle) July 3, 2025", in any language's date, with or without the dash and the date.
_ATTRIBUTION = re.compile(
    r"(?P<dash>[—–―-]{1,2}|&mdash;)\s*(?P<name>[^—\n]{0,80}?)\s*\(\s*@[\w.\-]{1,64}\s*\)\s*(?P<date>[^\n]{0,48})$"
)
_LONGEST_ATTRIBUTION = 240
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
_LONGEST_POST = 330
_MARK_OF_POST = re.compile(r"(?:^|\s)#\w|^@\w|[\u2600-\u27bf\U0001f000-\U0001faff]")
_LONGEST_LABEL = 24
_NETWORKS = frozenset(POST_NETWORKS)
# How many blocks before a post may name its author.
_NEAR = 5
_TAGS = re.compile(r"(?:[#@]\w+\W*)+")


def find_embeds(draft: Draft) -> Findings:
    """Claims embedded posts, whole lines and ends of paragraphs that a post has run on to."""
    if draft.config.keep_embeds:
        return Findings()
    starts = draft.reader.each(_post_start, draft.blocks)
    for position, match in draft.reader.matches(draft.blocks).items():
        if match.kind.rule == RULE and draft.blocks[position].size <= _LONGEST_LABEL:
            starts[position] = 0
    if starts.count(None) == len(starts):
        return Findings()
    for position in tuple(_texts_without_link(draft.blocks, starts)):
        starts[position] = 0
    for position in tuple(_introduced(draft, starts)):
        starts[position] = None
    return Findings(
        removals=tuple(
            claim(block, RULE, span=Span(block.start + start, block.end))
            for block, start in zip(draft.blocks, starts, strict=True)
            if start is not None
        )
    )


def _may_have_link(text: str) -> bool:
    return "t.co/" in text or "pic." in text


def _texts_without_link(blocks: Sequence[Block], starts: Sequence[int | None]) -> Iterator[int]:
    """Positions of the text of posts, told by its tags or pictograms and by the attribution in the next block."""
    for position, (block, following) in enumerate(pairwise(blocks)):
        is_before_attribution = starts[position] is None and starts[position + 1] == 0
        if not is_before_attribution or len(block.text) > _LONGEST_POST:
            continue
        if _MARK_OF_POST.search(block.text) and _ATTRIBUTION.match(following.text):
            yield position


def _introduced(draft: Draft, starts: Sequence[int | None]) -> Iterator[int]:
    """Positions of posts that the text introduces: "She wrote on X:", or with the author's full name just before.

    The article speaks of them, as pages do that are about a post, and would be left speaking of nothing.
    """
    blocks = draft.blocks
    first = 0
    for position, block in enumerate(blocks):
        if starts[position] != 0:
            first = position + 1
            continue
        before = [blocks[p] for p in range(max(0, first - _NEAR), first) if starts[p] is None]
        if before and (_announces(draft, before[-1]) or _is_named(block, before)):
            yield from range(first, position + 1)


def _announces(draft: Draft, block: Block) -> bool:
    is_of_network = not _NETWORKS.isdisjoint(block.words)
    return block.text.endswith(":") and (is_of_network or draft.reader.is_reporting(block))


def _is_named(block: Block, before: Sequence[Block]) -> bool:
    found = _ATTRIBUTION.search(block.text) if "@" in block.text else None
    name = fold(found["name"]) if found else ""
    return " " in name and any(f" {name} " in f" {other.fold} " for other in before)


def _post_start(_reader: Reader, block: Block) -> int | None:
    """Where in the block an embedded post begins, if its links or marks tell of one."""
    text = block.text
    if "@" not in text and "/" not in text and _SOUND not in text:
        return None
    if block.size <= _LONGEST_LABEL and _is_widget_line(text):
        return 0
    start = None
    if "(@" in text or "( @" in text:
        ends, glued = _ends(text)
        # Posts can stand one after the other. Each is looked for at the end of what is left without the one behind it.
        end = len(text)
        while end and (found := _attribution(text, end)):
            start = end = _text_start(text, found.start(), ends, glued)
            while end and text[end - 1].isspace():
                end -= 1
    if start is None and _may_have_link(text):
        links = list(_POST_LINK.finditer(text))
        if links and _AFTER_LINK.match(text, links[-1].end()):
            return _text_start(text, links[0].start(), *_ends(text))
    return start


def _ends(text: str) -> tuple[list[int], list[int]]:
    """Where sentences end, and where one ends with no white space before the next."""
    ends = sentence_ends(text)
    return ends, [end for end in ends if not text[end - 1].isspace()]


def _attribution(text: str, end: int) -> re.Match[str] | None:
    """The attribution that ends at `end`, if one does."""
    found = _ATTRIBUTION.search(text, max(0, end - _LONGEST_ATTRIBUTION), end)
    if found and (not found["date"] or (_DATED.search(found["date"]) and len(found["date"].split()) < 8)):
        return found
    return None


def _is_widget_line(text: str) -> bool:
    if "/" in text and _BARE_LINK.fullmatch(text):
        return True
    return _SOUND in text and len(text) < _LONGEST_POST


def _text_start(text: str, link: int, ends: Sequence[int], glued: Sequence[int]) -> int:
    """Where the post begins whose links begin at `link`: at the line's start, unless a paragraph stands before it.

    `ends` are those of the line's sentences, `glued` those of them that no white space follows.
    """
    for end in map(glued.__getitem__, range(bisect_right(glued, link) - 1, -1, -1)):
        # Tags and mentions alone are the end of a post, not all of one.
        if not _TAGS.fullmatch(text, end, link):
            return end
    last = bisect_right(ends, link) - 1
    return ends[last] if last >= 0 and link > _LONGEST_POST else 0
