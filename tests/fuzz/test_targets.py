"""What the fuzzer tries to break, as property tests.

`python -m tests.fuzz` searches for long, guided by coverage. pytest tries a few examples of each, and again whatever
the fuzzer broke here.

Documents are put together from lines that lead deep into the cleanup: those of all golden cases and lexicon examples.
"""

from __future__ import annotations

import codecs
import gzip
import json
import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from article_cleanup import CleanupConfig, clean
from article_pipeline.loaders import load_article
from article_pipeline.model import Article, ArticleRejected, ObjectRef, ObjectVersion, SourceObject
from article_pipeline.reports import rebuild_source, write_report
from article_pipeline.settings import Settings
from clean_article.events import UnknownEvent, object_refs_in

from ..cleanup.cases import load_cases
from ..cleanup.documents import EMBEDS, HEADLINES, LABELS, PARAGRAPHS, SEPARATORS, any_text, odd_text
from ..cleanup.invariants import assert_invariants
from ..cleanup.test_properties import configs

ROOT = Path(__file__).parents[2]
MAX_BYTES = 20_000
_LONGEST_REPEAT = 40  # lines and separators; what is doubled without end takes for ever
# Three times the length may take so many times the steps: a square takes nine. Fewer than these would show nothing: a
# line is compared to the last forty that look like it.
_FEW, _MANY, _ROOM = 48, 144, 6.5


def _lines() -> list[str]:
    known = {line.strip() for case in load_cases() for line in case.text.splitlines()}
    for path in (ROOT / "layers" / "cleanup" / "article_cleanup" / "lexicons").glob("*.json"):
        for entry in json.loads(path.read_text()):
            known.update(entry["strips"], entry["spares"])
    return sorted({*known, *PARAGRAPHS, *LABELS, *HEADLINES, *EMBEDS} - {""})


