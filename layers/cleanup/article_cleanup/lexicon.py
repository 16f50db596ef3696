"""Phrases that make a line a promo, as data: one file a language, each entry with what it strips and what it spares.

An entry has one of four forms:

- `line`: phrases that a whole line must fit, as in `"sign up (for|to) … newsletter …"`;
- `made_of`: a closed vocabulary; a line of nothing but these words, one of those in `with` among them;
- `opens`: phrases that open a line, followed by a colon, a bar, a dash or the like, and then a title; or by a handle;
- `heads`: phrases that a whole line must fit and that head a block of other articles' headlines. Those that could
  as well be an article's own subhead have `"alone": false`, and count only with headlines under them.

In phrases, `(a|b)` stands for one of several, `(a|b)?` for one of them or none, `…` for up to twelve words of any kind
(at the end of a phrase: for the rest of the line), `<network>` for the name of a social network, `<number>` for a number. Phrases and lines
are compared by their fold, so case, punctuation and accents of typesetting play no part.

All languages are asked of every line: pages mix them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from .folding import fold_words

# How long a line may be when an entry does not say: longer ones are paragraphs.
_MOST_WORDS = {"line": 30, "made_of": 14, "opens": 40, "heads": 12}
_FORMS = tuple(_MOST_WORDS)
_TOKEN = re.compile(r"\(([^()]*)\)(\?)?|<(\w+)>(\?)?|(…)|([^\s()<>…]+)")
_SEPARATOR = r"\s*(?:[:：|¦»›>→▶►•]|\s[-‐-―]\s?|[-‐-―]\s)+\s*"
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=\d)(?=[A-Z])")

# Names that share bars and follow lines are made of, split as camel-case splitting leaves them, too.
NETWORKS = (
    "facebook", "twitter", "x", "instagram", "youtube", "you tube", "linkedin", "linked in", "whatsapp", "whats app",
    "pinterest", "telegram", "tiktok", "tik tok", "reddit", "snapchat", "tumblr", "flipboard", "threads", "bluesky",
    "blue sky", "mastodon", "messenger", "vk", "vkontakte", "odnoklassniki", "viber", "line", "weibo", "wechat",
    "xing", "google", "google plus", "google news", "apple news", "rss", "discord", "twitch", "signal", "pocket",
    "mix", "buffer", "koo", "sharechat", "truth social", "gab", "parler", "getpocket", "stumbleupon", "digg", "email",
    "spotify", "apple podcasts", "soundcloud", "fb", "ig", "yt", "wa",
)  # fmt: skip


class InvalidEntry(ValueError):
    """A lexicon entry that cannot be used: `source` says which, the message what is wrong with it."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a lexicon file, as written."""

    language: str
    rule: str
    form: str
    phrases: tuple[str, ...]
    anchors: tuple[str, ...] = ()
    most_words: int
    alone: bool = True
    strips: tuple[str, ...]
    spares: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a line was recognised by."""

    entry: Entry
    phrase: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase ready to be matched. Only lines are asked that have one of the `triggers`: as their first word, or
    anywhere where the phrase begins with a gap."""

    entry: Entry
    source: str
    triggers: frozenset[str]
    is_anchored: bool
    pattern: re.Pattern[str]


