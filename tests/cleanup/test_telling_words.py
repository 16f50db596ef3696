"""Words that tell an article's own sentence from a line that the page added."""

from __future__ import annotations

import pytest

from article_cleanup import CleanupConfig, clean
from article_cleanup.compilation import compile_entries, load_compiled
from article_cleanup.entries import parse_entries
from article_cleanup.folding import fold_words
from article_cleanup.lexicon import Lexicon, languages
from article_cleanup.telling_words import TellingWords

NEWSLETTER = {"rule": "newsletter", "line": ["sign up … newsletter …"], "strips": ["x"], "spares": ["x"]}
TELLING = TellingWords(
    anywhere={"xx": frozenset(("said",)), "yy": frozenset(("dit",))},
    last={"xx": frozenset(("say",))},
    bodies={"xx": frozenset(("council",))},
    ours={"xx": frozenset(("our",))},
)


def _is_promo(line: str, file: str = "xx.json") -> bool:
    lexicon = Lexicon(compile_entries(parse_entries(file, [NEWSLETTER]), TELLING))
    return lexicon.match(line, tuple(fold_words(line))) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for the newsletter, he said",
        "Sign up for the newsletter, experts say",
        "Sign up for the council newsletter",
    ],
)
def test_a_line_of_the_article_s_own_is_no_promo(line: str) -> None:
    assert not _is_promo(line)


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for the newsletter",
        "Sign up for a newsletter and have your say here",
        "Sign up for our newsletter on the council",
        "Sign up for dit newsletter",
    ],
)
def test_other_lines_are_and_a_word_of_another_language_tells_nothing(line: str) -> None:
    assert _is_promo(line)


def test_words_of_every_language_tell_on_a_phrase_whose_language_nobody_said() -> None:
    config = CleanupConfig(promo_phrases=("our quiz of the week …",))
    kept = "Our quiz of the week was rigged, she said.\nOur quiz of the week était truqué, disait le maire.\n"
    assert clean(kept, config).text == kept
    assert clean("Our quiz of the week is here.\n", config).text == ""


def test_a_rule_that_asks_readers_for_nothing_may_speak_of_public_bodies() -> None:
    text = "The boat came in.\nRead more about the council\nThe boat went out.\n"
    assert clean(text).text == "The boat came in.\nThe boat went out.\n"


def test_every_language_with_words_of_its_bodies_has_words_of_the_page_s_own() -> None:
    words = load_compiled(languages()).telling
    assert words.bodies.keys() == words.ours.keys()
    assert all(words.bodies.values())
    assert all(words.ours.values())
    assert words.bodies.keys() <= words.anywhere.keys()
