"""Looking for many parts of one text, which can be a whole book in one line."""

from __future__ import annotations

# So many characters on from the last part of a text the next one is looked for, before it is anywhere.
_NEAR = 1_000
# Texts of more characters are not searched from the beginning for each part: from an excerpt of so many characters in
# each stretch of them one knows where a part can be. What stands in more places than these tells nothing.
_LONG = 20_000
_STRETCH, _EXCERPT = 32, 24
_MOST_PLACES = 8


class SearchedText:
    """A text in which parts of it are looked for, most of them in their order: each from where the last one ended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._reached = 0
        self._excerpts: dict[str, tuple[int, ...]] = {}

    def rewind(self) -> None:
        """Looks for the next part from the beginning on."""
        self._reached = 0

    def find(self, part: str) -> int:
        """Where a part stands, or -1: right after the last one if it stands there, and else anywhere."""
        start = self.text.find(part, self._reached, self._reached + len(part) + _NEAR)
        if start < 0:
            start = self._find_anywhere(part)
        if start >= 0:
            self._reached = start + len(part) - 1
        return start

    def _find_anywhere(self, part: str) -> int:
        if len(self.text) <= _LONG or len(part) < _STRETCH + _EXCERPT:
            return self.text.find(part)
        excerpts = self._excerpts or self._take_excerpts()
        is_open = False
        for offset in range(_STRETCH):
            places = excerpts.get(part[offset : offset + _EXCERPT], ())
            is_open |= len(places) > _MOST_PLACES
            for place in places:
                if self.text.startswith(part, place - offset):
                    return place - offset
        return self.text.find(part) if is_open else -1

    def _take_excerpts(self) -> dict[str, tuple[int, ...]]:
        """Where the excerpts of the text stand: some of the places, where they are many."""
        for place in range(0, len(self.text), _STRETCH):
            excerpt = self.text[place : place + _EXCERPT]
            places = self._excerpts.get(excerpt, ())
            if len(places) <= _MOST_PLACES:
                self._excerpts[excerpt] = (*places, place)
        return self._excerpts
