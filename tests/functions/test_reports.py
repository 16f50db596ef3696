from __future__ import annotations

import ast
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from article_cleanup import clean
from article_pipeline import cleaning, loaders, packed, processing, records
from article_pipeline.loaders import load_article
from article_pipeline.model import ArticleRejected, ObjectRef, ObjectVersion, SourceObject
from article_pipeline.reports import (
    SCHEMA_VERSION,
    rebuild_source,
    rebuild_text,
    removed_share,
    write_rejection,
    write_report,
    write_summary,
)
from article_pipeline.settings import Settings

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
SAMPLES = [path for path in sorted(Path(__file__).parents[2].glob("samples/*.*")) if path.suffix != ".jsonl"]
PARAGRAPHS = st.sampled_from(
    [
        "The ferry returns in spring.",
        "Video",
        "You may also like",
        "Fares stay at 14 crowns.",
        " ",
        "",
        "“Oui”, a-t-il dit.",
        "漢字。",
    ]
)
TEXTS = st.lists(PARAGRAPHS, min_size=1, max_size=12).map("\n".join) | st.text(st.characters(codec="utf-8"))


def validator(name: str) -> Draft202012Validator:
    schemas = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob(f"*-{SCHEMA_VERSION}.json")}
    schema = schemas[f"{name}-{SCHEMA_VERSION}.json"]
    Draft202012Validator.check_schema(schema)
    known: Registry[Any] = Registry().with_resources(
        [(each, Resource.from_contents(content)) for each, content in schemas.items()]
    )
    return Draft202012Validator(schema, registry=known)


SETTINGS = Settings(input_bucket="in", output_bucket="out", max_article_bytes=1_000_000)


def source(body: bytes, key: str = "a.txt") -> SourceObject:
    version = ObjectVersion(etag="0cc175b9", version_id=None)
    return SourceObject(bucket="in", key=key, version=version, size=len(body), body=body)


def report_on(body: bytes) -> tuple[dict[str, Any], str]:
    article = load_article(source(body), max_bytes=1_000_000)
    cleaned = clean(article.text)
    return json.loads(
        write_report(source(body), article, cleaned, settings=SETTINGS, output_key="clean/a.txt")
    ), cleaned.text


