"""Objects of every kind that people and programs put into a bucket, and what must come of each.

Chance makes them, from a seed: another one makes others. `CONSERVATION_SEED=7 make test` tries one.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

SEED = int(os.environ.get("CONSERVATION_SEED", "4"))

CLEAN = "clean"  # what comes of an object: this, or the reason of its rejection

_WORDS = (
    "harbour", "ferry", "island", "winter", "council", "bridge", "mayor", "river", "market", "train", "station",
    "library", "school", "farmers", "budget", "Tromsø", "Zürich", "Óbuda", "Kraków", "naïve", "coöperate", "漢字",
    "Москва", "Αθήνα", "café", "señor",
)  # fmt: skip
_PROMOS = ("You may also like", "Subscribe to our newsletter", "Follow us on Facebook", "Sign up for our newsletter")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An object to be put. `expected` is None where chance made it, so that any outcome is as good as another.

    `ending` is what its key must end in for that.
    """

    key: str
    body: bytes
    expected: str | None
    options: dict[str, str] = field(default_factory=dict)
    ending: str = ""

    def at(self, key: str) -> Sample:
        """The same under another key, with its ending."""
        return replace(self, key=key.encode()[: 1024 - len(self.ending)].decode(errors="ignore") + self.ending)


def samples(count: int, *, max_bytes: int, seed: int = SEED) -> list[Sample]:
    """So many of them, each under a key of its own: first every odd key, and every kind of body.

    `max_bytes` is what the function takes; some are larger, up to ten times.
    """
    chance = random.Random(seed)  # noqa: S311 - the same ones on every run
    kinds = [*_GIANTS, *_KINDS, *(chance.choice(_KINDS) for _ in range(count))]
    return [_sample(kind, key, chance, max_bytes) for kind, key in zip(kinds[:count], _keys(chance), strict=False)]


def _sample(kind: Kind, key: str, chance: random.Random, max_bytes: int) -> Sample:
    body, expected, options = kind(chance, max_bytes)
    return Sample(key="", body=body, expected=expected, options=options, ending=_ENDINGS.get(kind, "")).at(key)


def article(chance: random.Random, paragraphs: int = 0) -> str:
    """Some paragraphs that nothing is wrong with. No two are alike."""
    lines = (_paragraph(chance) for _ in range(paragraphs or chance.randint(1, 8)))
    return "".join(f"{line}\n" for line in lines)


def _paragraph(chance: random.Random) -> str:
    words = [*chance.choices(_WORDS, k=chance.randint(9, 40)), str(chance.randrange(10**9))]
    return f"The {' '.join(words)}."


# ---- Keys ------------------------------------------------------------------------------------------------------------

ODD_KEYS = (
    "a b.txt", "a+b.txt", "a%20b.txt", "a%2Bb%.txt", "100%.txt", "a//b.txt", "a/../b.txt", "./a.txt", "..", "A.TXT",
    "trailing dot.", "trailing space ", " ", " leading space", "a&b=c?d#e;f.txt", "\"quoted\" 'keys'.txt",
    "<angle>.txt", "back\\slash.txt", "{curly} [square] ~^`|.txt", "$HOME/!(*).txt", "Zürich/Fähre.txt",
    "漢字/かな.txt", "العربية.txt",
    unicodedata.normalize("NFC", "é.txt"), unicodedata.normalize("NFD", "é.txt"), "😀/👩\u200d👩\u200d👧.txt",
    "\u202eright to left.txt", "tab\tkey.txt", "return\rkey.txt", "bell\x07.txt", "\ufeffmark.txt", "\xa0no-break.txt",
    "no-suffix", "U.S.", ".hidden", "a.txt.gz.txt", "clean/a.txt", "reports/a.txt", "~" + "0" * 64,
    "x" * 1024, "漢" * 341, "long/" * 203 + "a.txt", "long/" * 203 + "b.txt",
)  # fmt: skip


