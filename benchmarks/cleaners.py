"""What is compared: this project's cleanup, and what people use today. Each is a function from a text to a text."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from article_cleanup import clean

Cleaner = Callable[[str], str]

OURS, JUSTEXT = "article-cleanup", "jusText"


def cleaners() -> dict[str, Cleaner]:
    """The cleaners by name, ours first."""
    return {
        OURS: lambda text: clean(text).text,
        "first of each line": _first_of_each_line,
        "datatrove, C4's line rules": _c4_rules(),
        JUSTEXT: _justext(),
    }


def _first_of_each_line(text: str) -> str:
    """What is written in a minute: a line that stood before goes."""
    firsts: dict[str, str] = {}
    for line in text.split("\n"):
        firsts.setdefault(line.strip().lower(), line)
    return "\n".join(firsts.values())


def _c4_rules() -> Cleaner:
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    # Its other rule counts sentences and drops whole documents: that is for choosing articles, not for cleaning them.
    rules = C4QualityFilter(min_num_sentences=-1)

    def clean_by_rules(text: str) -> str:
        document = Document(text=text, id="")
        return document.text if rules.filter(document) is True else ""

    return clean_by_rules


def _justext() -> Cleaner:
    import justext

    words = justext.get_stoplist("English")

    def clean_by_classes(text: str) -> str:
        # It reads pages, and takes each block for a paragraph.
        page = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
        paragraphs = justext.justext(f"<html><body>{page}</body></html>", words)
        return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)

    return clean_by_classes