class Lexicon:
    """Entries of any number of languages, ready to be asked of lines. Immutable once made."""

    def __init__(self, entries: Iterable[Entry], spare: Lexicon | None = None) -> None:
        """A lexicon of `entries`, which matches no line that `spare` matches.

        Raises `InvalidEntry` for an entry that cannot be used, such as one that could match everything.
        """
        self.entries = tuple(entries)
        self._spare = spare
        self._anchored: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._floating: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._openings: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._vocabularies: list[tuple[Entry, frozenset[str], frozenset[str]]] = []
        networks = frozenset(word for name in NETWORKS for word in fold_words(name))
        for entry in self.entries:
            if entry.form == "made_of":
                anchors = frozenset(word for phrase in entry.anchors for word in fold_words(phrase))
                words = frozenset(word for phrase in entry.phrases for word in fold_words(phrase))
                self._vocabularies.append((entry, anchors, anchors | words | networks))
                continue
            for source in entry.phrases:
                phrase = (_compile_opening if entry.form == "opens" else _compile_line)(entry, source)
                index = (
                    self._openings if entry.form == "opens" else self._anchored if phrase.is_anchored else self._floating
                )
                for word in phrase.triggers:
                    index[word].append(phrase)
        self._anchors = frozenset(word for _, anchors, _ in self._vocabularies for word in anchors)
        self._triggers = self._floating.keys() | self._anchors
        self._firsts = self._anchored.keys() | self._openings.keys() | {
            word for _, _, vocabulary in self._vocabularies for word in vocabulary
        }
        self._widest = max((entry.most_words for entry, _, _ in self._vocabularies), default=0)
        self._longest = max((entry.most_words for entry in self.entries), default=0)

    def extended(self, *, promo: Iterable[Entry], spare: Iterable[Entry]) -> Lexicon:
        """This lexicon with `promo` before its own entries, and with no match for a line that `spare` fits."""
        return Lexicon((*promo, *self.entries), Lexicon(spare))

    def match(self, text: str, words: Sequence[str]) -> Match | None:
        """The entry that makes a promo of a line with this text and these folded words, if one does."""
        if not words or len(words) > self._longest or (self._spare and self._spare.match(text, words)):
            return None
        return self._match_opening(text, words) or self._match_words(words) or self._match_run_together(text)

    def _match_run_together(self, text: str) -> Match | None:
        """Share bars lose the white space between their buttons: `ShareTweetEmail`."""
        if len(text) > 120 or not _CAMEL.search(text):
            return None
        return self._match_words(fold_words(_CAMEL.sub(" ", text)))

    def _match_opening(self, text: str, words: Sequence[str]) -> Match | None:
        for phrase in self._openings.get(words[0], ()):
            if len(words) <= phrase.entry.most_words and phrase.pattern.match(text):
                return Match(entry=phrase.entry, phrase=phrase.source)
        return None

    def _match_words(self, words: Sequence[str]) -> Match | None:
        hits = self._triggers.intersection(words)
        candidates = self._anchored.get(words[0], [])
        if hits and self._floating:
            candidates = [*candidates, *(phrase for word in sorted(hits) for phrase in self._floating.get(word, ()))]
        heading = None
        if candidates:
            line = " ".join(words) + " "
            for phrase in candidates:
                if len(words) <= phrase.entry.most_words and phrase.pattern.fullmatch(line):
                    match = Match(entry=phrase.entry, phrase=phrase.source)
                    if phrase.entry.form != "heads":
                        return match
                    heading = heading or match
        return (self._match_vocabulary(words) if hits and len(words) <= self._widest else None) or heading

    def _match_vocabulary(self, words: Sequence[str]) -> Match | None:
        have = {word for word in words if not word.isdigit()}
        for entry, anchors, vocabulary in self._vocabularies:
            if len(words) <= entry.most_words and have <= vocabulary and not anchors.isdisjoint(have):
                return Match(entry=entry, phrase=" ".join(sorted(anchors & have)))
        return None

    def may_begin(self, word: str) -> bool:
        """Whether some line that `match` knows begins with this folded word. A quick no; a yes may be wrong."""
        return word in self._firsts