@given(text=TEXTS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_every_report_fits_the_schema_and_makes_its_source_again(text: str, encoding: str) -> None:
    body = text.encode(encoding, errors="replace")
    try:
        report, clean_text = report_on(body)
    except ArticleRejected as rejected:
        validator("rejection").validate(json.loads(write_rejection(source(body), rejected, settings=SETTINGS)))
        return
    validator("report").validate(report)
    assert rebuild_source(report, clean_text) == body
    for removal in report["removals"]:
        assert rebuild_text(report, clean_text)[removal["start"] : removal["end"]] == removal["text"]


@given(
    text=TEXTS,
    escape=st.sampled_from([json.dumps, lambda text: json.dumps(text, ensure_ascii=False).replace("e", "\\u0065")]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
)
def test_a_report_on_an_article_in_json_makes_that_json_again(
    text: str, escape: Callable[[str], str], encoding: str
) -> None:
    body = f'{{"id": 1.0, "body" : {escape(text)}, "tags": ["body"]}}\n'.encode(encoding)
    try:
        result = cleaning.clean_source(source(body, "a.json"), replace(SETTINGS, text_field="body"))
    except ArticleRejected:
        return
    report = json.loads(result.output.report.body)
    validator("report").validate(report)
    assert rebuild_source(report, result.output.article.body.decode()) == body
    if not report["removals"] and encoding.startswith("utf-8"):
        assert result.output.article.body == body


def test_lines_of_a_packed_report_fit_the_schema_and_name_every_reason_of_theirs() -> None:
    texts = [
        "The ferry returns.\nVideo",
        "The ferry returns.",
        "You may also like",
        "",
        "<html><p>",
        "\0",
        "é/\n\nVideo\né/",
    ]
    lines = [json.dumps({"text": text}).encode() for text in texts] + [b"\xff", b"{", b"{}", b"0" * 2000]
    lines.append(rb'{"text": "caf\u00E9\nVideo"}')
    reports: list[bytes] = []
    settings = replace(SETTINGS, max_line_bytes=1000)
    summary = packed.clean_packed([b"\n".join(lines)], articles=len, reports=reports.append, settings=settings)
    reports.append(write_summary(source(b""), summary, settings=settings, gzip_layers=0, notes=["A note."]))
    for report in reports:
        validator("packed-report").validate(json.loads(report))
    schema = json.loads((SCHEMAS / "packed-report-1.json").read_text())
    named = set(schema["$defs"]["passed_through"]["properties"]["reason"]["enum"])
    assert set(summary.passed_through) == named - {"too-slow"}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_reports_on_the_samples_fit_the_schema(path: Path) -> None:
    if path.suffix == ".html":
        with pytest.raises(ArticleRejected) as rejected:
            load_article(source(path.read_bytes(), path.name), max_bytes=1_000_000)
        validator("rejection").validate(json.loads(write_rejection(source(b""), rejected.value, settings=SETTINGS)))
        return
    report, clean_text = report_on(path.read_bytes())
    validator("report").validate(report)
    assert rebuild_source(report, clean_text) == path.read_bytes()


def test_rejections_of_all_kinds_fit_the_schema() -> None:
    empty = ArticleRejected("empty", "There is no text.")
    nothing_left = ArticleRejected("nothing-left", "All was taken out.", cleaned=clean("You may also like\n"))
    for rejection, rejected in (
        (empty, source(b"")),
        (nothing_left, source(b"You may also like\n")),
        (ArticleRejected("gone", "It is gone."), ObjectRef(bucket="in", key="a.txt")),
        (ArticleRejected("gone", "It is gone."), ObjectRef(bucket="in", key="a.txt", version_id="v1", etag="0cc1")),
    ):
        validator("rejection").validate(json.loads(write_rejection(rejected, rejection, settings=SETTINGS)))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("The ferry returns.\n", 0),
        ("The ferry returns.\n" + "You may also like\n" * 2, 34 / 52),
        ("You may also like\n", 1),
        ("", 0),
    ],
)
def test_the_removed_share_is_of_all_that_can_be_seen(text: str, share: float) -> None:
    assert removed_share(clean(text)) == pytest.approx(share)


def test_a_gzipped_source_is_made_again_unpacked() -> None:
    report, clean_text = report_on(gzip.compress(b"The ferry returns.\n"))
    assert report["source"]["gzip_layers"] == 1
    assert rebuild_source(report, clean_text) == b"The ferry returns.\n"


def test_the_same_source_always_has_the_same_report() -> None:
    body = b"The ferry returns in spring.\nVideo\nThe ferry returns in spring.\n"
    assert report_on(body) == report_on(body)


def test_a_report_of_another_version_is_not_misread() -> None:
    report, clean_text = report_on(b"The ferry returns.\n")
    with pytest.raises(ValueError, match="schema version 2"):
        rebuild_text(report | {"schema_version": 2}, clean_text)


def test_an_edited_article_is_not_taken_for_the_clean_one() -> None:
    report, clean_text = report_on(b"The ferry returns.\n")
    with pytest.raises(ValueError, match="characters"):
        rebuild_text(report, clean_text + "Or not.\n")


def test_the_schema_names_every_reason_that_is_ever_given() -> None:
    modules = (cleaning, loaders, packed, processing, records)
    trees = [ast.parse(Path(str(module.__file__)).read_text()) for module in modules]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "ArticleRejected"]
    given_reasons = {ast.literal_eval(call.args[0]) for call in calls}
    schema = json.loads((SCHEMAS / "rejection-1.json").read_text())
    assert set(schema["properties"]["reason"]["enum"]) == given_reasons
