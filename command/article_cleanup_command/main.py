"""The command `article-cleanup` and its subcommands: what was asked for, and the exit code."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import Annotated

import typer

from article_cleanup import CleanupConfig, InvalidRules, read_rules, rules_version
from article_cleanup.entries import did_you_mean
from article_pipeline.model import ArticleRejected

from . import view
from .articles import CleaningInto, describe
from .cleaning import Target, clean_many, clean_one
from .explaining import explain_source, print_reports
from .files import read, refuse_to_replace, sweep, to_stdout, write, writing_named
from .folders import OutputFolder
from .options import Choices, with_choices
from .pages import page_of_report, page_of_source
from .problems import Problem
from .restoring import restore as restore_source
from .restoring import restore_many
from .rules import all_rules, find_open, language_of
from .runs import Interrupted
from .sources import STDIN, Sources, find_sources

_FAILED, _NOT_AS_ASKED, _INTERRUPTED = 1, 2, 130
_HELD_BYTES = 1 << 24

app = typer.Typer(
    name="article-cleanup",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Cleans scraped news articles: duplicates and promos out, every removal explained.",
    epilog="Exit codes: 0 all is well, 1 some articles could not be cleaned, 2 it cannot be done as asked, "
    "130 interrupted.",
)
rules_app = typer.Typer(no_args_is_help=True, help="List the rules, show their examples, check a rules file.")
app.add_typer(rules_app, name="rules")

_Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="SOURCE", help="Files, folders, patterns such as 'in/**/*.txt', or - for standard input."),
]
_Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="PATH", help="A file, or a folder. Or else standard output.")
]
_ALL_CORES = os.cpu_count() or 1
_Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many processes work at once.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what went wrong.")]


def run() -> None:
    """Runs the command, and ends with its exit code."""
    try:
        app()
    except Problem as problem:
        view.to_stderr().print(f"article-cleanup: {problem}")
        sys.exit(_NOT_AS_ASKED)
    except OSError as error:
        view.to_stderr().print(f"article-cleanup: {error.filename or 'standard output'}: {error.strerror}.")
        # Python would try once more, as it ends, to write what could not be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_NOT_AS_ASKED)
    except Interrupted as interrupted:
        view.to_stderr().print(str(interrupted))
        sys.exit(_INTERRUPTED)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer hands a flag's value over so
    if value:
        typer.echo(f"article-cleanup {version('article-cleanup')}, rules {rules_version()}")
        raise typer.Exit


@app.callback()
def _about(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


@app.command()
@with_choices
def clean(
    names: _Names = None,
    *,
    output: _Output = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the report on one article goes.", show_default=False)
    ] = None,
    choices: Choices,
    jobs: _Jobs = _ALL_CORES,
    pages: Annotated[
        bool, typer.Option("--pages", help="Write a page for each file, too, that shows what was removed.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Clean also what is up to date.")] = False,
    quiet: _Quiet = False,
) -> None:
    """Clean articles, and write what the deployed function would, to the byte.

    One article goes to standard output, or to a file. Many go into a folder, which gets what the output bucket
    would: clean/, reports/, pages/ and rejected/. What is there already and up to date is passed over.

    ```
    article-cleanup clean article.txt > clean.txt
    article-cleanup clean article.txt -o clean.txt --report report.json
    article-cleanup clean articles/ -o cleaned/
    article-cleanup clean 'articles/**/*.txt' -o cleaned/ --rules my-site.json
    curl ... | article-cleanup clean | less
    zcat news.jsonl.gz | article-cleanup clean --name news.jsonl > clean.jsonl
    ```
    """
    settings = choices.settings()
    path = Path(output) if output and output != STDIN else None
    folder = OutputFolder(path) if path else None
    sources = _find(names, choices, output=folder)
    console = view.to_stderr()
    if pages:
        settings = replace(settings, write_pages=True)
    if folder and (sources.are_many or folder.root.is_dir() or str(output).endswith(("/", os.sep))):
        if report:
            raise Problem(f"Each article gets its report in {folder.root / 'reports'}: leave --report out.")
        work = CleaningInto(folder=folder, settings=settings, charset=choices.charset, again=again)
        tally = clean_many(sources, work, jobs=jobs, quiet=quiet)
        view.show_tally(view.to_stderr(quiet=quiet), tally, folder.root)
    elif sources.are_many:
        raise Problem("Many articles need a folder to go to: name one with --output.")
    elif pages:
        folder_to_name = f"{path}/" if path else "cleaned/"
        raise Problem(f"Pages need a folder to go to, as in --output {folder_to_name}. For one page there is diff.")
    else:
        target = Target(article=path, report=report)
        tally = view.Tally()
        tally.add(clean_one(sources.found[0], target, settings, charset=choices.charset, jobs=jobs), console)
        if console.is_terminal and tally.is_good:
            view.show_tally(view.to_stderr(quiet=quiet), tally)
    if sources.problems or not tally.is_good:
        raise typer.Exit(_FAILED)


@app.command()
@with_choices
def explain(
    names: _Names = None,
    *,
    brief: Annotated[bool, typer.Option("--brief", "-b", help="Only what would go, not what stays.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports that **clean** would write.")] = False,
    choices: Choices,
) -> None:
    """Show what would go from articles, and why. Nothing is written.

    ```
    article-cleanup explain article.txt
    article-cleanup explain articles/ --brief
    article-cleanup explain article.txt --json | jq .removals_by_rule
    ```
    """
    settings = choices.settings()
    sources = _find(names, choices)
    out, aside = view.to_stdout(), view.to_stderr()
    is_good = not sources.problems
    for source in sources.found:
        try:
            if as_json:
                is_good &= print_reports(source, settings, charset=choices.charset)
                continue
            for explained in explain_source(source, settings, charset=choices.charset):
                if explained.cleaned:
                    view.show_explained(out, explained.name, explained.text, explained.cleaned, whole=not brief)
                if explained.fault:
                    view.show_fault(aside, explained.fault)
                    is_good = False
        except (OSError, ArticleRejected) as fault:
            view.show_fault(aside, describe(source, fault))
            is_good = False
    if not is_good:
        raise typer.Exit(_FAILED)


@app.command()
@with_choices
def diff(
    article: Annotated[
        str, typer.Argument(metavar="SOURCE", help="An article, or - for standard input; with a report, a clean one.")
    ],
    report: Annotated[
        Path | None, typer.Argument(metavar="REPORT", help="Show what this report says, not what would go now.")
    ] = None,
    *,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="A file. Or else standard output.")
    ] = None,
    choices: Choices,
) -> None:
    """Write a web page that shows an article with what was removed marked in its place.

    Of a packed file it shows the articles of which something was removed, until it becomes too large.

    ```
    article-cleanup diff article.txt -o article.html
    article-cleanup diff cleaned/clean/article.txt cleaned/reports/article.txt.json > article.html
    ```
    """
    path = None if output in (None, STDIN) else Path(str(output))
    if path:
        refuse_to_replace([Path(article), report], path)
    if report:
        page = page_of_report(Path(article), report)
    else:
        if article != STDIN and not Path(article).is_file():
            raise Problem(f"{article!r} is no file: name an article, or a packed file.")
        (source,) = _find([article], choices).found
        try:
            page = page_of_source(source, choices.settings(), charset=choices.charset)
        except (OSError, ArticleRejected) as fault:
            view.show_fault(view.to_stderr(), describe(source, fault))
            raise typer.Exit(_FAILED) from None
    if path:
        write(path, page)
    else:
        to_stdout(page)


@app.command()
def restore(
    article: Annotated[
        Path,
        typer.Argument(metavar="ARTICLE", help="A clean article, as it was written; or a folder, as clean made it."),
    ],
    report: Annotated[
        Path | None,
        typer.Argument(metavar="REPORT", help="Its report, if it is not beside it, as in a folder that clean made."),
    ] = None,
    *,
    output: _Output = None,
    jobs: _Jobs = _ALL_CORES,
    quiet: _Quiet = False,
) -> None:
    """Make the source again from a clean article and its report, to the byte.

    ```
    article-cleanup restore clean.txt report.json -o article.txt
    article-cleanup restore cleaned/clean/2025/article.txt > article.txt
    article-cleanup restore cleaned/ -o articles/
    ```
    """
    path = None if output in (None, STDIN) else Path(str(output))
    if article.is_dir():
        _restore_folder(OutputFolder(article), report, path, jobs=jobs, quiet=quiet)
        return
    if path is None:
        # Nothing is shown before all of it has proved to be the source.
        with SpooledTemporaryFile(max_size=_HELD_BYTES) as held:
            was_packed = restore_source(article, report, write=held.write)
            held.seek(0)
            copyfileobj(held, sys.stdout.buffer)
    else:
        refuse_to_replace([article, report], path)
        sweep([path.parent], to_their_depths=False)
        with writing_named(path) as stream:
            was_packed = restore_source(article, report, write=stream.write)
    if was_packed:
        view.to_stderr().print("The source was packed with gzip. This is what was in it.")


def _restore_folder(folder: OutputFolder, report: Path | None, path: Path | None, *, jobs: int, quiet: bool) -> None:
    if report:
        raise Problem(f"The reports are in {folder.root / 'reports'}: leave {report} out.")
    if path is None:
        raise Problem("Many sources need a folder to go to: name one with --output.")
    tally = restore_many(folder, path, jobs=jobs, quiet=quiet)
    console = view.to_stderr(quiet=quiet)
    view.show_tally(console, tally, path)
    if rejections := folder.rejections():
        rejected = view.counted(rejections, "source")
        console.print(f"{rejected} had been rejected, and cannot be made again: rejected/ has only the reasons.")
    if not tally.is_good:
        raise typer.Exit(_FAILED)


@rules_app.command("list")
def list_rules() -> None:
    """List the rules: what each takes out, and how many phrases it has."""
    view.show_rules(view.to_stdout(), all_rules().values())


def _slugs() -> list[str]:
    return list(all_rules())


@rules_app.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="One that `rules list` names.", autocompletion=_slugs)],
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="CODE", help="Only what this language has, as in: de")
    ] = None,
) -> None:
    """Show a rule and its phrases, with what they strip (-) and what they spare (+).

    ```
    article-cleanup rules show newsletter --language de
    ```
    """
    found = all_rules().get(rule)
    if found is None:
        raise Problem(
            f"There is no rule {rule!r}.{did_you_mean(rule, all_rules())} There are: {', '.join(all_rules())}."
        )
    languages = sorted(found.phrases_by_language)
    if language and found.entries and language not in languages:
        raise Problem(f"{rule} has no phrases in {language!r}. It has some in: {', '.join(languages)}.")
    entries = [entry for entry in found.entries if language in (None, language_of(entry))]
    view.show_rule(view.to_stdout(), found, entries)


@rules_app.command("check")
def check_rules(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Rules files of sites of yours.")],
) -> None:
    """Check rules files, and say all that is wrong with them.

    A rules file is a JSON list of entries, as the lexicons are. Lines go with the rule of the entry they fit; those
    that fit one of the rule site-spare stay. Every entry proves itself by its examples:

    ```
    [{"rule": "site-promo", "line": ["our quiz of the week …"],
      "strips": ["Our quiz of the week: ten questions"],
      "spares": ["The quiz was won by a boy."]}]
    ```

    ```
    article-cleanup rules check my-site.json
    ```
    """
    out, is_good = view.to_stdout(), True
    for file in files:
        try:
            entries = read_rules(read(file))
        except InvalidRules as error:
            is_good = False
            for problem in error.problems:
                out.print(f"{file}: {problem}")
        else:
            doubts = [*find_open(entries)]
            for doubt in doubts:
                out.print(f"{file}: {doubt}")
            count = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
            named = rules_version(CleanupConfig(site_rules=entries))
            verdict = "usable all the same" if doubts else "all good"
            out.print(f"{file}: {count}, {verdict}. Reports name the rules {named}.")
    if not is_good:
        raise typer.Exit(_FAILED)


def _find(names: list[str] | None, choices: Choices, *, output: OutputFolder | None = None) -> Sources:
    """The sources that were named, or else standard input. What could not be looked into is told, and what was not."""
    if not names and sys.stdin.isatty():
        raise Problem("Name what to clean: a file, a folder, a pattern, or - for standard input.")
    sources = find_sources(names or [STDIN], stdin_key=choices.name, output=output)
    for said in (*sources.problems, *sources.notes):
        view.to_stderr().print(said)
    return sources
