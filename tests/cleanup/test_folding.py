"""The comparison form: what makes two texts the same, and what must not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article_cleanup.folding import fold, fold_words

SAME = {
    "case": ("The Tide", "THE TIDE"),
    "quotation marks": ("“It’s here,” ‘she’ said", "\"It's here,\" 'she' said"),
    "guillemets": ("« Ici »", '"Ici"'),
    "dashes": ("here — there – and", "here -- there - and"),
    "ellipses": ("and so…", "and so..."),
    "white space": ("the\u00a0tide  comes\tin\u2003now", "the tide comes in now"),
    "full stops and commas": ("The tide, it comes.", "The tide it comes"),
    "soft hyphens": ("is\u00adland", "island"),
    "zero-width marks": ("is\u200bland\u200d\ufeff", "island"),
    "marks of direction": ("\u200fsalt\u200e", "salt"),
    "named entities": ("Marrow &amp; Sons &quot;Ltd&quot;&nbsp;here", 'Marrow & Sons "Ltd" here'),
    "numbered entities": ("it&#8217;s &#x201C;here&#x201D;", "it’s “here”"),
    "composed and decomposed accents": (
        unicodedata.normalize("NFC", "café señor Ångström"),
        unicodedata.normalize("NFD", "café señor Ångström"),
    ),
    "ligatures": ("\ufb01nal o\ufb03ce", "final office"),
    "full-width letters and digits": ("ＦＥＲＲＹ　２０２５", "ferry 2025"),
    "half-width kana": ("ﾌｪﾘｰ", "フェリー"),
    "German sharp s": ("Große Straße", "GROSSE STRASSE"),
    "Turkish dotless i": ("ışık ILIK", "işik ilik"),
    "Turkish capital dotted I": ("İSTANBUL", "istanbul"),
    "Greek final sigma": ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ"),
    "Russian yo": ("ёлка ещё", "елка еще"),
    "Arabic vowel marks": ("كَتَبَ", "كتب"),
    "Arabic tatweel": ("كتــــاب", "كتاب"),
    "Arabic alefs": ("أحمد إن آخر", "احمد ان اخر"),
    "Hindi nasal signs": ("चाँद", "चांद"),
    "Hindi nukta, composed and not": ("\u0958", "\u0915\u093c"),
    "CJK punctuation": ("夜行「フェリー」は、再開。", "夜行フェリーは再開"),
    "CJK white space": ("夜行 フェリー", "夜行フェリー"),
}

DIFFERENT = {
    "digits": ("Gate 12", "Gate 21"),
    "a missing word": ("not here", "here"),
    "order": ("dog bites man", "man bites dog"),
    "Hindi vowel signs": ("दिन", "दीन"),
    "Hindi vowel sign and none": ("कला", "काला"),
    "Tamil vowel signs": ("கல்", "கால்"),
    "Thai tone marks": ("มา", "ม้า"),
    "Hebrew letters": ("ספר", "ספה"),
    "CJK characters": ("大阪", "大坂"),
    "kana with and without voice marks": ("か", "が"),
    "umlauts": ("schon", "schön"),
    "accents": ("pêche", "pèche"),
}


@pytest.mark.parametrize(("one", "other"), list(SAME.values()), ids=list(SAME))
def test_typesetting_does_not_tell_texts_apart(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


def test_an_accent_for_an_apostrophe_does_not_tell_texts_apart() -> None:
    assert fold("Don´t miss it") == fold("Don’t miss it")


@pytest.mark.parametrize(("one", "other"), list(DIFFERENT.values()), ids=list(DIFFERENT))
def test_words_that_differ_are_told_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["", "  ", "—…!?", "“”", "\u200b\u00ad", "***", "_ _"])
def test_text_without_words_folds_to_nothing(text: str) -> None:
    assert fold_words(text) == []


@pytest.mark.parametrize("text", ["हिन्दी में लिखा", "தமிழ் மொழி", "বাংলা ভাষা", "كِتَابٌ جديدٌ", "עִבְרִית יפה", "вё\u0301рсты"])
def test_combining_marks_do_not_break_words(text: str) -> None:
    assert len(fold_words(text)) == len(text.split())


@pytest.mark.parametrize(
    ("text", "count"),
    [("夜行フェリー", 6), ("漢字とkana", 4), ("ภาษา", 4), ("渡船2025年", 4)],
)
def test_a_script_without_spaces_counts_its_characters(text: str, count: int) -> None:
    assert len(fold_words(text)) == count


def test_an_apostrophe_parts_words_alike_in_every_typeface() -> None:
    assert fold_words("don't") == fold_words("don’t") == ["don", "t"]


def test_an_ampersand_that_is_no_entity_is_left() -> None:
    assert fold_words("R&D and Q&A; AT&T") == ["r", "d", "and", "q", "a", "at", "t"]


def test_an_invisible_mark_at_its_end_changes_no_text_of_whatever_characters() -> None:
    # Texts of steady letters take a quicker way, on which such a mark is not.
    characters = (chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000)
    texts = [f"а{character}б {character}е е{character}" for character in characters]
    assert [text for text in texts if fold(text) != fold(f"{text}\u00ad")] == []


@given(st.text(st.characters(), max_size=80))
def test_a_fold_folds_to_itself(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text(max_size=60), st.text(max_size=60))
def test_lines_fold_apart_as_they_fold_together(one: str, other: str) -> None:
    assert fold_words(f"{one}\n{other}") == fold_words(one) + fold_words(other)


@given(st.text(max_size=80))
def test_case_never_tells_texts_apart(text: str) -> None:
    assert fold(text.swapcase().casefold()) == fold(text.casefold().swapcase().casefold())
