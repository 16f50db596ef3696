"""A page that shows an article, or those of a packed file, with what was removed marked: one file that needs no other.

A policy in the page names its one script and its one style by their hashes: a browser runs and loads nothing else,
whatever stands in an article.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from article_cleanup import CleanedArticle, Removal, restore

from .marking import KINDS, MarkedArticle, escaped, kind_of
from .records import read_record
from .reports import read_cleaned

PAGE_CONTENT_TYPE = "text/html; charset=utf-8"

# A browser shows so much at once, and a person does not read it to its end.
_MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedArticle:
    """An article of a packed file, by the number of its line, and its cleanup."""

    line: int
    text: str
    cleaned: CleanedArticle

    @classmethod
    def of_line(cls, report: Mapping[str, Any], clean_line: bytes, *, text_field: str) -> PackedArticle:
        """The article of a line that was changed, from the line that came out and the report on it.

        Raises `ArticleRejected` and `ValueError` when the two do not belong together.
        """
        cleaned = read_cleaned(report, read_record(clean_line.decode(), text_field).text)
        return cls(line=report["line"], text=restore(cleaned), cleaned=cleaned)


def write_page(name: str, text: str, cleaned: CleanedArticle) -> bytes:
    """The page on a cleanup of `text`, an article of that name, in UTF-8."""
    article = MarkedArticle(text, cleaned)
    content = f"""<section aria-labelledby="source">
<h2 id="source">The article as it came, with what was removed marked</h2>
<div class="text" lang="">
{article.marked()}
</div>
</section>
{article.in_order()}"""
    return _page(name, _summary(text, cleaned), content, cleaned.removals, cleaned.rules_version)


class PackedPage:
    """The page on a packed file, made as its articles come. It shows those of which something was removed.

    They take `most_bytes` of it at most. With the first that would not fit it `is_cut`: it ends there, and says so.
    """

    def __init__(self, *, most_bytes: int = _MOST_BYTES) -> None:
        self._room = most_bytes
        self._sections: list[str] = []
        self._removals: list[Removal] = []
        self._ends_before: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether no article that comes now would be shown."""
        return self._ends_before is not None

    def add(self, article: PackedArticle) -> None:
        """Shows an article that comes after all others so far, if there is anything to show and room for it."""
        if self.is_cut or not article.cleaned.removals:
            return
        # What has no room as it is need not be marked to know it: that would take memory.
        if len(article.text) <= self._room:
            section = _section(article, first=len(self._removals) + 1)
            self._room -= len(_encoded(section))
            if self._room >= 0:
                self._sections.append(section)
                self._removals += article.cleaned.removals
                return
        self._ends_before = article.line

    def written(self, name: str, *, rules_version: str) -> bytes:
        """The page on a file of that name, in UTF-8."""
        passages, articles = _counted(len(self._removals), "passage"), _counted(len(self._sections), "article")
        end = "Of its other articles nothing was removed."
        if self.is_cut:
            end = f"This page ends before line {self._ends_before:,}: more would make it too large. The report has all."
        summary = f"<strong>{passages}</strong> in {articles}. {end}"
        return _page(name, summary, "\n".join(self._sections), self._removals, rules_version)


def _section(article: PackedArticle, *, first: int) -> str:
    prefix = f"l{article.line}"
    marked = MarkedArticle(article.text, article.cleaned, first=first, prefix=prefix)
    return f"""<section aria-labelledby="{prefix}">
<h2 id="{prefix}">Line {article.line:,}</h2>
<p>{_summary(article.text, article.cleaned)}</p>
<div class="text" lang="">
{marked.marked()}
</div>
{marked.in_order()}
</section>"""


def _page(name: str, summary: str, content: str, removals: Sequence[Removal], rules_version: str) -> bytes:
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )
    title = escaped(name)
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}: what was removed</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#article">Skip to the article</a>
<header>
<p>What was removed from</p>
<h1 dir="auto">{title}</h1>
<p>{summary}</p>
</header>
<div class="columns">
<nav class="kinds" aria-label="Kinds of removals">
{_filters(removals)}
</nav>
<main id="article" tabindex="-1">
{content}
</main>
</div>
<footer>Made by article-cleanup with rules {escaped(rules_version)}.</footer>
<nav class="bar" aria-label="Go through the removals" hidden>
<button class="previous" type="button" aria-keyshortcuts="p k">Previous<kbd>p</kbd></button>
<output aria-live="polite"></output>
<button class="next" type="button" aria-keyshortcuts="n j">Next<kbd>n</kbd></button>
</nav>
<script>{script}</script>
</body>
</html>
"""
    return _encoded(page)


def _encoded(html: str) -> bytes:
    # Half a surrogate pair is no character; a browser shows it as what could not be read.
    return html.encode(errors="xmlcharrefreplace")


def _summary(text: str, cleaned: CleanedArticle) -> str:
    gone = sum(len(removal.span) for removal in cleaned.removals)
    if not cleaned.removals:
        return "<strong>Nothing.</strong> The clean article is as it came."
    passages = _counted(len(cleaned.removals), "passage")
    share = gone / max(1, gone + sum(map(len, cleaned.kept)))
    return (
        f"<strong>{passages}</strong>, which make up <strong>{share:.0%}</strong> of it: {gone:,} of {len(text):,} "
        "characters."
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _filters(removals: Sequence[Removal]) -> str:
    """A box for each kind of removal that there is, with its rules and how often each was the reason."""
    counts = Counter(removal.rule for removal in removals)
    first = {removal.rule: number for number, removal in reversed([*enumerate(removals, start=1)])}
    boxes = []
    for kind, (name, _) in KINDS.items():
        rules = [(rule, count) for rule, count in counts.most_common() if kind_of(rule) == kind]
        if rules:
            total = sum(count for _, count in rules)
            items = "".join(
                f'<li><a href="#r{first[rule]}" data-removal="{first[rule]}">{escaped(rule)}</a>'
                f'<span class="count">{count:,}</span></li>'
                for rule, count in rules
            )
            boxes.append(
                f'<div class="kind {kind}"><label><input type="checkbox" id="show-{kind}" checked>{name}'
                f'<span class="count">{total:,}</span></label><ul>{items}</ul></div>'
            )
    return f"<fieldset><legend>Show</legend>{''.join(boxes)}</fieldset>" if boxes else ""


@cache
def _asset(name: str) -> str:
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
