"""The lexicons' own examples, and what becomes of a lexicon that is broken."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

import article_cleanup
from article_cleanup import CleanupConfig, clean
from article_cleanup.compilation import COMPILED_FILE, compile_entries, compiled_file, load_compiled, read_entries
from article_cleanup.entries import Entry, InvalidEntry, parse_entries
from article_cleanup.folding import fold_words
from article_cleanup.lexicon import Lexicon, Match, languages, load_lexicon

LEXICON = load_lexicon()
ENTRIES = read_entries(languages())
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr", "hi", "ar", "ja", "zh"}
PLAIN = {"rule": "newsletter", "strips": ["Sign up for the tide"], "spares": ["A sign was put up."]}


def _examples(field: str) -> list[object]:
    seen: Counter[str] = Counter()
    examples: list[object] = []
    for entry in ENTRIES:
        for text in getattr(entry, field):
            name = f"{entry.source} {entry.rule}: {text}"
            seen[name] += 1
            times = f" ({seen[name]})" if seen[name] > 1 else ""
            examples.append(pytest.param(entry, text, id=name + times))
    return examples


def _match(lexicon: Lexicon, text: str) -> Match | None:
    return lexicon.match(text, tuple(fold_words(text)))


def _lexicon(*rows: dict[str, object]) -> Lexicon:
    return Lexicon(compile_entries(parse_entries("xx.json", rows)))


@pytest.mark.parametrize(("entry", "text"), _examples("strips"))
def test_an_entry_strips_its_example(entry: Entry, text: str) -> None:
    match = _match(LEXICON, text)
    assert match is not None, "nothing matches it"
    assert match.kind.rule == entry.rule


@pytest.mark.parametrize(("entry", "text"), _examples("strips"))
def test_an_entry_strips_its_example_by_itself(entry: Entry, text: str) -> None:
    match = _match(Lexicon(compile_entries([entry])), text)
    assert match is not None, "another entry does this one's work, and it can go or needs another example"


@pytest.mark.parametrize(("entry", "text"), _examples("spares"))
def test_no_entry_strips_what_an_entry_spares(entry: Entry, text: str) -> None:
    match = _match(LEXICON, text)
    assert match is None, f"{match.kind.source} strips what {entry.source} spares, by {match.phrase!r}"


def test_there_is_a_lexicon_for_each_language() -> None:
    assert {entry.source.partition(".")[0] for entry in ENTRIES} >= LANGUAGES


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_knows_the_common_kinds_of_promo(language: str) -> None:
    rules = {entry.rule for entry in ENTRIES if entry.source.startswith(f"{language}.")}
    common = {
        "advertisement-label",
        "related-link",
        "newsletter",
        "follow-us",
        "headline-block",
        "share-bar",
        "copyright",
    }
    assert rules >= common


def test_every_rule_is_named_by_english_too_so_that_reports_share_their_words() -> None:
    english = {entry.rule for entry in ENTRIES if entry.source.startswith("en.")}
    assert {entry.rule for entry in ENTRIES} - english == set()


def test_the_lexicon_is_read_once() -> None:
    assert load_lexicon() is load_lexicon()


def test_the_file_of_compiled_lexicons_is_what_the_lexicons_make() -> None:
    held = (languages() / "shared" / COMPILED_FILE).read_text(encoding="utf-8")
    assert held == compiled_file(languages()), "a lexicon was edited, or how they are compiled: run `make lexicons`"


def test_an_edited_lexicon_counts_although_its_compiled_file_is_old(tmp_path: Path) -> None:
    lexicons = tmp_path / "lexicons"
    shutil.copytree(str(languages()), lexicons)
    assert load_compiled(lexicons) == load_compiled(languages())
    entry = {"rule": "newsletter", "line": ["get the tide by telegraph"], "strips": ["x"], "spares": ["x"]}
    (lexicons / "en.json").write_text(json.dumps([entry]), encoding="utf-8")
    line = "Get the Tide by telegraph!"
    assert _match(Lexicon(load_compiled(lexicons)), line)
    assert not _match(LEXICON, line)


def test_lexicons_load_the_same_with_the_compiled_file_and_without(tmp_path: Path) -> None:
    lexicons = tmp_path / "lexicons"
    shutil.copytree(str(languages()), lexicons)
    (lexicons / "shared" / COMPILED_FILE).unlink()
    assert load_compiled(lexicons) == load_compiled(languages())


def test_lexicon_files_are_named_after_languages() -> None:
    folder = files(article_cleanup) / "lexicons"
    names = {file.name for file in folder.iterdir() if file.is_file()}
    assert {name.removesuffix(".json") for name in names} >= LANGUAGES
    for name in names:
        assert json.loads((folder / name).read_text(encoding="utf-8"))


def test_a_line_of_an_entry_s_words_and_networks_is_stripped() -> None:
    lexicon = _lexicon({**PLAIN, "made_of": ["this", "on"], "with": ["share"]})
    assert _match(lexicon, "Share this on Facebook 12")
    assert not _match(lexicon, "This on Facebook")
    assert not _match(lexicon, "Share this bread")


def test_an_opening_needs_what_sets_it_off_and_something_after_it() -> None:
    lexicon = _lexicon({**PLAIN, "opens": ["Read more"]})
    for text in (
        "Read more: Ten mills",
        "READ MORE | Ten mills",
        "[Read more – Ten mills]",
        "Read more » Ten mills",
        "Read more @mills",
    ):
        assert _match(lexicon, text), text
    for text in (
        "Read more",
        "Read more:",
        "Read more slowly: it is late",
        "Read more-or-less all of it",
        "Do read more: it helps",
    ):
        assert not _match(lexicon, text), text


def test_a_phrase_fits_a_whole_line_and_no_part_of_one() -> None:
    lexicon = _lexicon({**PLAIN, "line": ["sign up (now|today)"]})
    assert _match(lexicon, "SIGN UP — today!")
    assert not _match(lexicon, "Sign up today, they said")
    assert not _match(lexicon, "They sign up today")


def test_a_line_that_must_name_something_needs_a_capital_after_its_first_word() -> None:
    lexicon = _lexicon({**PLAIN, "line": ["follow … on <network>"], "named": True})
    assert _match(lexicon, "Follow The Tide on Facebook")
    assert not _match(lexicon, "Follow the tide on Facebook")


def test_a_line_longer_than_an_entry_allows_is_no_match() -> None:
    lexicon = _lexicon({**PLAIN, "line": ["sign up today …"], "most_words": 5})
    assert _match(lexicon, "sign up today one two")
    assert not _match(lexicon, "sign up today one two three")


def test_buttons_that_lost_their_white_space_are_read_apart() -> None:
    lexicon = _lexicon({**PLAIN, "made_of": ["us"], "with": ["follow"]})
    assert _match(lexicon, "FollowUsFacebookLinkedInYouTube")


BROKEN = {
    "no form": ({}, "exactly one of"),
    "two forms": ({"line": ["sign up now"], "opens": ["Read more"]}, "exactly one of"),
    "an unknown form": ({"regex": [".*"]}, "exactly one of"),
    "an unknown field": ({"line": ["sign up now"], "colour": "red"}, "unknown fields: colour"),
    "no phrases": ({"line": []}, "line must be a list of texts"),
    "a phrase that is no text": ({"line": [3]}, "line must be a list of texts"),
    "phrases as one text": ({"line": "sign up now"}, "line must be a list of texts"),
    "an empty phrase": ({"line": [" "]}, "line must be a list of texts"),
    "nothing that it strips": ({"line": ["sign up now"], "strips": []}, "strips must be a list of texts"),
    "strips left out": ({"line": ["sign up now"], "strips": None}, "strips must be a list of texts"),
    "nothing that it spares": ({"line": ["sign up now"], "spares": []}, "spares must be a list of texts"),
    "a rule that there is not": ({"line": ["sign up now"], "rule": "news-leter"}, "rule must be"),
    "no rule": ({"line": ["sign up now"], "rule": None}, "rule must be"),
    "no words allowed": ({"line": ["sign up now"], "most_words": 0}, "most_words"),
    "a text for a number": ({"line": ["sign up now"], "most_words": "9"}, "most_words"),
    "true for a number": ({"line": ["sign up now"], "most_words": True}, "most_words"),
    "alone for a vocabulary": ({"made_of": ["us"], "with": ["follow"], "alone": False}, "alone"),
    "alone that is true": ({"line": ["sign up now"], "alone": True}, "alone"),
    "named that is not true": ({"line": ["sign up now"], "named": False}, "named"),
    "named for what heads": ({"heads": ["more stories"], "named": True}, "named"),
    "a vocabulary without anchors": ({"made_of": ["share"]}, "with must be a list of texts"),
    "a phrase of a gap alone": ({"line": ["…"]}, "could match almost any line"),
    "a phrase of gaps": ({"line": ["… …"]}, "could match almost any line"),
    "a phrase of optional words": ({"line": ["(sign)? (up)? …"]}, "could match almost any line"),
    "one word and the rest of a long line": ({"line": ["sign …"]}, "could match almost any line"),
    "one word after a gap": ({"line": ["… noon"]}, "could match almost any line"),
    "one word around a gap": ({"line": ["(no)? … (noon|night)"]}, "could match almost any line"),
    "a rule of what stands twice": ({"line": ["sign up now"], "rule": "near-duplicate"}, "one that has phrases"),
    "one word between gaps": ({"line": ["… sign …"]}, "could match almost any line"),
    "a class and the rest": ({"line": ["<number> …"]}, "could match almost any line"),
    "nested brackets": ({"line": ["sign (up (for|to)) now"]}, "cannot be read"),
    "an open bracket": ({"line": ["sign (up now"]}, "cannot be read"),
    "a closing bracket alone": ({"line": ["sign up) now"]}, "cannot be read"),
    "a bar outside brackets": ({"line": ["sign|log in now"]}, "cannot be read"),
    "an empty choice": ({"line": ["sign (up|) now"]}, "each choice needs a word"),
    "an unknown class of words": ({"line": ["sign up on <planet> now"]}, "class of words"),
    "an opening with choices": ({"opens": ["Read (more|on)"]}, "plain words"),
    "an opening of no word": ({"opens": ["»"]}, "plain words"),
    "a heading that any line fits": ({"heads": ["…"]}, "could match almost any line"),
}


@pytest.mark.parametrize(("row", "message"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_broken_entry_fails_as_it_is_loaded_and_says_which_and_why(row: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidEntry, match=message) as raised:
        _lexicon({**PLAIN, "line": ["sign up today"]}, {**PLAIN, **row})
    assert raised.value.source == "xx.json, entry 2"
    assert str(raised.value).startswith("xx.json, entry 2: ")


def test_anchors_belong_to_vocabularies_alone() -> None:
    with pytest.raises(InvalidEntry, match="with"):
        _lexicon({**PLAIN, "line": ["sign up now"], "with": ["sign"]})


OPEN_TO_ALL = ["the …", "… the", "… the …", "(the|a) … …", "(a|the|of) (a|the|of)? …", "… of the …", "the … of …"]


@pytest.mark.parametrize("phrase", OPEN_TO_ALL)
def test_a_phrase_of_common_words_and_gaps_cannot_be_loaded_to_match_sentences(phrase: str) -> None:
    try:
        lexicon = _lexicon({**PLAIN, "line": [phrase], "most_words": 60})
    except InvalidEntry:
        return
    assert not _match(
        lexicon, "The night ferry between the port and the outer islands will return to the quay of the old town"
    )


def test_a_phrase_that_begins_with_a_number_of_its_own_takes_its_line_and_no_other() -> None:
    text = "The boats went out at noon.\n{} things to know today\nThe end came soon."
    config = CleanupConfig(promo_phrases=("10 things to know today", "<number> stories today"))
    for line in (text, text.replace("things to know", "stories")):
        assert clean(line.format(10), config).text == "The boats went out at noon.\nThe end came soon.\n"
    assert clean(text.format(11), config).text == text.format(11)
    read = "The boats went out at noon.\n5 min read\nThe end came soon."
    assert clean(read).text != read
    assert clean(read, CleanupConfig(spare_phrases=("5 min read",))).text == read
