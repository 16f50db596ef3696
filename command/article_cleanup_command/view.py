"""What a person is shown at the terminal. Results go to standard output, all that is said of them to standard error."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from article_cleanup import CleanedArticle, Removal
from article_cleanup.entries import Entry
from article_pipeline.marking import in_brief

from .articles import Done, Status
from .rules import SITE_RULES, Rule, language_of

_MOST_RULES = 5  # that a summary names
_GONE, _STAYS, _FAINT, _HEAD, _RULE = "red strike", "green", "dim", "bold", "bold magenta"
# What sets the direction of the text after it, whatever that is.
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def to_stdout() -> Console:
    """The console of results. What is piped is neither coloured nor broken into lines."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def to_stderr(*, quiet: bool = False) -> Console:
    """The console of what is said besides."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True, quiet=quiet)


def printable(text: str) -> str:
    """Text that a terminal shows and does not obey: an article can hold codes that move its cursor, or turn its lines.

    JSON can have halves of characters, too, which no terminal is sent.
    """
    return "".join("�" if _is_odd(character) else character for character in text)


def _is_odd(character: str) -> bool:
    is_control = unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    return is_control or character in _TURNING


def progress(doing: str, *, quiet: bool) -> Progress:
    """A bar that counts articles, where there is a terminal to show it."""
    console = to_stderr()
    return Progress(
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


class Tally:
    """What became of many articles, counted."""

    def __init__(self) -> None:
        self.sources = 0
        self.statuses: Counter[str] = Counter(dict.fromkeys(get_args(Status), 0))
        self.removals: Counter[str] = Counter()
        self.characters_in = 0
        self.characters_out = 0

    def add(self, done: Done, console: Console) -> None:
        """Counts one, and shows what went wrong with it."""
        self.sources += 1
        self.statuses[done.status] += done.articles
        self.statuses["passed through"] += done.passed_through
        self.removals.update(done.removals_by_rule)
        self.characters_in += done.characters_in
        self.characters_out += done.characters_out
        if done.message:
            show_fault(console, done)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with any article."""
        return not any(self.statuses[status] for status in ("rejected", "failed", "passed through"))


def show_tally(console: Console, tally: Tally, folder: Path | None = None) -> None:
    """What became of all sources, and the folder that holds it."""
    parts = [f"{count:,} {status}" for status, count in tally.statuses.items() if count]
    console.print(f"{counted(tally.statuses.total(), 'article')}: {', '.join(parts) or 'none'}.")
    if tally.removals:
        share = 1 - tally.characters_out / max(1, tally.characters_in)
        rules = ", ".join(f"{rule} {count:,}" for rule, count in tally.removals.most_common(_MOST_RULES))
        more = ", …" if len(tally.removals) > _MOST_RULES else ""
        passages = counted(tally.removals.total(), "passage")
        console.print(f"Removed {passages}, {share:.1%} of the text: {rules}{more}.")
    if folder and (tally.statuses["restored"] or tally.statuses["there already"]):
        console.print(f"Sources are in {folder}.")
    elif folder and (tally.statuses["cleaned"] or tally.statuses["up to date"]):
        beside = [str(kind) for kind in (folder / "reports", folder / "pages", folder / "rejected") if kind.is_dir()]
        console.print(f"Clean articles are in {folder / 'clean'}, what goes with them in {', '.join(beside)}.")


def show_fault(console: Console, done: Done) -> None:
    """Why there is no clean article of a source: one line, for people and for `grep`."""
    console.print(Text.assemble((done.status, _HEAD), f" {done.name}: {printable(done.message)}"))


def show_explained(console: Console, name: str, text: str, cleaned: CleanedArticle, *, whole: bool) -> None:
    """What goes of an article and why, with the rest of it around if `whole`."""
    gone = sum(len(removal.span) for removal in cleaned.removals)
    in_all = (
        f"{counted(len(cleaned.removals), 'passage')} of {counted(gone, 'character')} would go, "
        f"{len(cleaned.text):,} of {counted(len(text), 'character')} stay."
    )
    console.print(Text.assemble((printable(name), _HEAD), f": {in_all if gone else 'nothing would go.'}"))
    lines = _line_starts(text)
    removals = {removal.span.start: removal for removal in cleaned.removals}
    edges = {0, len(text), *(edge for removal in cleaned.removals for edge in (removal.span.start, removal.span.end))}
    for start, end in pairwise(sorted(edges)):
        removal = removals.get(start)
        if removal:
            _show_removal(console, removal, lines)
        elif whole:
            for line in filter(str.strip, text[start:end].splitlines()):
                _show_line(console, Text("  "), Text(printable(line)))
    if list(cleaned.kept) != sorted(cleaned.kept):
        console.print(Text("What stays comes out in another order: the copies of its body were merged.", _HEAD))


def show_rules(console: Console, rules: Iterable[Rule]) -> None:
    """All rules, each with how many phrases it has."""
    rules = tuple(rules)
    width = max(len(rule.slug) for rule in rules)
    for rule in rules:
        count = f"{rule.phrases_by_language.total():,}" if rule.entries else ""
        _show_line(console, Text(f"{rule.slug:<{width}}{count:>7}  ", _RULE), Text(rule.reason))


def show_rule(console: Console, rule: Rule, entries: Sequence[Entry]) -> None:
    """A rule and its phrases, with what they strip and what they spare."""
    console.print(Text.assemble((rule.slug, _RULE), f"  {rule.reason}"))
    if not rule.entries:
        is_yours = rule.slug in SITE_RULES
        console.print("Its phrases are those of your rules files." if is_yours else "It has no phrases of its own.")
    language = ""
    for entry in entries:
        if language != language_of(entry):
            language = language_of(entry)
            console.print(Text(f"\n{language}", _HEAD))
        _show_entry(console, entry)


def counted(count: int, what: str) -> str:
    """A count of things, in words."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _show_removal(console: Console, removal: Removal, lines: Sequence[int]) -> None:
    for line in filter(str.strip, removal.text.splitlines()):
        _show_line(console, Text("- ", "red"), Text(printable(line), _GONE))
    where = ""
    if removal.duplicate_of:
        where = f" It stands in line {bisect_right(lines, removal.duplicate_of.start)}."
    because = Text.assemble((removal.rule, _RULE), (f"  {printable(in_brief(removal.reason))}{where}", _FAINT))
    _show_line(console, Text("    "), because)


def _show_entry(console: Console, entry: Entry) -> None:
    if entry.form == "made_of":
        phrases = [f"{', '.join(entry.anchors)}; and beside these nothing but {', '.join(entry.phrases)}"]
    else:
        phrases = list(entry.phrases)
    for phrase in phrases:
        _show_line(console, Text(f"  {entry.form} ", _FAINT), Text(phrase))
    for text in entry.strips:
        _show_line(console, Text("    - ", "red"), Text(text, "red"))
    for text in entry.spares:
        _show_line(console, Text("    + ", _STAYS), Text(text, _STAYS))


def _show_line(console: Console, mark: Text, text: Text) -> None:
    """A line with a mark before it, under which it goes on where it is too long for a terminal."""
    if not console.is_terminal:
        console.print(mark + text)
        return
    grid = Table.grid()
    grid.add_column(width=mark.cell_len)
    grid.add_column()
    grid.add_row(mark, text)
    console.print(grid, soft_wrap=False)


def _line_starts(text: str) -> list[int]:
    """Where each line of a text begins."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
