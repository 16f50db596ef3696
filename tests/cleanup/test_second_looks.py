"""What is left is looked at again: what the removals say of each other then, and in which order it is read."""

from __future__ import annotations

from article_cleanup import CleanupConfig, Span, clean
from article_cleanup.draft import Draft, claim
from article_cleanup.lexicon import load_lexicon
from article_cleanup.reading import Reader

WHEEL = (
    "The wheel of the mill turned slowly in the low water of August, and the miller counted his sacks by lantern light "
    "in the old barn"
)
DRY = "By noon the race had run dry under the bridge, and not a drop of it came back before the first rain of October."
HEADING = "A dry summer"
BAKER = (
    "The baker at the ford buys flour from the city now, and has let the last of her three hands go since Easter came."
)
FERRY = (
    "The ferry was late again on Tuesday, and the children waited on the pier until the lamps were lit along the quay."
)


def test_what_went_for_a_line_that_went_later_names_what_stays() -> None:
    # That the first wheel has something run on to it is found in the second round. By then the last one has gone for
    # the one in the middle, which goes for the first.
    text = "\n".join([BAKER, f"{WHEEL}.{DRY}", BAKER, HEADING, FERRY, WHEEL, HEADING, WHEEL])
    cleaned = clean(text)
    kept = text.index(WHEEL)
    assert cleaned.text.split("\n") == [BAKER, f"{WHEEL}.", HEADING, FERRY, HEADING, ""]
    wheels = [removal for removal in cleaned.removals if removal.text == WHEEL]
    assert [removal.duplicate_of for removal in wheels] == [Span(kept, kept + len(WHEEL) + 1)] * 2


def test_a_teaser_of_a_teaser_names_what_stays() -> None:
    teasers = [f"{' '.join(BAKER.split()[:words])}…" for words in (12, 8, 5)]
    text = "\n".join([*teasers, BAKER])
    cleaned = clean(text)
    assert cleaned.text == f"{BAKER}\n"
    assert [removal.duplicate_of for removal in cleaned.removals] == [Span(text.index(BAKER), len(text))] * 3


def _draft(text: str) -> Draft:
    reader = Reader(load_lexicon())
    return Draft(blocks=reader.blocks(text), reader=reader, config=CleanupConfig())


def test_a_draft_stays_in_reading_order_when_some_of_it_goes() -> None:
    reordered = _draft("one two\nthree\nfour\nfive six").in_order([3, 0, 2, 1])
    three, one = reordered.blocks[3], reordered.blocks[1]
    left = reordered.without([claim(three, "duplicate"), claim(one, "duplicate", span=Span(0, 3))])
    assert [block.text for block in left.blocks] == ["five six", "two", "four"]
    assert not left.has_split_lines()


def test_a_line_without_its_middle_is_split() -> None:
    draft = _draft("one two three\nfour")
    left = draft.without([claim(draft.blocks[0], "duplicate", span=Span(4, 7))])
    assert [block.text for block in left.blocks] == ["one", "three", "four"]
    assert left.has_split_lines()
