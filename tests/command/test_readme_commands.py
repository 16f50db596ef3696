"""The README's commands do what they say, with its rules file."""

from __future__ import annotations

import re
import shutil

from .conftest import ROOT, Command

README = (ROOT / "README.md").read_text()


def test_the_commands_of_the_readme_run_one_after_another(command: Command) -> None:
    shutil.copytree(ROOT / "samples", command.folder / "samples")
    (block,) = re.findall(r"```sh\n(article-cleanup .*?)```", README, flags=re.DOTALL)
    codes = [command.run(*line.split()[1:]).returncode for line in block.splitlines()]
    assert codes == [1, 0, 0, 0, 0]  # one sample is a web page, and is rejected
    assert (command.folder / "library-strike.html").read_text().startswith("<!doctype html>")
    restored = (command.folder / "harbour-ferry.txt").read_bytes()
    assert restored == (ROOT / "samples" / "harbour-ferry.txt").read_bytes()
    assert "pages/harbour-ferry.txt.html" in command.files("cleaned")


def test_the_rules_file_of_the_readme_is_one(command: Command) -> None:
    (example,) = re.findall(r"```json\n(\[.*?)```", README, flags=re.DOTALL)
    command.write({"my-site.json": example})
    (check,) = re.findall(r"`article-cleanup (rules check [^`]*)`", README)
    assert "2 entries, all good." in command.output(*check.split())
