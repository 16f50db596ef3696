"""The documents' commands do what they say, with their rules file."""

from __future__ import annotations

import re
import shlex
import shutil

from .conftest import ROOT, Command

README = (ROOT / "README.md").read_text()


def document(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


def rules_example() -> str:
    (example,) = re.findall(r"```json\n(\[.*?)```", document("configuring"), flags=re.DOTALL)
    return str(example)


def test_the_readme_s_commands_run_one_after_another(command: Command) -> None:
    shutil.copytree(ROOT / "samples", command.folder / "samples")
    shutil.copytree(ROOT / "samples", command.folder / "in")
    shutil.copy(ROOT / "samples" / "harbour-ferry.txt", command.folder / "article.txt")
    command.write({"my-site.json": rules_example()})
    commands = re.findall(r"^(?:\| `)?(article-cleanup [^`\n]*)", README, flags=re.MULTILINE)
    codes = {line: command.run(*shlex.split(line)[1:]).returncode for line in commands}
    assert len(codes) == 6
    assert {line for line, code in codes.items() if code} == {commands[1]}  # one sample is a web page, and is rejected
    assert "pages/harbour-ferry.txt.html" in command.files("cleaned")
    assert (command.folder / "page.html").read_text().startswith("<!doctype html>")
    for name in command.files("sources"):
        assert (command.folder / "sources" / name).read_bytes() == (ROOT / "samples" / name).read_bytes()


def test_the_commands_for_the_terminal_run_one_after_another(command: Command) -> None:
    shutil.copytree(ROOT / "samples", command.folder / "samples")
    (block,) = re.findall(r"```sh\n(article-cleanup .*?)```", document("command"), flags=re.DOTALL)
    codes = [command.run(*line.split()[1:]).returncode for line in block.splitlines()]
    assert codes == [1, 0, 0, 0, 0, 0]  # one sample is a web page, and is rejected
    assert (command.folder / "library-strike.html").read_text().startswith("<!doctype html>")
    restored = (command.folder / "harbour-ferry.txt").read_bytes()
    assert restored == (ROOT / "samples" / "harbour-ferry.txt").read_bytes()
    assert "pages/harbour-ferry.txt.html" in command.files("cleaned")
    assert (command.folder / "sources" / "harbour-ferry.txt").read_bytes() == restored


def test_a_missing_paragraph_is_looked_for_as_the_runbook_says(command: Command) -> None:
    command.write({"2025/my-article.txt": "The lighthouse was sold on Friday.\nVideo\n"})
    command.output("clean", "2025/my-article.txt", "-o", "clean.txt", "--report", "report.json")
    (line,) = re.findall(r"^article-cleanup (.*)", document("operating"), flags=re.MULTILINE)
    command.output(*line.split())
    assert "media-label" in (command.folder / "page.html").read_text()


def test_every_subcommand_is_in_the_table(command: Command) -> None:
    rows = re.findall(r"^\| ((?:`[a-z ]+`(?:, )?)+) \|", document("command"), flags=re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([a-z ]+)`", row)}
    for name in documented:
        command.output(*name.split(), "--help")
    listed = re.findall(r"^│ (\w+)  ", command.output("--help"), flags=re.MULTILINE)
    assert {name.split()[0] for name in documented} == set(listed)


def test_the_rules_file_that_is_shown_is_one(command: Command) -> None:
    command.write({"my-site.json": rules_example()})
    (check,) = re.findall(r"`article-cleanup (rules check [^`]*)`", document("configuring"))
    assert "2 entries, all good." in command.output(*check.split())
