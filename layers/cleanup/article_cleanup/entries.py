"""The entries of a lexicon, as people write them: one file a language, each with what it strips and what it spares.

An entry has one of four forms:

- `line`: phrases that a whole line must fit, as in `"sign up (for|to) … newsletter …"` (see `phrases`). Those that
  could as well be the article's ("Save") have `"alone": false`, and count only beside another promo. Those that are
  open ("follow … on <network> …") can have `"named": true`: something in the line must be called by its name, as a page
  calls itself, since articles say as much of others ("Follow the lifeguards on Facebook");
- `made_of`: a closed vocabulary; a line of nothing but these words, one of those in `with` among them;
- `opens`: words that open a line, followed by a colon, a bar, a dash or the like, and then a title; or by a handle;
- `heads`: phrases that a whole line must fit and that head a block of other articles' headlines. Those that could
  as well be an article's own subhead have `"alone": false`, and count only with headlines under them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .rules import LINE_REASONS

# How long a line may be when an entry does not say: longer ones are paragraphs.
_MOST_WORDS = {"line": 30, "made_of": 14, "opens": 40, "heads": 12}
_FIELDS = {"rule", "most_words", "alone", "named", "strips", "spares"}


class InvalidEntry(ValueError):
    """A lexicon entry that cannot be used: `source` says which, the message what is wrong with it."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a lexicon file, as written."""

    source: str
    rule: str
    form: str
    phrases: tuple[str, ...]
    anchors: tuple[str, ...] = ()
    most_words: int
    alone: bool = True
    named: bool = False
    strips: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


def phrase_entry(rule: str, phrase: str) -> Entry:
    """The entry for one phrase that a user gives."""
    return Entry(source="the config's phrases", rule=rule, form="line", phrases=(phrase,), most_words=80)


def parse_entries(file: str, rows: Iterable[Mapping[str, object]]) -> Iterator[Entry]:
    """Entries from the rows of a lexicon file. Raises `InvalidEntry` where a row is not of the form."""
    for number, row in enumerate(rows, start=1):
        yield parse_entry(f"{file}, entry {number}", row)


def parse_entry(source: str, row: Mapping[str, object], rules: Collection[str] = LINE_REASONS) -> Entry:
    """The entry that a row spells, with one of these rules. Raises `InvalidEntry` where it is not of the form."""
    forms = [form for form in _MOST_WORDS if form in row]
    if len(forms) != 1:
        raise InvalidEntry(source, f"it needs exactly one of {', '.join(_MOST_WORDS)}, and has {forms or 'none'}.")
    form = forms[0]
    unknown = row.keys() - _FIELDS - ({form, "with"} if form == "made_of" else {form})
    if unknown:
        raise InvalidEntry(source, f"it has unknown fields: {', '.join(sorted(unknown))}.")
    return Entry(
        source=source,
        rule=_rule(source, row, rules),
        form=form,
        phrases=_texts(source, row, form),
        anchors=_texts(source, row, "with") if form == "made_of" else (),
        most_words=_most_words(source, row, form),
        alone=_alone(source, row, form),
        named=_named(source, row, form),
        strips=_texts(source, row, "strips"),
        spares=_texts(source, row, "spares"),
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to ask after a word that is not one of those known. Empty if none of them is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only what is wrong needs it, and every start would pay

    near = get_close_matches(word, sorted(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _rule(source: str, row: Mapping[str, object], rules: Collection[str]) -> str:
    rule = row.get("rule")
    if not isinstance(rule, str) or rule not in rules:
        hint = did_you_mean(str(rule), rules)
        raise InvalidEntry(source, f"rule must be the kebab-case slug of one that has phrases, and is {rule!r}.{hint}")
    return rule


def _most_words(source: str, row: Mapping[str, object], form: str) -> int:
    count = row.get("most_words", _MOST_WORDS[form])
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise InvalidEntry(source, f"most_words must be a whole number, 1 or more, and is {count!r}.")
    return count


def _alone(source: str, row: Mapping[str, object], form: str) -> bool:
    alone = row.get("alone")
    if alone is not None and (alone is not False or form not in ("heads", "line")):
        raise InvalidEntry(source, "alone is left out, or false for heads and lines.")
    return alone is None


def _named(source: str, row: Mapping[str, object], form: str) -> bool:
    named = row.get("named")
    if named is not None and (named is not True or form != "line"):
        raise InvalidEntry(source, "named is left out, or true for lines.")
    return named is True


def _texts(source: str, row: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = row.get(field)
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and text.strip() for text in value):
        raise InvalidEntry(source, f"{field} must be a list of texts, with one at least.")
    return tuple(value)
