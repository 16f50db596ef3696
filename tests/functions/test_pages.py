"""The page that shows what was removed, in a browser."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, sync_playwright

from article_cleanup import RULES_VERSION, CleanedArticle, CleanupConfig, Span, clean
from article_cleanup.rules import REASONS
from article_pipeline import pages
from article_pipeline.cleaning import clean_source
from article_pipeline.marking import KINDS, in_brief
from article_pipeline.model import ArticleRejected, ObjectVersion, SourceObject
from article_pipeline.pages import PackedArticle, PackedPage, write_page
from article_pipeline.processing import process
from article_pipeline.settings import Settings

from .conftest import Buckets

SAMPLES = Path(__file__).parents[2] / "samples"
FERRY = (SAMPLES / "harbour-ferry.txt").read_text()
WIDTHS = {"phone": 360, "tablet": 820, "desktop": 1440}
ARABIC = "عادت العبّارة الليلية بين الميناء والجزر في الربيع، بعد عامين من توقفها لتوفير المال، كما قال المجلس أمس."
JAPANESE = "夜行フェリーは二年ぶりに春から港と離島の間で運航を再開すると町議会が火曜日に発表した。船は小型だ。"
HOSTILE = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "\"'><svg onload=window.ran=1>",
    "</title><script>window.ran=1</script>",
    "</style></script><script>window.ran=1</script>",
    "--><script>window.ran=1</script><!--",
    "<iframe srcdoc='<script>top.ran=1</script>'></iframe>",
    "<a href='javascript:window.ran=1' autofocus onfocus=window.ran=1>",
    "]]><![CDATA[<script>window.ran=1</script>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "<scr\0ipt>window.ran=1</script>",
    "<base href='https://example.org/'><link rel=stylesheet href=//example.org/x.css>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "\u202e<b>\u2066over\u202d",
    "\ud800 half a pair",
]

Open = Callable[..., Page]


def _chromium() -> str | None:
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        pytest.skip("There is no Chromium here: install it ('apt install chromium'), or name yours in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page as a file. It may load nothing else, and no script of it may fail."""
    contexts = []
    loaded: list[str] = []
    faults: list[str] = []

    def show(page: bytes, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own
        (tmp_path / "page.html").write_bytes(page)
        contexts.append(browser.new_context(**options))
        opened = contexts[-1].new_page()
        opened.on("request", lambda request: loaded.append(request.url))
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("dialog", lambda dialog: faults.append(dialog.message))
        opened.goto((tmp_path / "page.html").as_uri())
        return opened

    yield show
    for context in contexts:
        context.close()
    assert {url.partition("#")[0] for url in loaded} <= {(tmp_path / "page.html").as_uri()}
    assert not faults


def _page(text: str, name: str = "article.txt") -> bytes:
    return write_page(name, text, clean(text))


class _Texts(HTMLParser):
    """What a page's first text says: all of it, and what is marked as deleted in it."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.all: list[str] = []
        self.deleted: list[str] = []
        self.feed("<div" + page.decode().partition('<div class="text"')[2].partition("</section>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self.stack.append("aside" if {"note", "copies", "order"} & set(classes) else tag)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - pages close what they open
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if "p" in self.stack and "aside" not in self.stack:
            self.all.append(data)
            if "del" in self.stack:
                self.deleted.append(data)


def _without_space(text: str) -> str:
    return "".join(text.split())


TEXTS = st.lists(
    st.sampled_from(
        [*FERRY.splitlines(), ARABIC, JAPANESE, "Video", "Read more: Ten mills", "a < b & c > d", "&amp;", "  \t", "x"]
    ),
    max_size=12,
).map("\n".join)


@given(text=TEXTS)
def test_the_page_has_all_of_the_source_and_marks_what_was_removed(text: str) -> None:
    cleaned = clean(text)
    texts = _Texts(write_page("a.txt", text, cleaned))
    assert _without_space("".join(texts.all)) == _without_space(text)
    assert _without_space("".join(texts.deleted)) == _without_space("".join(r.text for r in cleaned.removals))


def test_every_kind_of_rule_is_of_rules_that_there_are() -> None:
    assert frozenset().union(*(rules for _, rules in KINDS.values())) <= REASONS.keys()


def test_a_reason_is_shown_without_most_of_what_its_phrase_could_also_have_been() -> None:
    assert in_brief("It fits “(sign up|signup|subscribe|opt in) … (our|the)? (a|b|c)?”.") == (
        "It fits “(sign up|signup|…) … (our|the)? (a|b|…)?”."
    )
    text = "The boats went out at noon.\nSign up for our newsletter\n"
    (removal,) = clean(text).removals
    page = _page(text).decode()
    assert removal.reason not in page
    assert in_brief(removal.reason) in page


def _hostile(payload: str) -> tuple[str, CleanedArticle]:
    text = f"{payload}\n{FERRY}\n{payload}\nVideo\n"
    cleaned = clean(text)
    removals = tuple(replace(each, rule=payload, reason=payload) for each in cleaned.removals)
    return text, replace(cleaned, removals=removals, rules_version=payload)


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_stands_in_an_article_is_shown_and_never_runs(show: Open, payload: str) -> None:
    text, cleaned = _hostile(payload)
    page = show(write_page(f"{payload}.txt", text, cleaned))
    page.keyboard.press("n")
    for link in page.locator("a[data-removal]").all()[:5]:
        link.click()
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.querySelectorAll('img, svg, iframe, base, link, object').length") == 0
    assert page.evaluate("document.querySelectorAll('meta[http-equiv]').length") == 1
    shown = payload.replace("\0", "�").replace("\ud800", "�")
    for place in ("h1", "footer", ".note >> nth=0", ".text p >> nth=0"):
        assert shown in (page.locator(place).first.text_content() or ""), place


def test_even_what_would_get_into_the_page_would_not_run(show: Open) -> None:
    page = show(_page(FERRY))
    page.evaluate(
        """() => {
            const script = document.createElement('script');
            try { script.text = 'window.ran = 1'; document.body.append(script); } catch {}
            try { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = 1">'); } catch {}
            const button = document.createElement('button');
            try { button.setAttribute('onclick', 'window.ran = 1'); document.body.append(button); } catch {}
            button.click();
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None


def test_removals_are_gone_through_by_keyboard(show: Open) -> None:
    page = show(_page(FERRY))
    count = len(clean(FERRY).removals)
    told, focused = page.locator("output"), "document.activeElement.id"
    for key, place in (("n", 1), ("j", 2), ("n", 3), ("p", 2), ("k", 1), ("p", count), ("n", 1)):
        page.keyboard.press(key)
        assert page.evaluate(focused) == f"r{place}"
        assert told.text_content() == f"{place} of {count}"
        assert page.locator(f"#r{place}").is_visible()
    page.locator("button.next").press("Enter")
    assert page.evaluate(focused) == "r2"
    page.keyboard.press("Escape")
    assert page.locator(".lit").count() == 0


def test_the_first_stop_of_the_keyboard_leads_to_the_article(show: Open) -> None:
    page = show(_page(FERRY))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the article"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "article"


def test_what_a_copy_repeats_is_a_click_away_and_both_are_lit(show: Open) -> None:
    page = show(_page(FERRY))
    page.locator("#n1 a").click()
    lit = page.locator(".lit").all()
    (removed,) = [mark for mark in lit if mark.evaluate("mark => mark.matches('del')")]
    (original,) = [mark for mark in lit if not mark.evaluate("mark => mark.matches('del')")]
    assert removed.text_content() == original.text_content()
    assert page.evaluate("location.hash") == "#s1"
    assert page.locator(":target").text_content() == original.text_content()
    page.locator(".copies a", has_text="3").first.click()
    assert page.evaluate("location.hash") == "#r3"
    assert page.locator("del.lit").get_attribute("id") == "r3"


@pytest.mark.parametrize("has_script", [True, False])
def test_kinds_are_counted_and_can_be_hidden(show: Open, *, has_script: bool) -> None:
    page = show(_page(FERRY), java_script_enabled=has_script)
    marks = page.locator("del[id]")
    assert page.locator(".kind.headline .count").first.text_content() == "5"
    before = sum(mark.is_visible() for mark in marks.all())
    page.locator("#show-headline").uncheck()
    assert sum(mark.is_visible() for mark in marks.all()) == before - 5
    assert not page.locator("#r9").is_visible()
    assert not page.locator("#n9").is_visible()
    if has_script:
        assert page.locator("output").text_content() == f"– of {before - 5}"
        page.keyboard.press("p")
        assert page.evaluate("document.activeElement.id") == "r8"


def test_without_scripts_all_is_there_but_the_buttons_that_need_them(show: Open) -> None:
    page = show(_page(FERRY), java_script_enabled=False)
    assert page.locator("#r1").is_visible()
    assert not page.locator(".bar").is_visible()
    page.locator("#n1 a").click()
    assert page.locator("#s1").is_visible()


def test_a_merged_body_shows_its_order(show: Open) -> None:
    page = show(_page(FERRY))
    cleaned = clean(FERRY)
    places = [number.text_content() for number in page.locator("section .order").all()]
    assert places == ["comes 1st", "comes 3rd", "comes 2nd"]
    assert [cleaned.kept.index(span) for span in sorted(cleaned.kept)] == [0, 2, 1]
    shown = page.locator("details p[dir]").all_text_contents()
    assert len(shown) == len(cleaned.text.splitlines())
    assert all(line in text for line, text in zip(cleaned.text.splitlines(), shown, strict=True))
    (moved,) = page.locator("ins").all_text_contents()
    assert moved.startswith("Shipyard workers")
    page.locator("details .order").nth(1).click()
    assert page.locator(":target").text_content() == "comes 2nd"


def test_places_in_the_order_are_not_taken_for_the_numbers_of_removals(show: Open) -> None:
    sentences = [f"The boat number {number} came in before the storm, with all of its crew." for number in range(26)]
    kept = [Span(at * 100, at * 100 + len(sentences[at])) for at in reversed(range(26))]
    text = "\n".join(sentence.ljust(99) for sentence in sentences)
    cleaned = replace(clean(text), kept=tuple(kept), removals=())
    places = [
        place.text_content() for place in show(write_page("a.txt", text, cleaned)).locator("details .order").all()
    ]
    assert places[:4] == ["1st", "2nd", "3rd", "4th"]
    assert places[9:13] == ["10th", "11th", "12th", "13th"]
    assert places[19:24] == ["20th", "21st", "22nd", "23rd", "24th"]
    copies = show(_page(FERRY)).locator(".copies").all_text_contents()
    assert [copy.strip() for copy in copies] == [f"repeated: removal {number}" for number in (1, 3, 4, 5, 8)]


def test_an_article_in_its_own_order_has_no_numbers(show: Open) -> None:
    page = show(_page("The boats went out at noon.\nVideo\nNobody saw them leave.\n"))
    assert page.locator(".order").count() == 0
    assert page.locator("details[open]").count() == 0


def test_an_article_with_nothing_removed_says_so(show: Open) -> None:
    page = show(_page("The boats went out at noon.\n"))
    assert "Nothing." in (page.locator("header").text_content() or "")
    assert not page.locator(".bar").is_visible()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize(
    "text",
    [FERRY, f"{ARABIC}\nVideo\n{ARABIC}\n{JAPANESE}\n{'a' * 900}\n", f"{FERRY.splitlines()[0]}\n" * 40],
    ids=["en", "mixed", "forty times"],
)
def test_nothing_has_to_be_scrolled_sideways(show: Open, width: int, text: str) -> None:
    page = show(write_page("folder/" * 40 + "x" * 200, text, clean(text)), viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for element in page.locator("h1, p, del, .note, .kind, .bar").all():
        box = element.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width + 1)


def test_scripts_that_run_from_the_right_do_and_notes_on_them_do_not(show: Open) -> None:
    page = show(_page(f"{ARABIC}\nVideo\n{ARABIC}\n{JAPANESE}\n"))
    direction = "element => getComputedStyle(element).direction"
    assert page.locator(".text p").nth(0).evaluate(direction) == "rtl"
    assert page.locator(".text p").nth(3).evaluate(direction) == "ltr"
    assert {note.evaluate(direction) for note in page.locator(".note").all()} == {"ltr"}
    assert page.locator(".text").first.get_attribute("lang") == ""


def test_colours_follow_the_system(show: Open) -> None:
    def paper(scheme: str) -> list[int]:
        page = show(_page(FERRY), color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]

    assert min(paper("light")) > 200
    assert max(paper("dark")) < 60


def test_on_paper_all_of_it_is_there_and_no_buttons_are(show: Open) -> None:
    page = show(_page("The boats went out at noon.\nVideo\nNobody saw them leave.\n"))
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".bar").is_visible()
    assert page.locator("del").is_visible()
    assert page.locator("details p").first.is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("is_packed", [False, True], ids=["article", "packed"])
def test_nobody_is_shut_out(show: Open, width: int, scheme: str, *, is_packed: bool) -> None:
    """By what axe-core finds: names, roles, contrast, headings, landmarks."""
    text = f"{FERRY}\n{ARABIC}\nSign up for our newsletter\n"
    # axe puts scripts and styles of its own into the page.
    window = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "bypass_csp": True}
    page = show(_packed([text, text]) if is_packed else _page(text), **window)
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    page.keyboard.press("n")
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def _packed(texts: list[str], *, most_bytes: int = 2_000_000) -> bytes:
    """The page on a packed file with those texts."""
    page = PackedPage(most_bytes=most_bytes)
    for line, text in enumerate(texts, start=1):
        page.add(PackedArticle(line=line, text=text, cleaned=clean(text)))
    return page.written("wire.jsonl", rules_version="1")


def test_a_packed_file_has_one_page_whose_links_lead_to_their_own_article(show: Open) -> None:
    page = show(_packed([FERRY, "The boats went out at noon.\n", FERRY]))
    count = len(clean(FERRY).removals)
    assert page.locator("section h2").all_text_contents() == ["Line 1", "Line 3"]
    assert f"{2 * count} passages in 2 articles" in (page.locator("header").text_content() or "")
    for place in range(1, 2 * count + 1):
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.id") == f"r{place}"
    names = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(names) == len(set(names))
    targets = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href').slice(1))")
    assert set(targets) <= set(names)
    second = page.locator("section").nth(1)
    for link in (second.locator(".note a").first, second.locator(".copies a").first, second.locator("a.order").nth(1)):
        link.click()
        assert second.locator(":target").count() == 1


def test_the_page_of_a_packed_file_ends_before_it_is_too_large() -> None:
    around = len(_packed([]))
    texts = [FERRY, "The boats went out at noon.\n", FERRY, ARABIC + "\nVideo\n", FERRY, "No more boats.\nVideo\n"]
    whole = _packed(texts).decode()
    assert "Of its other articles nothing was removed." in whole
    assert whole.count("<section") == 5
    for most_bytes in (0, 1, 1_000, 10_000, 20_000, 30_000):
        page = _packed(texts, most_bytes=most_bytes)
        assert len(page) < around + most_bytes + 3_000  # for what is said above of all of them
        shown = [int(line) for line in re.findall(r"<h2[^>]*>Line (\d+)", page.decode())]
        (end,) = re.findall(r"This page ends before line (\d+): .* The report has all", page.decode())
        assert [*shown, int(end)] == [1, 3, 4, 5, 6][: len(shown) + 1]


def test_an_article_without_room_on_a_page_is_not_marked_up_to_find_that_out() -> None:
    with patch.object(pages, "MarkedArticle", side_effect=AssertionError):
        assert "This page ends before line 1" in _packed([FERRY * 5], most_bytes=len(FERRY)).decode()


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_stands_in_a_packed_file_never_runs(show: Open, payload: str) -> None:
    text, cleaned = _hostile(payload)
    packed = PackedPage()
    for line in (1, 2):
        packed.add(PackedArticle(line=line, text=text, cleaned=cleaned))
    page = show(packed.written(f"{payload}.jsonl", rules_version=payload))
    page.keyboard.press("n")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.querySelectorAll('img, svg, iframe, base, link, object').length") == 0


SETTINGS = Settings(input_bucket="articles-in", output_bucket="articles-out", max_article_bytes=100_000)


def test_the_function_writes_pages_beside_its_reports_if_it_is_to(buckets: Buckets, store: Any) -> None:  # noqa: ANN401
    ref = buckets.drop("a.txt", FERRY)
    process(ref, store, SETTINGS)
    assert buckets.written() == {"clean/a.txt", "reports/a.txt.json"}
    process(buckets.drop("a.txt", f"{FERRY}\nx\n"), store, replace(SETTINGS, write_pages=True))
    assert buckets.read("pages/a.txt.html") == write_page("a.txt", f"{FERRY}\nx\n", clean(f"{FERRY}\nx\n"))
    head = buckets.s3.head_object(Bucket="articles-out", Key="pages/a.txt.html")
    assert head["ContentType"] == "text/html; charset=utf-8"
    process(buckets.drop("a.txt", FERRY), store, replace(SETTINGS, write_pages=True))
    assert buckets.read("pages/a.txt.html") == _page(FERRY, "a.txt")
    process(buckets.drop("a.txt", "<html></html>"), store, replace(SETTINGS, write_pages=True))
    assert buckets.written() == {"rejected/a.txt.json"}


@pytest.mark.parametrize("key", ["wire.jsonl", "wire.jsonl.gz"])
def test_the_function_writes_one_page_for_a_packed_file(buckets: Buckets, store: Any, key: str) -> None:  # noqa: ANN401
    settings = replace(SETTINGS, write_pages=True)
    texts = [FERRY, "The boats went out at noon.\n", "Video\n", f"{ARABIC}\nVideo\n"]
    lines = [json.dumps({"text": text}, ensure_ascii=text != FERRY) for text in texts]
    source = "\n".join([*lines, "no JSON"]).encode()
    process(buckets.drop(key, gzip.compress(source) if key.endswith(".gz") else source), store, settings)
    assert buckets.written() == {f"clean/{key}", f"reports/{key}", f"pages/{key}.html"}
    expected = PackedPage()
    for line in (1, 4):
        expected.add(PackedArticle(line=line, text=texts[line - 1], cleaned=clean(texts[line - 1])))
    assert buckets.read(f"pages/{key}.html") == expected.written(key, rules_version=RULES_VERSION)
    head = buckets.s3.head_object(Bucket="articles-out", Key=f"pages/{key}.html")
    assert head["ContentType"] == "text/html; charset=utf-8"
    process(buckets.drop(key, "{}\n"), store, settings)
    assert buckets.written() == {f"rejected/{key}.json"}


def test_the_cleanup_s_options_show_in_the_page() -> None:
    source = SourceObject(
        bucket="in",
        key="a.txt",
        version=ObjectVersion(etag="e", version_id=None),
        size=len(FERRY),
        body=FERRY.encode(),
    )
    settings = replace(SETTINGS, write_pages=True, cleanup=CleanupConfig(keep_embeds=True))
    try:
        page = clean_source(source, settings).output.page
    except ArticleRejected:
        page = None
    assert page is not None
    assert b"embedded-post" not in page.body