def _keys(chance: random.Random) -> Iterator[str]:
    seen = set()
    for key in chance.sample(ODD_KEYS, len(ODD_KEYS)):
        seen.add(key)
        yield key
    while True:
        letters = "".join(chance.choices("abcdeéß漢😀 +%/.&=?#:;,'\"()[]{}<>|~\\\t", k=chance.randint(1, 200)))
        key = f"{len(seen)} {letters}".encode()[: 1024 - 4].decode(errors="ignore") + chance.choice(
            (".txt", ".md", "", " .txt")
        )
        if key not in seen and not key.endswith("/"):
            seen.add(key)
            yield key


# ---- Bodies ----------------------------------------------------------------------------------------------------------

Made = tuple[bytes, str | None, dict[str, str]]
Kind = Callable[[random.Random, int], Made]


def _kind(make: Callable[[random.Random], bytes], expected: str | None, **options: str) -> Kind:
    return lambda chance, _max_bytes: (make(chance), expected, options)


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(1, 3000))


def _in_json(chance: random.Random) -> bytes:
    text = chance.choice((article(chance), _with_promos(chance).decode()))
    record = {"id": chance.randrange(10**30), "text": text, "score": 1.0, "more": {"text": text}}
    return json.dumps(record, ensure_ascii=chance.random() < 0.5).encode()


def packed_articles(chance: random.Random) -> bytes:
    """A packed file with at least one article, and lines of other kinds."""
    others = (b"", b"# no JSON", b"caf\xe9", b'{"text": null}', b'{"text": "Follow us on Facebook"}', b'{"cut": "he')
    lines = [_in_json(chance), *(chance.choice((_in_json(chance), chance.choice(others))) for _ in range(20))]
    return chance.choice((b"\n", b"\r\n")).join(chance.sample(lines, len(lines))) + chance.choice((b"", b"\n"))


def _cut(chance: random.Random) -> bytes:
    packed = gzip.compress(article(chance, 9).encode(), mtime=0)
    return packed[: chance.randint(3, len(packed) - 9)]


def _damaged(chance: random.Random) -> bytes:
    packed = bytearray(gzip.compress(article(chance, 9).encode(), mtime=0))
    packed[-chance.randint(5, 8)] ^= 0xFF  # the checksum
    return bytes(packed)


def _with_promos(chance: random.Random) -> bytes:
    lines = article(chance).splitlines()
    return "\n".join([*lines, *chance.sample(_PROMOS, 2)]).encode()


def _twice_with_gaps(chance: random.Random) -> bytes:
    lines = article(chance, 8).splitlines()
    return "\n".join([*lines[:5], *lines[6:], *lines[:2], *lines[3:]]).encode()


def _text_by_chance(chance: random.Random) -> bytes:
    text = "".join(chr(chance.choice((0x20, 0x300, 0x3000, 0x1F000)) + chance.randrange(0x200)) for _ in range(300))
    return "\n".join(text.split("\u0301")).encode()


def _lone_surrogates(chance: random.Random) -> bytes:
    return (article(chance) + "\ud83d and \udca9\n" * 40).encode(errors="surrogatepass")


def _broken_utf8(chance: random.Random) -> bytes:
    body = article(chance, 4).replace("The", "Ťhé").encode()
    return body + chance.choice((b"\xff\n", b"\xc3\n", "漢".encode()[:2]))


def _bomb(_chance: random.Random, max_bytes: int) -> Made:
    return gzip.compress(b"a" * 4 * max_bytes, mtime=0), "too-large", {}


def _just_too_large(_chance: random.Random, max_bytes: int) -> Made:
    return b"a" * (max_bytes + 1), "too-large", {}


