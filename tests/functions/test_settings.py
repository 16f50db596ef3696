from __future__ import annotations

import pytest

from article_cleanup import CleanupConfig
from article_pipeline.settings import Settings, SettingsError

GOOD = {"INPUT_BUCKET": "in", "OUTPUT_BUCKET": "out", "MAX_ARTICLE_BYTES": "5242880"}


def test_settings_come_from_the_variables_that_the_template_sets() -> None:
    settings = Settings.from_environment(GOOD)
    assert settings == Settings(input_bucket="in", output_bucket="out", max_article_bytes=5242880)
    assert Settings.from_environment(GOOD | {"RULES_BUCKET": "rules"}).rules_bucket == "rules"
    more = {"MAX_PACKED_BYTES": "1", "MAX_PACKED_SECONDS": "2", "MAX_LINE_BYTES": "3", "TEXT_FIELD": "body"}
    packed = Settings.from_environment(GOOD | more)
    assert (packed.max_packed_bytes, packed.max_packed_seconds, packed.max_line_bytes) == (1, 2, 3)
    assert packed.text_field == "body"
    more = {"MAX_ARTICLE_SECONDS": "25", "MOSTLY_REMOVED_PERCENT": "90", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}
    chosen = Settings.from_environment(GOOD | more)
    assert (chosen.max_article_seconds, chosen.mostly_removed_percent) == (25, 90)
    assert chosen.memory_bytes == 512 * 1024 * 1024
    for written, expected in (("true", True), ("false", False), (" True", True)):
        assert Settings.from_environment(GOOD | {"WRITE_PAGES": written}).write_pages is expected
    with pytest.raises(SettingsError, match="WRITE_PAGES is 'yes'"):
        Settings.from_environment(GOOD | {"WRITE_PAGES": "yes"})


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_setting_is_named(name: str, value: str | None) -> None:
    environment = {key: value if key == name else good for key, good in GOOD.items()}
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({key: text for key, text in environment.items() if text is not None})


@pytest.mark.parametrize("value", ["0", "-1", "5 MB", "1e6", "٣"])
@pytest.mark.parametrize("name", ["MAX_ARTICLE_BYTES", "MAX_ARTICLE_SECONDS", "MOSTLY_REMOVED_PERCENT"])
def test_a_number_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(GOOD | {name: value})


def test_the_cleanup_s_options_come_as_json() -> None:
    assert Settings.from_environment(GOOD).cleanup == CleanupConfig()
    chosen = Settings.from_environment(
        GOOD | {"CLEANUP_OPTIONS": '{"keep_embeds": true, "spare_phrases": ["our own"]}'}
    )
    assert chosen.cleanup == CleanupConfig(keep_embeds=True, spare_phrases=("our own",))


@pytest.mark.parametrize("value", ["keep_embeds", "[]", '{"keep_embed": true}', '{"keep_embeds": 1}'])
def test_options_that_are_none_are_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match="CLEANUP_OPTIONS"):
        Settings.from_environment(GOOD | {"CLEANUP_OPTIONS": value})


def test_one_bucket_for_both_is_refused() -> None:
    with pytest.raises(SettingsError, match="two different buckets"):
        Settings.from_environment(GOOD | {"OUTPUT_BUCKET": "in"})
