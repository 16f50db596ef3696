"""A site's own rules: what a file of them does, and what is wrong with one that is refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from article_cleanup import RULES_VERSION, CleanupConfig, InvalidConfig, InvalidRules, clean, read_rules

STORY = "The lighthouse was sold on Friday, after two years without a keeper."
QUIZ = {
    "rule": "site-promo",
    "line": ["our quiz of the week …"],
    "strips": ["Our quiz of the week: what do you know of tides?"],
    "spares": ["The quiz was won by a boy of nine."],
}
BOOKS = {
    "rule": "site-spare",
    "line": ["read more books"],
    "strips": ["Read more: Ten"],
    "spares": ["Read more books!"],
}


def _config(*rows: object) -> CleanupConfig:
    return CleanupConfig(site_rules=read_rules(json.dumps(rows)))


def test_an_entry_strips_the_lines_of_its_site_and_reports_its_rule() -> None:
    text = f"{STORY}\nOur quiz of the week is out!\n"
    assert clean(text).text == text
    cleaned = clean(text, _config(QUIZ))
    assert cleaned.text == f"{STORY}\n"
    assert [removal.rule for removal in cleaned.removals] == ["site-promo"]


def test_of_what_is_wrong_with_an_example_only_the_cause_is_told() -> None:
    with pytest.raises(InvalidRules) as invalid:
        read_rules(json.dumps([QUIZ | {"strips": ["Your quiz of the week", *QUIZ["strips"]]}]))
    assert invalid.value.problems == ("entry 1: it has no phrase that fits its own example 'Your quiz of the week'.",)


@pytest.mark.parametrize(("rule", "hint"), [("site-promos", " Did you mean 'site-promo'?"), ("tides", ""), (None, "")])
def test_a_rule_that_is_none_is_told_with_the_one_that_is_near(rule: object, hint: str) -> None:
    with pytest.raises(InvalidRules) as invalid:
        read_rules(json.dumps([QUIZ | {"rule": rule}]))
    (problem,) = invalid.value.problems
    assert problem.endswith(f"and is {rule!r}.{hint}")


def test_an_entry_can_name_any_rule_and_take_any_form() -> None:
    heading = {
        "rule": "headline-block",
        "heads": ["from the pier"],
        "strips": ["From the pier"],
        "spares": ["The pier."],
    }
    text = f"{STORY}\n\nFrom the pier\nGulls learn to queue\nA bell for the harbour\nWhy the tide is late\n"
    assert clean(text, _config(heading)).text.rstrip() == STORY


def test_a_site_knows_which_of_its_lines_are_no_code() -> None:
    more = "More to read = our quiz of the week;"
    named = QUIZ | {"line": ["more to read our quiz of the week"], "strips": [more]}
    assert clean(f"{STORY}\n{more}\n", _config(named)).text == f"{STORY}\n"
    spared = {"rule": "site-spare", "line": ["share this"], "strips": ["Share"], "spares": ["Share this;"]}
    assert clean(f"{STORY}\nShare this\n", _config(spared)).text == f"{STORY}\nShare this\n"


def test_a_line_that_is_to_be_spared_stays_whatever_takes_it() -> None:
    text = f"{STORY}\nRead more: Ten mills\nAdvertisement\n"
    spared = {"rule": "site-spare", "line": ["read more …"], "strips": ["Advertisement"], "spares": ["Read more: one"]}
    assert clean(text).text == f"{STORY}\n"
    assert clean(text, _config(spared)).text == f"{STORY}\nRead more: Ten mills\n"


def test_other_lines_go_as_before() -> None:
    assert clean(f"{STORY}\nAdvertisement\n", _config(QUIZ, BOOKS)).text == f"{STORY}\n"


def test_the_rules_version_tells_one_file_from_another() -> None:
    one, two = (clean(STORY, _config(*rows)).rules_version for rows in ([QUIZ], [QUIZ, BOOKS]))
    assert clean(STORY).rules_version == RULES_VERSION
    assert one.startswith(f"{RULES_VERSION}+")
    assert two.startswith(f"{RULES_VERSION}+")
    assert one != two
    assert one == clean(STORY, _config(QUIZ)).rules_version


def test_a_config_as_json_can_bring_the_rules_along() -> None:
    assert CleanupConfig.from_mapping({"site_rules": [QUIZ]}) == _config(QUIZ)
    with pytest.raises(InvalidConfig, match="site_rules: entry 1: rule must be"):
        CleanupConfig.from_mapping({"site_rules": [QUIZ | {"rule": "quiz"}]})
    with pytest.raises(InvalidConfig, match="site_rules: must be the entries"):
        CleanupConfig(site_rules=(QUIZ,))  # type: ignore[arg-type]


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    assert read_rules(b"\xef\xbb\xbf" + json.dumps([QUIZ]).encode()) == read_rules(json.dumps([QUIZ]))


WRONG = {
    "not UTF-8": (b'["\xff"]', "not UTF-8"),
    "not JSON": (b"[{'rule': 1}]", "not JSON.* line 1 column 3"),
    "nested without end": (b"[" * 100_000, "brackets are nested"),
    "a field that is written twice": (
        json.dumps([QUIZ]).replace("{", '{"spares": ["Our quiz of the week"], ', 1).encode(),
        "entry 1: it has fields that are written twice: spares",
    ),
    "no list": (b"{}", "must be a list of entries"),
    "no entries": (b"[]", "must be a list of entries"),
    "an entry that is a text": (b'["our quiz of the week"]', "entry 1: it must be an object"),
    "a phrase of a gap alone": (json.dumps([QUIZ | {"line": ["…"]}]).encode(), "entry 1: .*almost any line"),
    "a rule that tells nothing by words": (json.dumps([QUIZ | {"rule": "duplicate"}]).encode(), "one that has phrases"),
    "an unknown rule": (json.dumps([QUIZ, QUIZ | {"rule": "quiz"}]).encode(), "entry 2: rule must be"),
    "an example that it does not fit": (
        json.dumps([QUIZ | {"strips": ["The quiz"]}]).encode(),
        "entry 1: it has no phrase that fits its own example 'The quiz'",
    ),
    "an example that it takes and says that it spares": (
        json.dumps([QUIZ | {"spares": ["Our quiz of the week"]}]).encode(),
        "entry 1: 'Our quiz of the week' is to stay, and goes by 'our quiz of the week …' of entry 1",
    ),
    "an example to be spared that another rule takes": (
        json.dumps([QUIZ | {"spares": ["Advertisement"]}]).encode(),
        "entry 1: 'Advertisement' is to stay, and goes by .* of en.json",
    ),
    "an example that another entry spares": (
        json.dumps([QUIZ, BOOKS | {"line": ["our quiz …"], "spares": ["Our quiz of old"]}]).encode(),
        "entry 1: its example .* would stay",
    ),
    "an entry that spares too much": (
        json.dumps([BOOKS | {"line": ["read more …"]}]).encode(),
        "entry 1: it would spare 'Read more: Ten', which .* is to go",
    ),
    "an entry that does not spare its example": (
        json.dumps([BOOKS | {"spares": ["Read on!"]}]).encode(),
        "entry 1: it has no phrase that fits its own example 'Read on!'",
    ),
}


@pytest.mark.parametrize(("content", "problem"), list(WRONG.values()), ids=list(WRONG))
def test_a_file_that_cannot_be_used_is_refused_and_says_why(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidRules, match=problem):
        read_rules(content)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidRules) as raised:
        read_rules(json.dumps([QUIZ | {"rule": "quiz"}, QUIZ, QUIZ | {"line": ["the …"]}]))
    assert [problem.partition(":")[0] for problem in raised.value.problems] == ["entry 1", "entry 3"]


# What the language of phrases has, what it might be taken for, and white space of all kinds.
_PARTS = [
    "our", "quiz", " ", "\n", "\t", "\x85",
    "(", "|", ")", ")?", "?", "…", "<network>", "<number>", "<", "&#10;", "登", "é",
]  # fmt: skip


@given(
    st.sampled_from(("line", "heads", "opens", "made_of")),
    st.lists(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=8).map("".join), min_size=1, max_size=3),
)
@example("line", ["our\nquiz"])
def test_whatever_is_written_for_a_phrase_is_used_or_refused(form: str, phrases: list[str]) -> None:
    row = {"rule": "site-promo", form: phrases, "strips": phrases, "spares": ["The tide came in."]}
    rows = [row | ({"with": ["quiz"]} if form == "made_of" else {})]
    with suppress(InvalidRules):
        clean(f"{STORY}\n{phrases[0]}", _config(*rows))
