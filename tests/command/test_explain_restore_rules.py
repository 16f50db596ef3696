"""`article-cleanup explain`, `restore` and `rules`, and what the command says of itself."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest

from article_cleanup import RULES_VERSION
from article_cleanup.rules import REASONS

from .conftest import Command
from .test_clean import ARTICLE, ODD, STORY

COLOURED = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
LONG = (
    "The harbour board has spent most of the winter looking for a second captain, since the old one is to retire in "
    "June, and nobody on the islands has the papers for a vessel of that size."
)
ENTRY = {
    "rule": "site-promo",
    "line": ["our quiz of the week …"],
    "strips": ["Our quiz of the week: ten questions"],
    "spares": ["The quiz was won by a boy."],
}


def test_explain_shows_what_would_go_in_its_place_and_why(command: Command) -> None:
    command.write({"a.txt": f"{LONG}\n{ARTICLE}{LONG}\n"})
    assert command.output("explain", "a.txt").splitlines() == [
        "a.txt: 3 passages of 202 characters would go, 301 of 506 characters stay.",
        f"  {LONG}",
        f"  {STORY}",
        "- Video",
        "    media-label  This labels a video, a gallery or a recording that is not in the text. It fits “video”.",
        "  Nobody knows what the new owner wants with it.",
        "- Advertisement",
        "    advertisement-label  This labels an advertisement, or asks to go on past one. It fits “advertisement”.",
        f"- {LONG}",
        "    duplicate  This paragraph stands in the article already. It stands in line 1.",
    ]
    command.write({"b.txt": f"{STORY}\nSign up for our newsletter\n"})
    assert "(sign up|signup|…)" in command.output("explain", "b.txt")
    brief = command.output("explain", "a.txt", "--brief")
    assert "- Video" in brief
    assert "Nobody knows" not in brief
    assert command.output("explain", stdin=ARTICLE.encode()).startswith("standard input: 2 passages")
    assert command.files(".") == {"a.txt", "b.txt"}


def test_explain_has_colours_for_people_alone(command: Command) -> None:
    command.write({"a.txt": ARTICLE})
    assert "\x1b[" not in command.output("explain", "a.txt")
    coloured = command.run("explain", "a.txt", more=COLOURED).stdout.decode()
    assert "\x1b[9;31mVideo" in coloured
    assert "\x1b[31m" not in command.run("explain", "a.txt", more=COLOURED | {"NO_COLOR": "1"}).stdout.decode()


def test_an_article_cannot_steer_the_terminal(command: Command) -> None:
    codes = "\x1b]0;gone\x07\x1b[2J\x9b31m"
    command.write({"a.txt": f"{LONG * 5}\n{codes} [bold]and on[/bold] it went :smile:\nVideo\x1b[1A\n"})
    for more in ({}, COLOURED):
        shown = command.run("explain", "a.txt", more=more).stdout.decode()
        assert "\x1b]" not in shown
        assert "\x1b[2J" not in shown
        assert "\x9b" not in shown
        assert "[bold]and on[/bold] it went :smile:" in " ".join(shown.split())


def test_explain_prints_the_report_for_programs(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/page.html": "<html></html>"})
    command.run("clean", "in", "-o", "out")
    done = command.run("explain", "in", "--json")
    assert done.returncode == 1
    written = [command.folder / "out" / name for name in ("reports/a.txt.json", "rejected/page.html.json")]
    assert done.stdout == b"".join(path.read_bytes() for path in written)


def test_explain_sends_a_terminal_nothing_that_it_obeys_or_cannot_show(command: Command) -> None:
    command.write(
        {"odd.json": json.dumps({"text": "Video\nOne \ud800 half, a \u202eturned\u202c word, an \x1b[31m escape.\n"})}
    )
    assert "  One � half, a �turned� word, an �[31m escape." in command.output("explain", "odd.json")


def test_explain_goes_through_json_lines(command: Command) -> None:
    longer_than_lines_may_be = "Video\n" + "It went on. " * 500_000
    texts = (ARTICLE, "", longer_than_lines_may_be, STORY)
    command.write({"news.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts)})
    explained = command.run("explain", "news.jsonl", "--brief")
    assert explained.returncode == 1
    assert explained.stderr.decode() == "passed through news.jsonl, line 3: too-large: The line is too long.\n"
    assert [line for line in explained.stdout.decode().splitlines() if line.startswith("news")] == [
        "news.jsonl, line 1: 2 passages of 18 characters would go, 116 of 136 characters stay.",
        "news.jsonl, line 4: nothing would go.",
    ]
    command.run("clean", "news.jsonl", "-o", "out/")
    assert command.run("explain", "news.jsonl", "--json").stdout == (
        (command.folder / "out/reports/news.jsonl").read_bytes()
    )


def test_explain_says_what_clean_would_write_no_article_of(command: Command) -> None:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in (ARTICLE, "Advertisement\n"))
    command.write({"a.txt": "Video\nAdvertisement\n", "news.jsonl": f"{lines}{{\n"})
    explained = command.run("explain", "a.txt", "news.jsonl")
    assert explained.returncode == 1
    assert "- Advertisement" in explained.stdout.decode()
    assert [line.split(": ")[:2] for line in explained.stderr.decode().splitlines()] == [
        ["rejected a.txt", "nothing-left"],
        ["passed through news.jsonl, line 2", "nothing-left"],
        ["passed through news.jsonl, line 3", "not-json"],
    ]


def test_diff_writes_the_page_that_clean_would(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/b.json": json.dumps({"text": ARTICLE})})
    command.output("clean", "in", "-o", "out", "--pages", "--options", '{"keep_embeds": true}')
    for name in ("a.txt", "b.json"):
        page = (command.folder / f"out/pages/{name}.html").read_text()
        assert command.output("diff", f"in/{name}") == page
        assert command.output("diff", f"out/clean/{name}", f"out/reports/{name}.json") == page
    assert command.output("diff", "-", stdin=ARTICLE.encode()).startswith("<!doctype html>")
    command.output("diff", "in/a.txt", "-o", "page.html")
    assert (command.folder / "page.html").read_bytes() == (command.folder / "out/pages/a.txt.html").read_bytes()
    assert "out is a folder: name a file" in command.refusal("diff", "in/a.txt", "-o", "out")
    for output, read in (
        ("in/a.txt", ["in/a.txt"]),
        ("out/reports/a.txt.json", ["out/clean/a.txt", "out/reports/a.txt.json"]),
    ):
        for subcommand in ("diff", "restore")[: len(read)]:
            assert f"{output} is the source itself" in command.refusal(subcommand, *read, "-o", output)
    assert "is no file" in command.refusal("diff", "in")
    assert "is no file" in command.refusal("diff", "gone.txt")
    assert "unsupported-format" in command.refusal("diff", "-", stdin=b"<html></html>", code=1)
    assert "is no report" in command.refusal("diff", "in/a.txt", "in/b.json")
    assert "is not the clean article" in command.refusal("diff", "in/a.txt", "out/reports/a.txt.json")


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_the_page_of_a_packed_file_is_one_by_the_file_and_by_its_report(command: Command, name: str) -> None:
    texts = [ARTICLE, STORY, f"{ARTICLE}{STORY}\n"]
    lines = "".join(json.dumps({"body": text}) + "\n" for text in texts).encode() + b"{broken\n"
    command.write({f"in/{name}": gzip.compress(lines) if name.endswith(".gz") else lines})
    chosen = ("--text-field", "body", "--options", '{"spare_phrases": ["video"]}')
    command.run("clean", "in", "-o", "out", "--pages", *chosen)
    page = command.output("diff", f"in/{name}", *chosen)
    assert "Line 1" in page
    assert "Line 2" not in page
    assert "Line 3" in page
    assert "media-label" not in page
    assert (command.folder / f"out/pages/{name}.html").read_text() == page
    assert command.output("diff", f"out/clean/{name}", f"out/reports/{name}") == page
    assert command.output("diff", "-", "--name", "news.jsonl", *chosen, stdin=lines) == page.replace(name, "news.jsonl")
    command.write({f"out/clean/{name}": lines[:20]})
    assert "is not the clean article" in command.refusal("diff", f"out/clean/{name}", f"out/reports/{name}")


def test_what_is_up_to_date_but_for_its_page_gets_it(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/b.jsonl": json.dumps({"text": ARTICLE})})
    command.output("clean", "in", "-o", "out")
    before = command.files("out")
    assert b"2 cleaned" in command.run("clean", "in", "-o", "out", "--pages").stderr
    assert b"2 up to date" in command.run("clean", "in", "-o", "out", "--pages").stderr
    assert command.files("out") == before | {"pages/a.txt.html", "pages/b.jsonl.html"}


def test_however_large_a_packed_file_is_its_page_is_not_and_says_so(command: Command) -> None:
    lines = "".join(json.dumps({"text": f"{ARTICLE}{number}\n"}) + "\n" for number in range(6_000))
    command.write({"in/news.jsonl": lines})
    command.output("clean", "in", "-o", "out", "--pages", "--jobs", "2")
    page = (command.folder / "out/pages/news.jsonl.html").read_text()
    assert 1_000_000 < len(page) < 2_100_000
    assert "This page ends before line " in page
    assert command.output("diff", "in/news.jsonl") == page
    assert command.output("diff", "out/clean/news.jsonl", "out/reports/news.jsonl") == page


@pytest.mark.parametrize("subcommand", ["diff", "explain"])
def test_of_lines_none_of_which_is_an_article_that_is_told(command: Command, subcommand: str) -> None:
    command.write({"news.jsonl": json.dumps({"body": ARTICLE}) + "\n"})
    assert "with --text-field" in command.refusal(subcommand, "news.jsonl", code=1)


def test_restore_needs_the_article_as_it_was_written_and_its_own_report(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/b.txt": f"{ARTICLE}And one more.\n"})
    command.output("clean", "in", "-o", "out")
    a, b = "out/clean/a.txt", "out/reports/b.txt.json"
    assert "is not the clean article of" in command.refusal("restore", a, b)
    assert "is no report on a clean article" in command.refusal("restore", a, a)
    assert "cannot be read" in command.refusal("restore", "out/clean/c.txt", b)
    assert "There is no report beside in/a.txt" in command.refusal("restore", "in/a.txt")
    for broken in (b"{}", b"[]", b'{"schema_version": 1}', b'{"schema_version": 2}', b"\xff", b"["):
        command.write({"r.json": broken})
        command.refusal("restore", a, "r.json")
    report = json.loads((command.folder / "out/reports/a.txt.json").read_bytes())
    report["source"]["gzip_layers"] = "x"
    command.write({"r.json": json.dumps(report)})
    assert "is no report on a clean article" in command.refusal("restore", a, "r.json")
    edited = (command.folder / a).read_bytes().replace(b"Friday", b"Monday")
    command.write({a: edited})
    assert "was edited after it was cleaned" in command.refusal("restore", a)


def test_a_packed_file_that_was_cut_is_not_taken_for_a_whole_one(command: Command) -> None:
    lines = "".join(json.dumps({"text": f"{ARTICLE}{number}"}) + "\n" for number in range(3)).encode()
    command.write({"in/news.jsonl.gz": gzip.compress(lines)})
    command.output("clean", "in", "-o", "out")
    clean = "out/clean/news.jsonl.gz"
    cut = gzip.decompress((command.folder / clean).read_bytes()).splitlines(keepends=True)[:2]
    command.write({clean: gzip.compress(b"".join(cut))})
    assert "is not the clean article of" in command.refusal("restore", clean)


def test_restore_tells_what_it_could_not_bring_back(command: Command) -> None:
    command.write({"in/a.txt.gz": gzip.compress(ARTICLE.encode(), mtime=0)})
    command.output("clean", "in", "-o", "out")
    done = command.run("restore", "out/clean/a.txt.gz")
    assert done.stdout.decode() == ARTICLE
    assert b"was packed with gzip" in done.stderr


def test_a_folder_is_restored_with_all_that_is_in_it(command: Command) -> None:
    command.write({f"in/{name}": content for name, content in ODD.items()})
    command.run("clean", "in", "-o", "out")
    done = command.run("restore", "out", "-o", "again")
    assert done.returncode == 0
    assert done.stderr.decode().splitlines() == [
        f"{len(ODD) - 7} articles: {len(ODD) - 7} restored.",
        "Sources are in again.",
        "7 sources had been rejected, and cannot be made again: rejected/ has only the reasons.",
    ]
    restored = command.files("again")
    assert restored == command.files("out/clean")
    for name in restored:
        content = (command.folder / "again" / name).read_bytes()
        if name.endswith(".gz"):
            assert gzip.decompress(content) == gzip.decompress(ODD[name]), name
        else:
            assert content == ODD[name], name


def test_what_lies_where_a_folder_is_restored_stays_as_it_is(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/b/c.txt": ARTICLE})
    command.output("clean", "in", "-o", "out")
    command.write({"in/a.txt": "Something newer."})
    (command.folder / "in/b/c.txt").unlink()
    done = command.run("restore", "out", "-o", "in")
    assert b"2 articles: 1 restored, 1 there already." in done.stderr
    assert (command.folder / "in/a.txt").read_text() == "Something newer."
    assert (command.folder / "in/b/c.txt").read_text() == ARTICLE


def test_what_cannot_be_restored_is_named_and_spares_the_others(command: Command) -> None:
    command.write({f"in/{name}.txt": ARTICLE for name in "abcd"})
    command.output("clean", "in", "-o", "out")
    edited = (command.folder / "out/clean/a.txt").read_bytes().replace(b"Friday", b"Monday")
    command.write({"out/clean/a.txt": edited, "again/d.txt/is a folder": b""})
    (command.folder / "out/reports/b.txt.json").unlink()
    done = command.run("restore", "out", "-o", "again", "--jobs", "1")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "failed out/clean/a.txt: out/clean/a.txt was edited after it was cleaned" in said
    assert "failed out/clean/b.txt: There is no report beside out/clean/b.txt" in said
    assert "failed again/d.txt: " in said
    assert "4 articles: 1 restored, 3 failed." in said
    assert command.files("again") == {"c.txt", "d.txt/is a folder"}


def test_restoring_a_folder_needs_one_that_clean_made_and_one_to_go_to(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE})
    command.output("clean", "in", "-o", "out")
    assert "in has no clean articles in it" in command.refusal("restore", "in", "-o", "again")
    assert "need a folder to go to" in command.refusal("restore", "out")
    assert "leave r.json out" in command.refusal("restore", "out", "r.json", "-o", "again")
    assert command.files("again") == set()


def test_rules_are_listed_each_with_its_reason(command: Command) -> None:
    listed = command.output("rules", "list").splitlines()
    assert [line.split()[0] for line in listed] == sorted([*REASONS, "site-spare"])
    assert all(reason in line for line in listed for slug, reason in REASONS.items() if line.split()[0] == slug)


@pytest.mark.parametrize("rule", ["duplicate", "media-label", "newsletter", "site-promo"])
def test_a_rule_is_shown(command: Command, rule: str) -> None:
    assert REASONS[rule] in command.output("rules", "show", rule)


def test_a_rule_without_phrases_says_so(command: Command) -> None:
    assert "no phrases" in command.output("rules", "show", "duplicate")
    for rule in ("site-promo", "site-spare"):
        assert "those of your rules files" in command.output("rules", "show", rule)


def test_a_rule_is_shown_with_examples_by_language(command: Command) -> None:
    shown = command.output("rules", "show", "newsletter", "--language", "de").splitlines()
    assert "    - Newsletter abonnieren" in shown
    assert "    + Melden Sie sich beim Pförtner." in shown
    assert "en" not in shown
    assert "en" in command.output("rules", "show", "newsletter").splitlines()
    assert "There is no rule 'newsleter'. Did you mean 'newsletter'? There are: " in command.refusal(
        "rules", "show", "newsleter"
    )
    assert "no phrases in 'xx'" in command.refusal("rules", "show", "newsletter", "-l", "xx")


def test_a_rules_file_is_checked_and_all_that_is_wrong_is_told(command: Command) -> None:
    command.write(
        {
            "good.json": json.dumps([ENTRY]),
            "bad.json": json.dumps([ENTRY, ENTRY | {"rule": "quiz"}, ENTRY | {"line": ["the …"]}]),
            "broken.json": "[{",
        }
    )
    good = command.output("rules", "check", "good.json")
    assert good.startswith("good.json: 1 entry, all good. Reports name the rules ")
    command.write({"in/a.txt": "The ferry returns in spring.\n"})
    command.output("clean", "in", "-o", "out", "--rules", "good.json")
    report = json.loads((command.folder / "out/reports/a.txt.json").read_text())
    assert good.endswith(f" {report['rules_version']}.\n")
    done = command.run("rules", "check", "good.json", "bad.json", "broken.json")
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert [line.split(":")[0] for line in lines] == ["good.json", "bad.json", "bad.json", "broken.json"]
    assert "entry 2: rule must be" in lines[1]
    assert "entry 3: 'the …' could match almost any line" in lines[2]
    assert "not JSON" in lines[3]
    assert "cannot be read" in command.refusal("rules", "check", "missing.json")


def test_a_phrase_that_takes_what_is_an_article_s_is_told_of(command: Command) -> None:
    wide = ENTRY | {"line": ["the story …"], "strips": ["The story: a quiz"], "spares": ["A story."]}
    spare = {"rule": "site-spare", "line": ["more from …"], "spares": ["More from us"], "strips": ["Video"]}
    command.write({"wide.json": json.dumps([ENTRY, wide, spare]), "a.txt": f"{STORY}\nThe story: one.\n"})
    told, verdict = command.output("rules", "check", "wide.json").splitlines()
    assert told.startswith("wide.json: entry 2: 'the story …' takes lines such as 'The story ")
    assert "3 entries, usable all the same." in verdict
    assert command.output("clean", "a.txt", "--rules", "wide.json") == f"{STORY}\n"


def test_the_example_of_a_rules_file_in_the_help_is_one(command: Command) -> None:
    shown = command.output("rules", "check", "--help")
    example = shown[shown.index("[{") : shown.index("}]") + 2]
    command.write({"rules.json": example})
    assert "1 entry, all good." in command.output("rules", "check", "rules.json")


@pytest.mark.parametrize("subcommand", ["clean", "diff", "explain", "restore", "rules"])
def test_help_has_examples(command: Command, subcommand: str) -> None:
    shown = command.output(subcommand, "--help")
    assert "Usage: article-cleanup" in shown
    if subcommand != "rules":
        assert shown.count(f"  article-cleanup {subcommand}") >= 2


def test_alone_it_shows_its_help_and_its_version_names_the_rules(command: Command) -> None:
    assert "Commands" in command.run().stdout.decode() + command.run().stderr.decode()
    assert f"rules {RULES_VERSION}" in command.output("--version")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_it(command: Command, shell: str) -> None:
    script = command.run(more={"_ARTICLE_CLEANUP_COMPLETE": f"source_{shell}"}).stdout.decode()
    assert "_ARTICLE_CLEANUP_COMPLETE=complete" in script


def test_completion_knows_subcommands_options_and_rules(command: Command) -> None:
    def completed(typed: str) -> list[str]:
        asked = {
            "_ARTICLE_CLEANUP_COMPLETE": "complete_bash",
            "COMP_WORDS": f"article-cleanup {typed}",
            "COMP_CWORD": str(len(typed.split(" "))),
        }
        return command.run(more=asked).stdout.decode().split()

    assert set(completed("")) >= {"clean", "diff", "explain", "restore", "rules"}
    assert completed("clean --out") == ["--output"]
    assert completed("rules show pull") == ["pull-quote"]


def test_the_wheel_has_the_command_the_cleanup_and_what_they_need(command: Command) -> None:
    packages = {path.name for path in command.installed.iterdir() if path.is_dir() and path.suffix != ".dist-info"}
    assert packages == {"article_cleanup", "article_cleanup_command", "article_pipeline", "bin"}
    for name in ("article_cleanup/py.typed", "article_cleanup/lexicons/en.json", "article_pipeline/py.typed"):
        assert (command.installed / name).is_file()


def test_every_module_of_the_wheel_can_be_imported(command: Command) -> None:
    packages = ("article_cleanup", "article_pipeline", "article_cleanup_command")
    modules = [
        ".".join(path.relative_to(command.installed).with_suffix("").parts)
        for package in packages
        for path in (command.installed / package).rglob("*.py")
        if path.name not in {"__main__.py", "__init__.py"}
    ]
    assert len(modules) > 40
    code = f"""
import sys
sys.modules["boto3"] = sys.modules["botocore"] = sys.modules["aws_lambda_powertools"] = None
for name in {modules!r}: __import__(name)
"""
    subprocess.run([sys.executable, "-c", code], env=command.environment, check=True)
