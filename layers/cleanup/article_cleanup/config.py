"""What a caller may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

from .compilation import compile_entries
from .entries import Entry, InvalidEntry, phrase_entry
from .lexicon import Lexicon, load_lexicon
from .site_rules import SPARE, InvalidRules, parse_rules, with_site_rules


class InvalidConfig(ValueError):
    """A choice that cannot be followed: `field` names it, the message says what it must be."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupConfig:
    """The choices of one cleanup. The defaults suit news articles.

    - `keep_embeds`: leave embedded posts where they stand.
    - `keep_near_duplicates`: leave paragraphs that differ in a few words from another; exact repeats still go.
    - `near_duplicate_threshold`: how much of two paragraphs must be the same, 0.8 to 1, for the later to go
      that stands by itself, outside a doubled body.
    - `least_repeat_words`: a line that stands twice by itself, outside a doubled body, goes from so many words on,
      twice as many where most lines have less than fifteen; shorter ones may be refrains, answers or scores.
    - `promo_phrases`: lines of one site that are to go, too, in the phrase syntax of the lexicon.
    - `spare_phrases`: lines of one site that no promo rule is to take, in the same syntax.
    - `site_rules`: the entries of a site's rules file, as `read_rules` has them.

    Raises `InvalidConfig` for a value that is of the wrong type, out of range, or no usable phrase.
    """

    keep_embeds: bool = False
    keep_near_duplicates: bool = False
    near_duplicate_threshold: float = 0.95
    least_repeat_words: int = 10
    promo_phrases: tuple[str, ...] = ()
    spare_phrases: tuple[str, ...] = ()
    site_rules: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        # Values can come from JSON, whatever the annotations say.
        values: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in ("keep_embeds", "keep_near_duplicates"):
            if not isinstance(values[name], bool):
                raise InvalidConfig(name, f"must be true or false, and is {values[name]!r}.")
        threshold = values["near_duplicate_threshold"]
        if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0.8 <= threshold <= 1:
            raise InvalidConfig("near_duplicate_threshold", f"must be a number from 0.8 to 1, and is {threshold!r}.")
        least = values["least_repeat_words"]
        if isinstance(least, bool) or not isinstance(least, int) or least < 1:
            raise InvalidConfig("least_repeat_words", f"must be a whole number, 1 or more, and is {least!r}.")
        for name in ("promo_phrases", "spare_phrases"):
            _check_phrases(name, values[name])
        rules = values["site_rules"]
        if not isinstance(rules, tuple) or not all(isinstance(entry, Entry) for entry in rules):
            raise InvalidConfig("site_rules", "must be the entries that `read_rules` makes of a rules file.")

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> CleanupConfig:
        """The config that JSON or YAML spells out. Raises `InvalidConfig`, also for a field that there is not."""
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise InvalidConfig(name, f"there is no such choice. There are: {', '.join(sorted(known))}.")
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        if "site_rules" in values:
            try:
                given["site_rules"] = parse_rules(values["site_rules"])
            except InvalidRules as error:
                raise InvalidConfig("site_rules", str(error)) from error
        return cls(**given)  # type: ignore[arg-type]  # checked in __post_init__

    def lexicon(self) -> Lexicon:
        """The lexicon of all languages, with this config's phrases."""
        if not (self.promo_phrases or self.spare_phrases or self.site_rules):
            return load_lexicon()
        return _extended_lexicon(self.promo_phrases, self.spare_phrases, self.site_rules)


# Making one takes as long as cleaning a hundred articles, and it takes less than a megabyte. A function has one config
# for each rules file.
@lru_cache(maxsize=64)
def _extended_lexicon(promo: tuple[str, ...], spare: tuple[str, ...], site_rules: tuple[Entry, ...]) -> Lexicon:
    return with_site_rules(
        (
            *(phrase_entry("site-promo", phrase) for phrase in promo),
            *(phrase_entry(SPARE, phrase) for phrase in spare),
            *site_rules,
        )
    )


def _check_phrases(name: str, phrases: object) -> None:
    if not isinstance(phrases, tuple) or not all(isinstance(phrase, str) for phrase in phrases):
        raise InvalidConfig(name, f"must be a list of texts, in Python a tuple of them, and is {phrases!r}.")
    for phrase in phrases:
        try:
            compile_entries([phrase_entry("site-promo", phrase)])
        except InvalidEntry as error:
            raise InvalidConfig(name, str(error)) from error
