"""Lines without words: what is left of tracking pictures, empty markup, and counters of players and galleries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ..draft import Draft, Findings, claim
from ..model import Block

# How all that is looked for here begins. A quick look: most blocks begin with a letter.
_FIRSTS = frozenset("&<!0123456789")
_EMPTY = re.compile(r"(?:&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|#160|#xa0|#8203|#x200b);|<br\s*/?>|\s)+", re.IGNORECASE)
# Where an article shows markup, a line break is a part of it.
_MARKUP = re.compile(r"</?(?!br\b)[a-z][\w-]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
# A picture with a name, or of an address that does not say so, may be the article's.
_TRACKING = re.compile(
    r"!\[\]\(\S*[/._-](?:pixel|1x1|beacon|track(?:er|ing)?|spacer|blank|transparent)(?:[/._?-]\S*)?\)", re.IGNORECASE
)
# A player that nobody started stands at nought.
_PLAYER = re.compile(r"00?:00(?::00)?\s*/\s*\d{1,2}:\d{2}(?::\d{2})?")
_COUNTER = re.compile(r"(\d{1,3})(\s*)/\s*(\d{1,3})")


def find_remains(draft: Draft) -> Findings:
    """Claims lines of markup without content, and counters of players and galleries."""
    blocks = [block for block in draft.blocks if block.text[0] in _FIRSTS]
    rules = {position: rule for position, block in enumerate(blocks) if (rule := _rule(block))}
    rules |= dict.fromkeys(_counters(blocks), "media-label")
    if "markup" in rules.values() and any(_MARKUP.search(block.text) for block in draft.blocks):
        rules = {position: rule for position, rule in rules.items() if rule != "markup"}
    return Findings(removals=tuple(claim(blocks[position], rule) for position, rule in sorted(rules.items())))


def _rule(block: Block) -> str | None:
    text = block.text
    if _EMPTY.fullmatch(text) or _TRACKING.fullmatch(text):
        return "markup"
    return "media-label" if _PLAYER.fullmatch(text) else None


def _counters(blocks: Sequence[Block]) -> Iterator[int]:
    """Positions of the counters of galleries ("1 / 12").

    Without spaces it is a fraction, a day or a score as well, unless others of the same gallery come after it.
    """
    galleries: defaultdict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    for position, block in enumerate(blocks):
        found = _COUNTER.fullmatch(block.text)
        if found and 0 < int(found[1]) <= int(found[3]):
            galleries[int(found[3])].append((position, int(found[1]), bool(found[2])))
    for counters in galleries.values():
        numbers = [number for _, number, _ in counters]
        is_series = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        yield from (position for position, number, is_spaced in counters if is_series or (is_spaced and number == 1))
