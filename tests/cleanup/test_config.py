"""What a caller may choose, what each choice does, and what is refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from article_cleanup import CleanupConfig, InvalidConfig, clean

LONG = (
    "The harbour board has spent most of the winter looking for a second captain, since the old one is to retire in "
    "June and the rules do not let a vessel of that size leave port with only one officer on the bridge."
)
EDITED = LONG.replace("vessel", "ship")
OTHER = (
    "Fares will stay at 14 crowns for islanders and rise to 38 for visitors, and bicycles will travel free of charge."
)


def _clean(*lines: str, **options: Any) -> list[str]:  # noqa: ANN401
    return clean("\n".join(lines), CleanupConfig(**options)).text.split("\n")[: len(lines)]


def _kept(*lines: str, **options: Any) -> set[str]:  # noqa: ANN401
    return set(clean("\n".join(lines), CleanupConfig(**options)).text.splitlines())


INVALID = [
    ("keep_embeds", 1),
    ("keep_embeds", "yes"),
    ("keep_embeds", None),
    ("keep_near_duplicates", 0),
    ("keep_near_duplicates", "false"),
    ("near_duplicate_threshold", 0.79),
    ("near_duplicate_threshold", 1.01),
    ("near_duplicate_threshold", float("nan")),
    ("near_duplicate_threshold", float("inf")),
    ("near_duplicate_threshold", True),
    ("near_duplicate_threshold", "0.9"),
    ("near_duplicate_threshold", None),
    ("least_repeat_words", 0),
    ("least_repeat_words", -3),
    ("least_repeat_words", 10.0),
    ("least_repeat_words", True),
    ("least_repeat_words", "10"),
    ("promo_phrases", "sign up now"),
    ("promo_phrases", ["sign up now"]),
    ("promo_phrases", ("sign up now", 3)),
    ("promo_phrases", None),
    ("promo_phrases", ("",)),
    ("promo_phrases", ("  ",)),
    ("promo_phrases", ("…",)),
    ("promo_phrases", ("the …",)),
    ("promo_phrases", ("sign (up",)),
    ("promo_phrases", ("<planet> news",)),
    ("spare_phrases", "sign up now"),
    ("spare_phrases", (b"sign up now",)),
    ("spare_phrases", ("(a|b)?",)),
    ("spare_phrases", ("!!!",)),
]


@pytest.mark.parametrize(("field", "value"), INVALID, ids=repr)
def test_a_choice_that_cannot_be_followed_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidConfig, match=f"^{field}: ") as raised:
        CleanupConfig(**{field: value})  # type: ignore[arg-type]
    assert raised.value.field == field


@pytest.mark.parametrize("threshold", [0.8, 0.95, 1, 1.0])
def test_the_ends_of_a_range_are_allowed(threshold: float) -> None:
    config = CleanupConfig(near_duplicate_threshold=threshold, least_repeat_words=1)
    assert (config.near_duplicate_threshold, config.least_repeat_words) == (threshold, 1)


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        CleanupConfig().keep_embeds = True  # type: ignore[misc]


def test_configs_of_equal_choices_are_equal() -> None:
    assert CleanupConfig(promo_phrases=("a tide table",)) == CleanupConfig(promo_phrases=("a tide table",))
    assert hash(CleanupConfig()) == hash(CleanupConfig())


def test_json_spells_out_a_config() -> None:
    values = {"keep_embeds": True, "near_duplicate_threshold": 0.9, "promo_phrases": ["tide table", "sign up"]}
    expected = CleanupConfig(keep_embeds=True, near_duplicate_threshold=0.9, promo_phrases=("tide table", "sign up"))
    assert CleanupConfig.from_mapping(values) == expected
    assert CleanupConfig.from_mapping({}) == CleanupConfig()


def test_a_choice_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidConfig, match="keep_near_duplicates") as raised:
        CleanupConfig.from_mapping({"keep_embed": True})
    assert raised.value.field == "keep_embed"


@pytest.mark.parametrize(
    "values", [{"keep_embeds": "true"}, {"promo_phrases": "a b"}, {"promo_phrases": [1]}, {"spare_phrases": {"a": 1}}]
)
def test_json_of_the_wrong_type_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidConfig):
        CleanupConfig.from_mapping(values)


def test_embeds_stay_where_they_are_wanted() -> None:
    post = "She is home. pic.twitter.com/a1B2c3 — Ines Marrow (@inesmarrow) March 3, 2025"
    assert post not in _kept(LONG, post, OTHER)
    assert post in _kept(LONG, post, OTHER, keep_embeds=True)


def test_near_duplicates_stay_where_they_are_wanted_and_exact_ones_go() -> None:
    assert EDITED not in _kept(LONG, OTHER, EDITED)
    assert EDITED in _kept(LONG, OTHER, EDITED, keep_near_duplicates=True)
    assert _clean(LONG, OTHER, LONG, keep_near_duplicates=True) == [LONG, OTHER, ""]


def test_a_near_duplicate_must_be_as_like_as_the_threshold_says() -> None:
    assert EDITED not in _kept(LONG, OTHER, EDITED, near_duplicate_threshold=0.9)
    assert EDITED in _kept(LONG, OTHER, EDITED, near_duplicate_threshold=1)


def test_a_removed_near_duplicate_says_how_like_it_is_to_what() -> None:
    text = f"{LONG}\n{OTHER}\n{EDITED}"
    (removal,) = clean(text).removals
    assert removal.rule == "near-duplicate"
    assert removal.score is not None
    assert 0.95 <= removal.score < 1
    assert removal.duplicate_of is not None
    assert removal.duplicate_of.of(text) == LONG


def test_a_line_that_comes_again_alone_goes_from_so_many_words_on() -> None:
    line = "The gulls came back that night."
    lines = (line, LONG, OTHER, line)
    assert _clean(*lines) == [*lines]
    assert _clean(*lines, least_repeat_words=6) == [line, LONG, OTHER, ""]
    assert _clean(*lines, least_repeat_words=7) == [*lines]


def test_a_site_s_own_promos_go_under_a_rule_of_their_own() -> None:
    line = "Tide tables for the week, printed on Fridays"
    assert line in _kept(LONG, line, OTHER)
    cleaned = clean(f"{LONG}\n{line}\n{OTHER}", CleanupConfig(promo_phrases=("tide tables for …",)))
    assert [(removal.rule, removal.text) for removal in cleaned.removals] == [("site-promo", line)]


def test_a_site_s_own_lines_are_spared() -> None:
    assert "Advertisement" not in _kept(LONG, "Advertisement", OTHER)
    assert "Advertisement" in _kept(LONG, "Advertisement", OTHER, spare_phrases=("advertisement",))


def test_a_spared_line_is_spared_at_a_paragraph_s_end() -> None:
    line = f"{LONG}Advertisement"
    assert line not in _kept(line, OTHER)
    assert line in _kept(line, OTHER, spare_phrases=("advertisement",))


def test_a_phrase_to_spare_wins_over_one_to_strip() -> None:
    options: dict[str, Any] = {"promo_phrases": ("tide (tables|times) …",), "spare_phrases": ("tide tables …",)}
    kept = _kept(LONG, "Tide tables today", "Tide times today", OTHER, **options)
    assert "Tide tables today" in kept
    assert "Tide times today" not in kept


def test_a_cue_line_that_is_spared_keeps_what_stands_under_it() -> None:
    lines = [LONG, OTHER, "You may also like", "Ten Quiet Beaches To See", "Five Old Mills That Turn"]
    assert _kept(*lines) == {LONG, OTHER}
    assert _kept(*lines, spare_phrases=("you may also like",)) == set(lines)


def test_one_config_does_not_reach_the_next_cleanup() -> None:
    text = f"{LONG}\nTide tables for the week\nAdvertisement\n{OTHER}"
    before = clean(text)
    clean(text, CleanupConfig(promo_phrases=("tide tables …",), spare_phrases=("advertisement",)))
    assert clean(text) == before
