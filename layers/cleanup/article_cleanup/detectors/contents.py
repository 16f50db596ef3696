"""Tables of contents: lists of headings that stand again, one by one, over the parts of the article."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from ..draft import Draft, Findings, claim
from ..listings import is_listing
from ..model import Block, Removal

RULE = "table-of-contents"
_LONGEST_HEADING = 18
_LEAST_ITEMS = 4
# Under a line that says what they are, fewer will do.
_LEAST_UNDER_LABEL = 2
# Between the headings of an article stands text: a list that comes again as a list is no table of contents.
_LEAST_DISTANCE = 2
# On the whole so much of it, in words of lines of so many. Ratings, or names of fields, come again with less of it,
# which is told from headings only under a label.
_LEAST_TEXT = 15
_LEAST_LINE = 5
_TWICE = 2


def find_contents(draft: Draft) -> Findings:
    """Claims lists of headings that stand again below, in the same order and apart."""
    blocks = draft.blocks
    keys = [_key(block) for block in blocks]
    where: defaultdict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        if key:
            where[key].append(position)
    # In code, too, lines come again.
    later = {
        key: positions
        for key, positions in where.items()
        if len(positions) > 1 and not is_listing(blocks[positions[0]].text)
    }
    if not later:
        return Findings()
    text_before = [0, *accumulate(block.size if block.size >= _LEAST_LINE else 0 for block in blocks)]
    removals = []
    for items, headings in _runs(keys, later):
        label = items[0] - 1
        labelled = label >= 0 and _is_label(draft, blocks[label])
        text = text_before[headings[-1]] - text_before[headings[0]]
        is_enough = (
            len(items) >= _LEAST_ITEMS
            and text >= _LEAST_TEXT * (len(items) - 1)
            and _are_headings([len(later[keys[item]]) for item in items])
        )
        if is_enough or (labelled and len(items) >= _LEAST_UNDER_LABEL):
            if labelled:
                removals.append(_removal(blocks[label], None))
            removals += [_removal(blocks[item], blocks[h]) for item, h in zip(items, headings, strict=True)]
    return Findings(removals=tuple(removals))


def _are_headings(times: Sequence[int]) -> bool:
    """Whether lines that stand so many times are headings: each once more, or in a body that stands twice, as often.

    Answers, and the names of those who speak, come again as it happens.
    """
    return len(set(times)) == 1 or 3 * times.count(_TWICE) >= 2 * len(times)


def _key(block: Block) -> str:
    """The fold of a possible heading, without its number. Nothing for a paragraph."""
    if block.size > _LONGEST_HEADING + 1:
        return ""
    first, _, rest = block.fold.partition(" ")
    if first.isdigit():
        return rest
    return block.fold if block.size <= _LONGEST_HEADING else ""


def _runs(keys: Sequence[str], later: Mapping[str, Sequence[int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Runs of adjacent lines and where each of them stands again, in order and apart."""
    items: list[int] = []
    headings: list[int] = []
    for position, key in enumerate([*keys, ""]):
        heading = _next(later[key], max(position, headings[-1] if headings else -1)) if key in later else None
        if heading is not None and (not headings or heading - headings[-1] >= _LEAST_DISTANCE):
            items.append(position)
            headings.append(heading)
            continue
        if items and headings[0] > items[-1]:
            yield items, headings
        items, headings = [], []


def _next(positions: Sequence[int], after: int) -> int | None:
    index = bisect_right(positions, after)
    return positions[index] if index < len(positions) else None


def _is_label(draft: Draft, block: Block) -> bool:
    match = draft.reader.match(block)
    return match is not None and match.kind.rule == RULE


def _removal(block: Block, heading: Block | None) -> Removal:
    reason = "This line of a table of contents stands again as a heading below." if heading else None
    return claim(block, RULE, reason=reason, duplicate_of=heading.span if heading else None)
