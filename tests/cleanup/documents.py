"""Documents for property tests: what scrapers save, put together at random, and text that nobody would call text."""

from __future__ import annotations

from hypothesis import strategies as st

PARAGRAPHS = [
    "The tide came in over the low wall and took the boats.",
    "The boats went out again at noon. Nobody watched them leave the small harbour. The wall was mended later.",
    "Nobody watched them leave the small harbour.",
    "“We kept the engines warm for two years,” said Ines Marrow, “because we knew that this day would come.”",
    "The harbour board has spent the winter looking for a second captain, since the old one is to retire in June.",
    "The harbour board has spent the winter looking for a first captain, since the old one is to retire in June.",
    "The boats went out again at…",
    "A long sentence stands in this text twice over. A long sentence stands in this text twice over. A third does not.",
    "Ein langer Satz steht hier im Text und noch mehr davon. „Ja“, sagte sie. Große Straße.",
    "IŞIKLAR limanda ilk kez yandı. İyi.",
    "夜行フェリーは来春から再び島々を結ぶ。はい。そうです。",
    "रात की नौका वसंत में फिर से चलेगी।",
    "ستعود العبارة الليلية بين الميناء والجزر في الربيع. نعم.",
    "No.",
    "1. One",
    "- one coil of rope",
    "Petrel | 41 m | TBA",
    "Score: Port Ellery 2, Norhaven 1",
]
LABELS = [
    "Video",
    "Advertisement",
    "Read more",
    "Read more: Harbour closed for the winter",
    "Share this",
    "Follow us",
    "Sign up for our newsletter",
    "You may also like",
    "Related",
    "Contents",
    "© 2025 Harbour Post. All rights reserved.",
    "Anzeige",
    "広告",
    "Реклама",
]
HEADLINES = [
    "Ten Quiet Beaches To See Before You Are Old",
    "Five Old Mills That Still Turn In The Wind",
    "Singer Breaks Silence After Strange Night in Mountain Hotel",
    "Council Bans Kites Above the Market Square",
    "Man Finds Seventeen Snakes Beneath His Kitchen Floor",
    "Why the baker gave away his oven",
]
EMBEDS = [
    "She is home #ferry https://t.co/a1B2c3 pic.twitter.com/a1B2c3",
    "— Ines Marrow (@inesmarrow) July 3, 2025",
    "&mdash; Ines Marrow (@inesmarrow) 3. Juli 2025",
    "View this post on Instagram",
    "A post shared by Harbour Bakes (@harbour.bakes)",
    "https://youtu.be/AbCdEfGhIjK",
    "♬ original sound – Harbour Bakes",
]
# White space of every kind, what looks like it, marks that join or turn, halves of surrogate pairs, and a null.
ODD = (
    "\u00a0\u2007\u3000\u200b\u200d\u00ad\ufeff\u202e\u2066\u0301\u0308\u0338\u064b\u093e\u20e3\ufe0f"
    "\ud800\udfff\x00\x07\x1f&;<>“”‘’…—・。、।"
)
SEPARATORS = [
    "\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    " \n  ",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1c",
    "\n\t",
    "\n \u3000\n",
    " ",
    "",
]

# Lone surrogates and nulls included: `str` can hold them, and files that were decoded with errors do.
any_text = st.text(st.characters(), max_size=60)
odd_text = st.text(st.sampled_from(ODD + "aA. \n"), max_size=40)
fragments = st.sampled_from([*PARAGRAPHS, *LABELS, *HEADLINES, *EMBEDS])
lines = st.one_of(
    st.sampled_from(PARAGRAPHS),
    fragments,
    st.lists(fragments, min_size=1, max_size=4).map(" ".join),
    st.lists(fragments, min_size=1, max_size=4).map("".join),
    st.tuples(fragments, odd_text).map("".join),
    any_text,
    odd_text,
)


def _joined(parts: list[tuple[str, str]]) -> str:
    return "".join(separator + line for separator, line in parts)


separated = st.tuples(st.sampled_from(SEPARATORS), lines)
articles = st.lists(separated, max_size=24).map(_joined)


@st.composite
def damaged_articles(draw: st.DrawFn) -> str:
    """A body several times over, each copy with lines of its own missing and others put in between."""
    body = draw(st.lists(lines, min_size=2, max_size=10))
    parts: list[tuple[str, str]] = []
    for _ in range(draw(st.integers(2, 3))):
        for line in body:
            if draw(st.integers(0, 4)):
                parts.append((draw(st.sampled_from(SEPARATORS[:10])), line))
            if not draw(st.integers(0, 4)):
                parts.append(draw(separated))
    return _joined(parts)


documents = st.one_of(articles, damaged_articles(), st.lists(any_text, max_size=8).map("\n".join), any_text)
