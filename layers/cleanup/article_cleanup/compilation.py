"""Lexicon entries made ready for look-up, and the file that keeps them so.

To read and fold thousands of phrases takes as long as to clean some hundred articles, and all but a few of them are
never tried. So what comes of the package's own lexicons is kept in a file, from which a phrase is made when it is first
tried. The file holds a digest of what it was made from, and counts for nothing where that has changed: a lexicon that
was edited loads more slowly, and is never out of date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable
from typing import NamedTuple

from .entries import Entry, InvalidEntry, parse_entries
from .folding import fold_words
from .phrases import InvalidPhrase, compile_openings, compile_phrases
from .telling_words import TellingWords, fold_telling_words

COMPILED_FILE = "compiled.json"
_TELLING_FILES = ("reporting_words.json", "public_services.json")


class Kind(NamedTuple):
    """What the phrases of one entry have in common. `source` says where the entry stands."""

    source: str
    rule: str
    form: str
    most_words: int
    alone: bool
    named: bool

    @property
    def language(self) -> str:
        """The language of the entry's file. Nothing for a phrase from elsewhere."""
        return self.source.partition(".json")[0] if ".json" in self.source else ""


# Rows, rather than dataclasses: there are thousands, and JSON holds them so. Words stand in one string, spaces between.
class PhraseRow(NamedTuple):
    """A phrase: the position of its kind, how it is written, and when it is worth a try.

    It is for lines that have one of the words that it `needs`; and one of the `triggers`, as their first word where the
    phrase `is_anchored`, anywhere where it is not.
    """

    kind: int
    source: str
    triggers: str
    needs: str
    is_anchored: bool


class OpeningRow(NamedTuple):
    """An opening: the position of its kind, how it is written, and its folded words."""

    kind: int
    source: str
    words: str


class VocabularyRow(NamedTuple):
    """A vocabulary: the position of its kind, the words of which a line must have one, and all that it may have."""

    kind: int
    anchors: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLexicon:
    """Entries made ready for look-up, and the words that tell an article's own sentences from them."""

    kinds: tuple[Kind, ...]
    phrases: tuple[PhraseRow, ...]
    openings: tuple[OpeningRow, ...]
    vocabularies: tuple[VocabularyRow, ...]
    telling: TellingWords


def compile_entries(entries: Iterable[Entry], telling: TellingWords | None = None) -> CompiledLexicon:
    """What is looked up of `entries`. Raises `InvalidEntry` for one that cannot be used, or could match everything."""
    kinds: list[Kind] = []
    phrases: list[PhraseRow] = []
    openings: list[OpeningRow] = []
    vocabularies: list[VocabularyRow] = []
    for number, entry in enumerate(entries):
        kinds.append(Kind(entry.source, entry.rule, entry.form, entry.most_words, entry.alone, entry.named))
        try:
            if entry.form == "made_of":
                anchors = _words(entry.anchors)
                vocabularies.append(VocabularyRow(number, anchors, _words([*entry.anchors, *entry.phrases])))
            elif entry.form == "opens":
                for source, words in zip(entry.phrases, compile_openings(entry.phrases), strict=True):
                    openings.append(OpeningRow(number, source, " ".join(words)))
            else:
                phrases += _phrase_rows(number, entry)
        except InvalidPhrase as error:
            raise InvalidEntry(entry.source, str(error)) from error
    return CompiledLexicon(
        kinds=tuple(kinds),
        phrases=tuple(phrases),
        openings=tuple(openings),
        vocabularies=tuple(vocabularies),
        telling=telling or TellingWords(),
    )


def _phrase_rows(kind: int, entry: Entry) -> Iterator[PhraseRow]:
    for phrase in compile_phrases(entry.phrases, entry.most_words):
        triggers, needs = " ".join(sorted(phrase.triggers)), " ".join(sorted(phrase.needs))
        yield PhraseRow(kind, phrase.source, triggers, needs, phrase.is_anchored)


def _words(phrases: Iterable[str]) -> str:
    return " ".join(sorted(set(fold_words(" ".join(phrases)))))


def read_entries(lexicons: Traversable) -> list[Entry]:
    """The entries of all lexicons in a folder, one file a language. Raises `InvalidEntry`."""
    return [
        entry
        for name, content in _written(lexicons).items()
        if name not in _TELLING_FILES
        for entry in parse_entries(name, json.loads(content))
    ]


def compile_lexicons(lexicons: Traversable) -> CompiledLexicon:
    """The lexicons in a folder made ready, from what is written there. Raises `InvalidEntry`."""
    written = _written(lexicons)
    telling = fold_telling_words(*(json.loads(written[name]) for name in _TELLING_FILES))
    return compile_entries(read_entries(lexicons), telling)


def load_compiled(lexicons: Traversable) -> CompiledLexicon:
    """The lexicons in a folder made ready: from the file that holds them so, unless it was made from other ones."""
    file = lexicons / "shared" / COMPILED_FILE
    held = json.loads(file.read_bytes()) if file.is_file() else {}
    if held.get("made_from") != _digest(lexicons):
        return compile_lexicons(lexicons)
    return CompiledLexicon(
        kinds=tuple(map(Kind._make, held["kinds"])),
        phrases=tuple(map(PhraseRow._make, held["phrases"])),
        openings=tuple(map(OpeningRow._make, held["openings"])),
        vocabularies=tuple(map(VocabularyRow._make, held["vocabularies"])),
        telling=TellingWords(**{kind: _sets(by_language) for kind, by_language in held["telling"].items()}),
    )


def _sets(words: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {language: frozenset(words_of_it) for language, words_of_it in words.items()}


def compiled_file(lexicons: Traversable) -> str:
    """What the file must hold from which the lexicons in a folder load quickly: JSON, a row a line."""
    compiled = compile_lexicons(lexicons)
    sections = {
        "kinds": compiled.kinds,
        "phrases": compiled.phrases,
        "openings": compiled.openings,
        "vocabularies": compiled.vocabularies,
    }
    written = [f'"{name}": [\n{_lines(rows)}\n]' for name, rows in sections.items()]
    telling = {
        kind: {language: sorted(words) for language, words in by_language.items()}
        for kind, by_language in asdict(compiled.telling).items()
    }
    first = (f'"made_from": "{_digest(lexicons)}"', f'"telling": {json.dumps(telling, ensure_ascii=False)}')
    return "{\n" + ",\n".join([*first, *written]) + "\n}\n"


def _lines(rows: Iterable[object]) -> str:
    return ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def _digest(lexicons: Traversable) -> str:
    digest = sha256()
    for name, content in _written(lexicons).items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _written(lexicons: Traversable) -> dict[str, bytes]:
    """The files that people write: those of the languages, and those of telling words."""
    languages = sorted(file.name for file in lexicons.iterdir() if file.name.endswith(".json"))
    written = {name: (lexicons / name).read_bytes() for name in languages}
    return written | {name: (lexicons / "shared" / name).read_bytes() for name in _TELLING_FILES}
