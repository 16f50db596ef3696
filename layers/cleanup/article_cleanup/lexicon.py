"""Looking lines up: which of the phrases of all languages makes a promo of a line.

A line that reports speech ("…, she said"), or that points to what others offer ("Sign up for the council's alerts"), is
the article's own sentence, and only what opens it can make it a promo: see `telling_words`.

All languages are asked of every line: pages mix them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from .compilation import CompiledLexicon, Kind, compile_entries, load_compiled
from .entries import Entry
from .folding import fold
from .listings import is_listing
from .phrases import NETWORKS, NUMBER, TITLE, Phrase, opening_of, read_phrases
from .telling_words import ASKING_RULES

# The kinds of promo that are told from an article's own sentence even at the end of a paragraph, after a space.
RUN_ON_RULES = frozenset(("related-link", "newsletter", "follow-us", "app-promo"))

_NAMES = frozenset(name for name in NETWORKS if " " not in name)

_LONGEST_SHARE_BAR = 120
_MOST_RUN_TOGETHER = 8
# Paragraphs are longer than this, and few promos are.
_LONG = 40
_DIGITS = "0123456789"
_QUOTE = re.compile(r"[\"“”„«»]")
# Words that somebody read somewhere ("Sign up here, read the sign on the pier").
_ASCRIBED = re.compile(r",\s(?:read|ran|went|urged) (?:the|a|an|his|her|their|one) ")
# What goes on after a colon is no title ("À lire aussi : l'arrêté que le maire a signé").
_GOES_ON = re.compile(rf"[^:]{{1,40}}:\s+(?!{TITLE})")
# A picture's caption has words that no name has ("Foto: Der Fischer flickt sein Netz").
_CAPTION = re.compile(r"[^:：|–—-]*[:：|–—-][^/©@]*[^\W\d_] [a-zß-öø-ÿąćęłńóśźżğışœа-яё]{4,}[^/©@]*$")
_LONGEST_NAME = 4
# Share bars lose the white space between their buttons.
_RUN_TOGETHER = re.compile(r"(?<=[a-zß-öø-ÿąćęłńśźżğışа-яё0-9])(?=[A-ZÀ-ÖØ-ÞĄĆĘŁŃŚŹŻĞİŞА-ЯЁ])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a line was recognised by."""

    kind: Kind
    phrase: str


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    kind: Kind
    anchors: frozenset[str]
    words: frozenset[str]


