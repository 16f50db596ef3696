"""What makes a line a promo, as data: one file a language, each entry with what it strips and what it spares.

An entry has one of four forms:

- `line`: phrases that a whole line must fit, as in `"sign up (for|to) … newsletter …"` (see `phrases`). Those that
  could as well be the article's ("Save") have `"alone": false`, and count only beside another promo. Those that are
  open ("follow … on <network> …") can have `"named": true`: something in the line must be called by its name, as a page
  calls itself, since articles say as much of others ("Follow the lifeguards on Facebook");
- `made_of`: a closed vocabulary; a line of nothing but these words, one of those in `with` among them;
- `opens`: words that open a line, followed by a colon, a bar, a dash or the like, and then a title; or by a handle;
- `heads`: phrases that a whole line must fit and that head a block of other articles' headlines. Those that could
  as well be an article's own subhead have `"alone": false`, and count only with headlines under them.

A line that reports speech ("…, she said"), or that points to what others offer ("Sign up for the council's alerts"), is
the article's own sentence, and only what opens it can make it a promo: see `telling_words`.

All languages are asked of every line: pages mix them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .folding import fold_words
from .listings import is_listing
from .phrases import NETWORKS, NUMBER, TITLE, InvalidPhrase, Phrase, compile_opening, compile_phrase
from .rules import REASONS
from .telling_words import ASKING_RULES, TellingWords, load_telling_words

# The kinds of promo that are told from an article's own sentence even at the end of a paragraph, after a space.
RUN_ON_RULES = frozenset(("related-link", "newsletter", "follow-us", "app-promo"))

_NAMES = frozenset(name for name in NETWORKS if " " not in name)

# How long a line may be when an entry does not say: longer ones are paragraphs.
_MOST_WORDS = {"line": 30, "made_of": 14, "opens": 40, "heads": 12}
_FIELDS = {"rule", "most_words", "alone", "named", "strips", "spares"}
_LONGEST_SHARE_BAR = 120
_MOST_RUN_TOGETHER = 8
_DIGITS = "0123456789"
_QUOTE = re.compile(r"[\"“”„«»]")
# What goes on after a colon is no title ("À lire aussi : l'arrêté que le maire a signé").
_GOES_ON = re.compile(rf"[^:]{{1,40}}:\s+(?!{TITLE})")
# A picture's caption has words that no name has ("Foto: Der Fischer flickt sein Netz").
_CAPTION = re.compile(r"[^:：|–—-]*[:：|–—-][^/©@]*[^\W\d_] [a-zß-öø-ÿąćęłńóśźżğışœа-яё]{4,}[^/©@]*$")
_LONGEST_NAME = 4
# Share bars lose the white space between their buttons.
_RUN_TOGETHER = re.compile(r"(?<=[a-zß-öø-ÿąćęłńśźżğışа-яё0-9])(?=[A-ZÀ-ÖØ-ÞĄĆĘŁŃŚŹŻĞİŞА-ЯЁ])")


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

    @property
    def language(self) -> str:
        """The language of its file. Nothing for a phrase from elsewhere."""
        return self.source.partition(".json")[0] if ".json" in self.source else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a line was recognised by."""

    entry: Entry
    phrase: str


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    entry: Entry
    anchors: frozenset[str]
    words: frozenset[str]


