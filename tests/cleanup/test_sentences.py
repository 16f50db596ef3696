"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_cleanup.sentences import sentence_ends, split_sentences

SENTENCES = [
    ["The tide came in. ", "The boats went out."],
    ["Did it? ", "It did! ", "And so…  ", "it went."],
    ["He left.", "She stayed."],
    ["He said “no.” ", "She said “yes.”"],
    ["He said “no.”", "She said nothing."],
    ["(It was late.) ", "They slept."],
    ["The end of the war.", "Advertisement"],
    ["The end of the war.", "© 2025 Harbour Post"],
    ["The end of the war.", "https://harbour.example"],
    ["It was over in 1945.", "Nobody cheered."],
    ["夜行フェリーが再開した。", "運賃は据え置かれる。", "「本当ですか？」", "彼女は笑った。"],
    ["नौका चलेगी। ", "किराया वही रहेगा॥ ", "अच्छा।"],
    ["ستعود العبارة؟ ", "نعم."],
    ["Паром вернётся.", "Никто не спорил."],
    ["Der Turm fiel.", "Über Nacht kam Regen."],
]
WHOLE = [
    "It costs 3.50 crowns",
    "The U.S. fleet",
    "e.g.this one",
    "Version 2.0.1 is out",
    "harbour.example is down",
    "Who?!",
    "No stop at all",
    "She paid 3.5% more",
    "",
    "...",
    "Wait...what",
]


@pytest.mark.parametrize("sentences", SENTENCES, ids="".join)
def test_sentences_come_apart_where_they_end(sentences: list[str]) -> None:
    assert split_sentences("".join(sentences)) == sentences


@pytest.mark.parametrize("text", ["It costs 3.50 crowns", *WHOLE[2:]])
def test_a_mark_within_a_sentence_does_not_end_it(text: str) -> None:
    assert split_sentences(text) == [text]


def test_an_abbreviation_without_a_space_after_it_goes_on() -> None:
    assert split_sentences("the U.S.A are") == ["the U.S.A are"]


@given(st.text(st.characters(), max_size=120))
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@given(st.text(st.sampled_from("aB.!?…。” \n3"), max_size=60))
def test_ends_rise_and_lie_within_the_text(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert all(0 < end < len(text) for end in ends)