def _just_small_enough(_chance: random.Random, max_bytes: int) -> Made:
    return (b"word " * (max_bytes // 5 + 1))[:max_bytes], CLEAN, {}


def _too_many_lines(_chance: random.Random, _max_bytes: int) -> Made:
    return gzip.compress(b"a\n" * 100_001, mtime=0), "too-large", {}


def _ten_times_too_large(chance: random.Random, max_bytes: int) -> Made:
    body = article(chance, 8).encode()
    return (body * (10 * max_bytes // len(body) + 1))[: 10 * max_bytes], "too-large", {}


def _one_long_line(_chance: random.Random, max_bytes: int) -> Made:
    return b"word " * (2 * max_bytes // 5) + b"\n", "too-large", {}


_GIANTS: tuple[Kind, ...] = (
    _ten_times_too_large,
    _one_long_line,
    _just_too_large,
    _just_small_enough,
    _too_many_lines,
    _bomb,
)
_ENDINGS: dict[Kind, str] = {
    _kind(_in_json, CLEAN): ".json",
    _kind(lambda chance: gzip.compress(_in_json(chance)), CLEAN): ".json.gz",
    _kind(lambda chance: _in_json(chance)[:-2], "not-json"): ".json",
    _kind(lambda chance: b"[" + _in_json(chance) + b"]", "no-text"): ".json",
    _kind(packed_articles, CLEAN): ".jsonl",
    _kind(lambda chance: gzip.compress(packed_articles(chance)), CLEAN): ".NDJSON.gz",
    _kind(lambda chance: gzip.compress(packed_articles(chance))[:-3], "broken-gzip"): ".jsonl.gz",
    _kind(lambda chance: article(chance).encode(), "no-articles"): ".jsonl",
    _kind(lambda chance: chance.choice((b"", b"\n", b" \r\n\n")), "empty"): ".jsonl",
}
_PLAIN = {"ContentType": "text/plain"}
_KINDS: tuple[Kind, ...] = (
    _kind(lambda chance: article(chance).encode(), CLEAN),
    _kind(lambda chance: article(chance).encode(), CLEAN, **_PLAIN),
    _kind(lambda chance: article(chance).encode() * 3, CLEAN),
    _kind(lambda chance: b"\xef\xbb\xbf" + article(chance).encode(), CLEAN),
    _kind(lambda chance: article(chance).encode("utf-16"), CLEAN),
    _kind(lambda chance: b"caf\xe9 " + article(chance).encode("ascii", "ignore"), CLEAN),
    _kind(lambda chance: article(chance).replace("\n", chance.choice(("\r\n", "\u2028", "\x85"))).encode(), CLEAN),
    _kind(lambda chance: b"\n" * 50_000 + article(chance).encode(), CLEAN),
    _kind(lambda chance: gzip.compress(article(chance).encode()), CLEAN),
    _kind(lambda chance: gzip.compress(article(chance).encode()), CLEAN, ContentEncoding="gzip"),
    _kind(_with_promos, CLEAN),
    _kind(_twice_with_gaps, CLEAN),
    _kind(lambda _chance: b"", "empty"),
    _kind(lambda chance: chance.choice((b" \n\t", b"\n" * 999, "\u2003\n".encode(), b"\xef\xbb\xbf")), "empty"),
    _kind(lambda _chance: gzip.compress(b""), "empty"),
    _kind(lambda chance: "\n".join(chance.sample(_PROMOS, 3)).encode(), "nothing-left"),
    _kind(lambda chance: b"%PDF-1.7\n" + _noise(chance), "not-text"),
    _kind(lambda chance: b"\x89PNG\r\n\x1a\n" + _noise(chance), "not-text", ContentType="image/png"),
    _kind(lambda chance: b"\xff\xd8\xff\xe0" + _noise(chance), "not-text"),
    _kind(lambda chance: bytes(range(256)) + _noise(chance), "not-text"),
    _kind(lambda chance: f"<!DOCTYPE html><html><p>{article(chance)}</p></html>".encode(), "unsupported-format"),
    _kind(lambda chance: json.dumps({"body": article(chance)}).encode(), "unsupported-format"),
    *_ENDINGS,
    _kind(_cut, "broken-gzip"),
    _kind(_damaged, "broken-gzip"),
    _kind(lambda chance: b"\x1f\x8b" + _noise(chance), "broken-gzip"),
    _kind(lambda chance: article(chance).encode("cp1252", "ignore") + b"\x81", "unknown-encoding"),
    _kind(lambda _chance: "Паром вернётся весной, сказал портовый совет.".encode("cp1251"), "unknown-encoding"),
    _kind(_broken_utf8, "broken-text"),
    _kind(_lone_surrogates, "broken-text"),
    _kind(lambda chance: b"\xff\xfe\x00\xd8" + article(chance).encode("utf-16-le"), "broken-text"),
    _kind(_noise, None),
    _kind(_text_by_chance, None),
)