class Lexicon:
    """Entries of any number of languages, ready to be asked of lines. Immutable once made."""

    def __init__(
        self, entries: Iterable[Entry], spare: Lexicon | None = None, telling: TellingWords | None = None
    ) -> None:
        """A lexicon of `entries`, which matches no line that `spare` matches.

        Lines that the words of `telling` show to be the article's own sentences fit openings and vocabularies only.

        Raises `InvalidEntry` for an entry that cannot be used, such as one that could match everything.
        """
        self.entries = tuple(entries)
        self._spare = spare
        self.telling = telling or TellingWords()
        self.announcing = self.telling.announcing()
        self._anchored: defaultdict[str, list[tuple[Entry, Phrase]]] = defaultdict(list)
        self._floating: defaultdict[str, list[tuple[Entry, Phrase]]] = defaultdict(list)
        self._openings: defaultdict[str, list[tuple[Entry, Phrase]]] = defaultdict(list)
        self._vocabularies: defaultdict[str, list[_Vocabulary]] = defaultdict(list)
        for entry in self.entries:
            self._add(entry)
        vocabularies = [vocabulary for some in self._vocabularies.values() for vocabulary in some]
        self._triggers = frozenset(self._vocabularies).union(self._floating)
        run_on = [(word, p) for word, pairs in self._anchored.items() for e, p in pairs if e.rule in RUN_ON_RULES]
        self._anchored_needs = {
            word: frozenset().union(*(phrase.needs[0] for _, phrase in pairs)) for word, pairs in self._anchored.items()
        }
        self._run_on_firsts = frozenset(word for word, _ in run_on).union(self._openings)
        self._run_on_needs = frozenset().union(*(phrase.needs[0] for _, phrase in run_on))
        self._widest = max((vocabulary.entry.most_words for vocabulary in vocabularies), default=0)
        self._longest = max((entry.most_words for entry in self.entries), default=0)

    def _add(self, entry: Entry) -> None:
        if entry.form == "made_of":
            anchors = _word_set(entry.anchors)
            vocabulary = _Vocabulary(entry, anchors, anchors | _word_set(entry.phrases) | _NAMES)
            for word in anchors:
                self._vocabularies[word].append(vocabulary)
            return
        for source in entry.phrases:
            try:
                phrase = compile_opening(source) if entry.form == "opens" else compile_phrase(source, entry.most_words)
            except InvalidPhrase as error:
                raise InvalidEntry(entry.source, str(error)) from error
            if entry.form == "opens":
                self._openings[phrase.opening[0]].append((entry, phrase))
                continue
            index = self._anchored if phrase.is_anchored else self._floating
            for word in phrase.triggers:
                index[word].append((entry, phrase))

    def extended(self, *, promo: Iterable[Entry], spare: Iterable[Entry]) -> Lexicon:
        """This lexicon with `promo` before its own entries, and with no match for a line that `spare` fits."""
        return Lexicon((*promo, *self.entries), Lexicon(spare), self.telling)

    def may_begin(self, word: str) -> bool:
        """Whether an opening, or a line of the `RUN_ON_RULES`, begins with this folded word. A quick no."""
        return word in self._run_on_firsts

    def may_end(self, words: Iterable[str]) -> bool:
        """Whether a line of the `RUN_ON_RULES` can be among these last words of a paragraph. A quick no, as above."""
        return not self._run_on_needs.isdisjoint(words)

    def match(self, text: str, words: Sequence[str]) -> Match | None:
        """The entry that makes a promo of a line with this text and these folded words, if one does."""
        if not words or len(words) > self._longest or (self._spare and self._spare.match(text, words)):
            return None
        match = (
            self._match_opening(text, words) or self._match_words(text, words) or self._match_run_together(text, words)
        )
        return None if match and is_listing(text) else match

    def _match_opening(self, text: str, words: Sequence[str]) -> Match | None:
        for entry, phrase in self._openings.get(words[0], ()):
            if len(words) > entry.most_words or tuple(words[: len(phrase.opening)]) != phrase.opening:
                continue
            if entry.rule == "photo-credit" and len(words) > _LONGEST_NAME and _CAPTION.match(text):
                continue
            if phrase.fits(unicodedata.normalize("NFC", text)):
                return Match(entry=entry, phrase=phrase.source)
        return None

    def _match_words(self, text: str, words: Sequence[str]) -> Match | None:
        hits = self._triggers.intersection(words)
        candidates = self._candidates(text, words, hits)
        if not candidates:
            return self._match_vocabulary(words, hits) if hits else None
        weak = None
        have = frozenset(words)
        line = " ".join(words) + " "
        for entry, phrase in candidates:
            if len(words) > entry.most_words or not phrase.may_fit(have) or not phrase.fits(line):
                continue
            if not self._is_sentence(entry, text, words):
                match = Match(entry=entry, phrase=phrase.source)
                if entry.form == "line" and entry.alone:
                    return match
                weak = weak or match
        return (self._match_vocabulary(words, hits) if hits else None) or weak

    def _is_sentence(self, entry: Entry, text: str, words: Sequence[str]) -> bool:
        """Whether a line that fits a phrase of this entry is the article's own sentence all the same."""
        if entry.named and not _names_something(text):
            return True
        if entry.rule == "related-link":
            return _GOES_ON.match(text) is not None or self.telling.report_speech(entry.language, words)
        return self.telling.report_speech(entry.language, words) or (
            entry.rule in ASKING_RULES and self.telling.speak_for_others(entry.language, words)
        )

    def _candidates(self, text: str, words: Sequence[str], hits: frozenset[str]) -> list[tuple[Entry, Phrase]]:
        """The phrases that are worth a try on a line: by its first word, and by any word."""
        first = NUMBER if words[0][0].isdigit() else words[0]
        candidates = self._anchored.get(first, [])
        if candidates and self._anchored_needs[first].isdisjoint(words):
            candidates = []
        floating = [pair for word in sorted(hits) for pair in self._floating.get(word, ())] if hits else []
        if floating and _QUOTE.search(text):
            # Within a line, words that ask readers to do something can be quoted words.
            floating = [(entry, phrase) for entry, phrase in floating if entry.rule not in RUN_ON_RULES]
        return [*candidates, *floating] if floating else candidates

    def _match_vocabulary(self, words: Sequence[str], hits: frozenset[str]) -> Match | None:
        if len(words) > self._widest:
            return None
        # Of "12h30" or "3rd" the letters count.
        have = {letters for word in words if (letters := word.strip(_DIGITS))}
        has_number = any(word[0].isdigit() for word in words)
        for word in sorted(hits):
            for vocabulary in self._vocabularies.get(word, ()):
                entry = vocabulary.entry
                # A date has a number: "Update" alone heads what is new.
                is_whole = has_number or entry.rule != "publication-date"
                if is_whole and have <= vocabulary.words and len(words) <= entry.most_words:
                    return Match(entry=entry, phrase=" ".join(sorted(vocabulary.anchors & have)))
        return None

    def _match_run_together(self, text: str, words: Sequence[str]) -> Match | None:
        if len(words) > _MOST_RUN_TOGETHER or len(text) > _LONGEST_SHARE_BAR or not _RUN_TOGETHER.search(text):
            return None
        # `LinkedIn` comes apart as well, and is put together again.
        words = fold_words(_RUN_TOGETHER.sub(" ", text))
        joined = " ".join(words)
        for name in ("you tube", "linked in", "whats app", "tik tok", "blue sky"):
            joined = joined.replace(name, name.replace(" ", ""))
        return self._match_words(joined, joined.split())


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with the package, all its languages. Made once."""
    package = files(__package__)
    entries = [
        entry
        for file in sorted((package / "lexicons").iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
        for entry in parse_entries(file.name, json.loads(file.read_text(encoding="utf-8")))
    ]
    return Lexicon(entries, telling=load_telling_words())


def phrase_entry(rule: str, phrase: str) -> Entry:
    """The entry for one phrase that a user gives."""
    return Entry(source="the config's phrases", rule=rule, form="line", phrases=(phrase,), most_words=80)


def parse_entries(file: str, rows: Iterable[Mapping[str, object]]) -> Iterator[Entry]:
    """Entries from the rows of a lexicon file. Raises `InvalidEntry` where a row is not of the form."""
    for number, row in enumerate(rows, start=1):
        source = f"{file}, entry {number}"
        forms = [form for form in _MOST_WORDS if form in row]
        if len(forms) != 1:
            raise InvalidEntry(source, f"it needs exactly one of {', '.join(_MOST_WORDS)}, and has {forms or 'none'}.")
        form = forms[0]
        unknown = row.keys() - _FIELDS - ({form, "with"} if form == "made_of" else {form})
        if unknown:
            raise InvalidEntry(source, f"it has unknown fields: {', '.join(sorted(unknown))}.")
        yield Entry(
            source=source,
            rule=_rule(source, row),
            form=form,
            phrases=_texts(source, row, form),
            anchors=_texts(source, row, "with") if form == "made_of" else (),
            most_words=_most_words(source, row, form),
            alone=_alone(source, row, form),
            named=_named(source, row, form),
            strips=_texts(source, row, "strips"),
            spares=_texts(source, row, "spares"),
        )


def _rule(source: str, row: Mapping[str, object]) -> str:
    rule = row.get("rule")
    if not isinstance(rule, str) or rule not in REASONS:
        raise InvalidEntry(source, f"rule must be the kebab-case slug of one of the rules, and is {rule!r}.")
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


def _names_something(text: str) -> bool:
    """Whether a name stands in a line after its first word, other than of a network."""
    return any(word[0].isupper() and word.lower() not in _NAMES for word in re.findall(r"\w+", text)[1:])


def _word_set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(fold_words(" ".join(phrases)))