class Lexicon:
    """Entries of any number of languages, ready to be asked of lines. It gives the same answers for ever."""

    def __init__(
        self,
        compiled: CompiledLexicon,
        promo: Lexicon | None = None,
        spare: Lexicon | None = None,
        *,
        takes_code: bool = False,
    ) -> None:
        """A lexicon that is asked after `promo`, and neither of lines that `spare` matches.

        One that `takes_code` is a site's own, which knows whether its lines that look like code are any.
        """
        self._compiled = compiled
        self._takes_code = takes_code
        self._promo = promo
        self._spare = spare
        self.announcing = compiled.telling.announcing()
        # Phrases by position, each with its kind, made when it is first tried.
        self._phrases: dict[int, tuple[Kind, Phrase]] = {}
        # Positions by the word that leads to them, the first of a line or any; those of a first word, when it is first
        # met, also by the words of which a line must have one.
        self._anchored: defaultdict[str, list[int]] = defaultdict(list)
        self._anchored_by_need: dict[str, dict[str, list[int]]] = {}
        self._floating: defaultdict[str, list[int]] = defaultdict(list)
        self._openings = {row.words: row for row in reversed(compiled.openings)}
        self._opening_firsts = frozenset(words.partition(" ")[0] for words in self._openings)
        self._vocabularies: defaultdict[str, list[_Vocabulary]] = defaultdict(list)
        self._run_on_firsts = set(self._opening_firsts)
        self._index()
        self._triggers = frozenset(self._vocabularies).union(self._floating)
        self._triggers_of_long = frozenset(filter(self._is_trigger_of_long, self._triggers))
        longest = max((kind.most_words for kind in compiled.kinds), default=0)
        # Longer lines are no promos.
        self.most_words: int = max(longest, promo.most_words if promo else 0)

    def _index(self) -> None:
        compiled = self._compiled
        for position, row in enumerate(compiled.phrases):
            triggers = row.triggers.split()
            if not row.is_anchored:
                for word in triggers:
                    self._floating[word].append(position)
                continue
            for word in triggers:
                self._anchored[word].append(position)
            if compiled.kinds[row.kind].rule in RUN_ON_RULES:
                self._run_on_firsts.update(triggers)
        # A number with phrases of its own begins those of any number as well.
        of_any_number = self._anchored.get(NUMBER, [])
        for word, positions in self._anchored.items():
            if word[0].isdigit():
                positions.extend(of_any_number)
        for kind, anchors, words in compiled.vocabularies:
            vocabulary = _Vocabulary(compiled.kinds[kind], frozenset(anchors.split()), _NAMES.union(words.split()))
            for word in vocabulary.anchors:
                self._vocabularies[word].append(vocabulary)

    def _is_trigger_of_long(self, word: str) -> bool:
        kinds = [self._compiled.kinds[self._compiled.phrases[p].kind] for p in self._floating.get(word, ())]
        return any(kind.most_words > _LONG for kind in (*kinds, *(v.kind for v in self._vocabularies.get(word, ()))))

    def extended(self, *, promo: Iterable[Entry], spare: Iterable[Entry]) -> Lexicon:
        """This lexicon, asked after `promo`, and neither of lines that `spare` fits. Raises `InvalidEntry`."""
        first = Lexicon(compile_entries(promo, self._compiled.telling), takes_code=True)
        return Lexicon(self._compiled, first, Lexicon(compile_entries(spare), takes_code=True))

    def may_begin(self, word: str) -> bool:
        """Whether an opening, or a line of the `RUN_ON_RULES`, begins with this folded word. A quick no."""
        return word in self._run_on_firsts

    def match(self, text: str, words: tuple[str, ...]) -> Match | None:
        """The phrase that makes a promo of a line with this text and these folded words, if one does."""
        size = len(words)
        if not 0 < size <= self.most_words or (self._spare and self._spare.match(text, words)):
            return None
        if self._promo and (match := self._promo.match(text, words)):
            return match
        match = self._match_opening(text, words) if words[0] in self._opening_firsts else None
        match = match or self._match_words(text, words)
        if not match and size <= _MOST_RUN_TOGETHER and len(text) <= _LONGEST_SHARE_BAR and _RUN_TOGETHER.search(text):
            match = self._match_run_together(text)
        return None if match and not self._takes_code and is_listing(text) else match

    def _match_opening(self, text: str, words: tuple[str, ...]) -> Match | None:
        row = self._openings.get(" ".join(opening_of(text)))
        if row is None or len(words) > self._compiled.kinds[row.kind].most_words:
            return None
        kind = self._compiled.kinds[row.kind]
        if kind.rule == "photo-credit" and len(words) > _LONGEST_NAME and _CAPTION.match(text):
            return None
        return Match(kind=kind, phrase=row.source)

    def _match_words(self, text: str, words: tuple[str, ...]) -> Match | None:
        hits = (self._triggers if len(words) <= _LONG else self._triggers_of_long).intersection(words)
        first = NUMBER if words[0][0].isdigit() and words[0] not in self._anchored else words[0]
        anchored = self._anchored_at(first) if first in self._anchored else {}
        needed = anchored.keys() & words if anchored else ()
        if not (hits or needed):
            return None
        weak = None
        for position in self._candidates(anchored, needed, hits):
            kind, phrase = self._phrases.get(position) or self._make_phrase(position)
            if len(words) > kind.most_words or not phrase.fits(words):
                continue
            if kind.rule in RUN_ON_RULES and not phrase.is_anchored and _QUOTE.search(text):
                # Within a line, words that ask readers to do something can be quoted words.
                continue
            if self._is_sentence(kind, text, words):
                continue
            match = Match(kind=kind, phrase=phrase.source)
            if kind.form == "line" and kind.alone:
                return match
            weak = weak or match
        return (self._match_vocabulary(words, hits) if hits else None) or weak

    def _is_sentence(self, kind: Kind, text: str, words: tuple[str, ...]) -> bool:
        """Whether a line that fits a phrase of this kind is the article's own sentence all the same."""
        if kind.named and not _names_something(text):
            return True
        telling = self._compiled.telling
        if _ASCRIBED.search(text) or telling.report_speech(kind.language, words):
            return True
        if kind.rule == "related-link":
            return _GOES_ON.match(text) is not None
        return kind.rule in ASKING_RULES and telling.speak_for_others(kind.language, words)

    def _candidates(
        self, anchored: Mapping[str, Sequence[int]], needed: Iterable[str], hits: Iterable[str]
    ) -> Iterator[int]:
        """Positions of the phrases that a line with these words might fit, the anchored ones first."""
        yield from sorted({position for word in needed for position in anchored[word]})
        for word in sorted(hits):
            yield from self._floating.get(word, ())

    def _anchored_at(self, first: str) -> dict[str, list[int]]:
        """Positions of the phrases that begin with a word, by the words of which a line must have one."""
        found = self._anchored_by_need.get(first)
        if found is None:
            found = self._anchored_by_need[first] = {}
            for position in self._anchored[first]:
                for need in self._compiled.phrases[position].needs.split():
                    found.setdefault(need, []).append(position)
        return found

    def _make_phrase(self, position: int) -> tuple[Kind, Phrase]:
        row = self._compiled.phrases[position]
        (phrase,) = read_phrases((row.source,))
        made = self._phrases[position] = self._compiled.kinds[row.kind], phrase
        return made

    def _match_vocabulary(self, words: tuple[str, ...], hits: frozenset[str]) -> Match | None:
        candidates = [
            vocabulary
            for word in sorted(hits)
            for vocabulary in self._vocabularies.get(word, ())
            if len(words) <= vocabulary.kind.most_words
        ]
        if not candidates:
            return None
        # Of "12h30" or "3rd" the letters count.
        have = {letters for word in words if (letters := word.strip(_DIGITS))}
        has_number = any(word[0].isdigit() for word in words)
        for vocabulary in candidates:
            # A date has a number: "Update" alone heads what is new.
            is_whole = has_number or vocabulary.kind.rule != "publication-date"
            if is_whole and have <= vocabulary.words:
                return Match(kind=vocabulary.kind, phrase=" ".join(sorted(vocabulary.anchors & have)))
        return None

    def _match_run_together(self, text: str) -> Match | None:
        # `LinkedIn` comes apart as well, and is put together again.
        joined = fold(_RUN_TOGETHER.sub(" ", text))
        for name in ("you tube", "linked in", "whats app", "tik tok", "blue sky"):
            joined = joined.replace(name, name.replace(" ", ""))
        return self._match_words(joined, tuple(joined.split()))


def _names_something(text: str) -> bool:
    """Whether a name stands in a line after its first word, other than of a network."""
    return any(word[0].isupper() and word.lower() not in _NAMES for word in re.findall(r"\w+", text)[1:])


def languages() -> Traversable:
    """The folder of the lexicons that come with the package."""
    return files(__package__) / "lexicons"


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with the package, all its languages. Made once."""
    return Lexicon(load_compiled(languages()))