known_lines = st.sampled_from(_lines())
separators = st.sampled_from(SEPARATORS)
lines = known_lines | st.sampled_from([*LABELS, *HEADLINES, *EMBEDS, *PARAGRAPHS]) | any_text | odd_text


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Lines, and stretches of what stood before that come again, whole, cut short, or run on to each other."""
    parts: list[str] = []
    for _ in range(draw(st.integers(0, 31))):
        action = draw(st.integers(0, 7))
        if action < 5 or not parts:
            parts += [draw(lines), draw(separators)]
        elif action == 5:
            parts += parts[draw(st.integers(0, len(parts) - 1)) :][:_LONGEST_REPEAT]
        elif action == 6:
            again = draw(st.sampled_from(parts))
            parts += [again[: draw(st.integers(0, len(again)))], draw(st.sampled_from(["", "…", "...", "."])), "\n"]
        else:
            parts[-1] = draw(st.sampled_from(["", " "]))
    return "".join(parts)


@given(documents(), configs)
def test_clean(text: str, config: CleanupConfig) -> None:
    """All that is promised of a cleanup, and that it does not depend on another in between."""
    first = assert_invariants(text, config)
    clean(text[::-1])
    assert clean(text, config) == first


@st.composite
def shapes(draw: st.DrawFn) -> tuple[str, str]:
    """A document that comes again and again, `#` standing for something else each time, in two lengths."""
    unit = "".join(
        f"{draw(lines)}{draw(st.sampled_from(['', ' #', '#', ' #. ']))}{draw(separators)}"
        for _ in range(draw(st.integers(1, 4)))
    )
    few, many = ("".join(unit.replace("#", f"w{number * 7919}") for number in range(size)) for size in (_FEW, _MANY))
    return few, many


@settings(max_examples=10)
@given(shapes())
def test_work(shape: tuple[str, str]) -> None:
    """Steps grow with the length of a text, and not with its square. They are counted, so no clock comes into it."""
    few, many = shape
    clean(few)  # what is made at the first call alone
    ratio = _steps(many) / _steps(few)
    assert ratio <= _ROOM, f"{_MANY // _FEW} times the text took {ratio:.0f} times the steps"


def _steps(text: str) -> int:
    """How many calls a cleanup makes."""
    count = 0

    def step(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        clean(text)
    finally:
        sys.setprofile(before)
    return count


@st.composite
def sources(draw: st.DrawFn) -> SourceObject:
    """Objects: text in all encodings, packed, cut and spoilt, under any label."""
    body = draw(st.binary(max_size=200) | st.builds(_encoded, documents(), encodings, st.sampled_from(BOMS)))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3]))):
        body = gzip.compress(body, mtime=0)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.binary(max_size=4)) + body[at + draw(st.integers(0, 4)) :]
    return SourceObject(
        bucket="in",
        key=draw(st.sampled_from(["a.txt", "a.md", "a", "a.html", "a.txt.gz", "a.", ".gz", "a/", "U.S."])),
        version=ObjectVersion(etag="0cc175b9", version_id=None),
        size=len(body),
        body=body,
        content_type=draw(
            st.sampled_from(["text/plain", "text/markdown", "binary/octet-stream", "text/html"])
            | st.builds("text/plain; charset={}".format, encodings | st.text(max_size=12))
        ),
    )


BOMS = [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE]
encodings = st.sampled_from(
    ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "koi8-r", "shift_jis", "iso2022_jp", "utf-7", "cp037"]
)


def _encoded(text: str, encoding: str, bom: bytes) -> bytes:
    return bom + text.encode(encoding, errors="replace")


def _load(source: SourceObject) -> Article | None:
    try:
        return load_article(source, max_bytes=MAX_BYTES)
    except ArticleRejected as rejected:
        assert rejected.reason  # noqa: PT017 - either way is right
        assert rejected.message.endswith(".")  # noqa: PT017
        return None


def _bytes(article: Article) -> bytes:
    return article.bom + article.text.encode(article.encoding)


@given(sources())
def test_load(source: SourceObject) -> None:
    """An object is rejected in words, or read so that its very bytes can be made again, and never without bounds."""
    assert source.body is not None
    article = _load(source)
    if article:
        assert article.text.encode()
        assert len(_bytes(article)) <= max(MAX_BYTES, len(source.body))
        assert article.gzip_layers or _bytes(article) == source.body


@given(sources(), configs, any_text)
def test_rebuild(source: SourceObject, config: CleanupConfig, edit: str) -> None:
    """A report and its clean article make the source again, and are told to differ when the article was edited."""
    article = _load(source)
    if article is None:
        return
    cleaned = clean(article.text, config)
    deployed = Settings(input_bucket="in", output_bucket="out", max_article_bytes=MAX_BYTES, cleanup=config)
    report = json.loads(write_report(source, article, cleaned, settings=deployed, output_key="clean/a.txt"))
    assert rebuild_source(report, cleaned.text.encode().decode()) == _bytes(article)
    if edit:
        try:
            rebuild_source(report, cleaned.text + edit)
        except ValueError:
            return
        raise AssertionError("an edited article was taken for the clean one")


EVENTS = [json.loads(path.read_text()) for path in sorted(ROOT.joinpath("events").glob("*.json"))]
atoms = st.none() | st.booleans() | st.integers() | any_text | st.sampled_from(EVENTS)


@st.composite
def events(draw: st.DrawFn) -> str:
    """Bodies of messages: sample events with something in them exchanged, and what is no event at all."""
    event = _exchange(draw, draw(st.sampled_from(EVENTS)), draw(st.integers(0, 3)))
    body = json.dumps(event)
    wrap = draw(st.integers(0, 3))
    for _ in range(wrap):
        body = json.dumps({"Type": "Notification", "Message": body})
    at = draw(st.integers(0, len(body)))
    return body if draw(st.integers(0, 3)) else body[:at] + draw(any_text) + body[at:]


def _exchange(draw: st.DrawFn, value: Any, times: int) -> Any:  # noqa: ANN401 - JSON
    if not times or not isinstance(value, dict | list) or not value:
        return draw(atoms) if times else value
    if isinstance(value, list):
        at = draw(st.integers(0, len(value) - 1))
        return [_exchange(draw, each, times) if at == place else each for place, each in enumerate(value)]
    name = draw(st.sampled_from(sorted(value)))
    if not draw(st.integers(0, 5)):
        return {key: each for key, each in value.items() if key != name}
    return {key: _exchange(draw, each, times) if key == name else each for key, each in value.items()}


@given(events())
def test_events(body: str) -> None:
    """Whatever a message says, it names objects, or is refused in words."""
    try:
        refs = object_refs_in(body)
    except UnknownEvent as refused:
        assert str(refused).startswith(("The event ", "The message's body "))  # noqa: PT017 - either way is right
        return
    for ref in refs:
        _assert_is_ref(ref)


def _assert_is_ref(ref: ObjectRef) -> None:
    assert isinstance(ref.bucket, str)
    assert isinstance(ref.key, str)
    for known in (ref.version_id, ref.etag, ref.sequencer):
        assert known is None or isinstance(known, str)