def phrase_entry(rule: str, phrase: str) -> Entry:
    """The entry for one phrase that a user gives."""
    return Entry(language="config", rule=rule, form="line", phrases=(phrase,), most_words=80, strips=(), spares=())


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with the package, all its languages. Made once."""
    folder = files(__package__) / "lexicons"
    return Lexicon(
        entry
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
        for entry in parse_entries(file.name.removesuffix(".json"), json.loads(file.read_text(encoding="utf-8")))
    )


def parse_entries(language: str, rows: Iterable[Mapping[str, object]]) -> Iterator[Entry]:
    """Entries from the rows of a lexicon file. Raises `InvalidEntry` where a row is not of the form."""
    for number, row in enumerate(rows, start=1):
        source = f"{language}.json, entry {number}"
        forms = [form for form in _FORMS if form in row]
        if len(forms) != 1:
            raise InvalidEntry(source, f"it needs exactly one of {', '.join(_FORMS)}, and has {forms or 'none'}.")
        form = forms[0]
        unknown = row.keys() - {"rule", form, "with", "most_words", "alone", "strips", "spares"}
        if unknown:
            raise InvalidEntry(source, f"it has unknown fields: {', '.join(sorted(unknown))}.")
        most_words = row.get("most_words", _MOST_WORDS[form])
        if not isinstance(most_words, int) or most_words < 1:
            raise InvalidEntry(source, "most_words must be a whole number, 1 or more.")
        alone = row.get("alone", True)
        if not isinstance(alone, bool) or (form != "heads" and not alone):
            raise InvalidEntry(source, "alone must be true or false, and goes with heads only.")
        rule = row.get("rule")
        if not isinstance(rule, str) or not re.fullmatch(r"[a-z]+(-[a-z]+)*", rule):
            raise InvalidEntry(source, f"rule must be a kebab-case name, and is {rule!r}.")
        yield Entry(
            language=language,
            rule=rule,
            form=form,
            phrases=_texts(source, row, form),
            anchors=_texts(source, row, "with") if form == "made_of" else (),
            most_words=most_words,
            alone=alone,
            strips=_texts(source, row, "strips"),
            spares=_texts(source, row, "spares"),
        )


def _texts(source: str, row: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = row.get(field)
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and text.strip() for text in value):
        raise InvalidEntry(source, f"{field} must be a list of texts, with one at least.")
    return tuple(value)


def _compile_line(entry: Entry, source: str) -> _Phrase:
    parts: list[str] = []
    triggers: set[str] = set()
    fixed = False
    mandatory = 0
    tokens = list(_TOKEN.finditer(source))
    for number, token in enumerate(tokens):
        group, optional, name, name_optional, gap, word = token.groups()
        if gap:
            last = number == len(tokens) - 1
            parts.append(r"(?:\S+ )*" if last else r"(?:\S+ ){0,12}?")
            continue
        if name == "number":
            parts.append(r"(?:\d\S* )" + ("?" if name_optional else ""))
            continue
        choices = group.split("|") if group is not None else NETWORKS if name == "network" else [word]
        if name and name != "network":
            raise InvalidEntry(_name(entry), f"<{name}> in {source!r} is not a class of words: there are <network> and <number>.")
        folded = [fold_words(choice or "") for choice in choices]
        if not all(folded):
            raise InvalidEntry(_name(entry), f"{source!r} has an empty choice: write (a|b)? for a word that may be missing.")
        alternatives = "|".join(re.escape(" ".join(words) + " ") for words in sorted(folded, key=len, reverse=True))
        parts.append(f"(?:{alternatives})" + ("?" if optional or name_optional else ""))
        if not fixed:
            triggers.update(words[0] for words in folded)
        if not (optional or name_optional):
            fixed = True
            mandatory += min(len(words) for words in folded)
    is_open = tokens and tokens[-1].group(5)
    if not mandatory or (is_open and mandatory < 2 and entry.most_words > 8):
        raise InvalidEntry(
            _name(entry), f"{source!r} could match almost any line: give it more words that must be there, or fewer most_words."
        )
    return _Phrase(entry, source, frozenset(triggers), tokens[0].group(5) is None and tokens[0].group(3) != "number", re.compile("".join(parts)))


def _compile_opening(entry: Entry, source: str) -> _Phrase:
    words = source.split()
    if not words:
        raise InvalidEntry(_name(entry), "an opening phrase must have a word.")
    if any(mark in source for mark in "()…<"):
        raise InvalidEntry(_name(entry), f"{source!r}: an opening phrase has no choices or gaps; write one phrase for each.")
    body = r"[\W_]*" + r"\W+".join(map(re.escape, words)) + rf"(?:{_SEPARATOR}|\s+(?=@))\S"
    return _Phrase(entry, source, frozenset(fold_words(source)[:1]), True, re.compile(body, re.IGNORECASE))


def _name(entry: Entry) -> str:
    return f"{entry.language}.json, rule {entry.rule}"
