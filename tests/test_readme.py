"""What the README and the documents beside it say is so: their commands are run, their tables compared."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from pathlib import Path
from types import ModuleType

import pytest

import article_cleanup
from article_cleanup import CleanupConfig, InvalidRules, clean, read_rules
from article_cleanup.entries import Entry
from local.emulator import LocalStackError
from local.reference import describe_package
from local.sample_events import read_cases
from local.template_checks import TEMPLATE, translate

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("docs/*.md")])

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs a command of the documents, on a local stack of these tests' own."""

    def run(command: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"LOCAL_STACK": "readme"} | more
        return subprocess.run(
            ["/bin/bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    run("make down")
    yield run
    run("make down")


def table(text: str, first_heading: str) -> dict[str, str]:
    """The first two columns of the table that begins with that heading."""
    rows = text.partition(f"| {first_heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))] for row in rows]
    return {first.strip("`"): second for first, second, *_ in cells}


def document(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


COMMANDS = table(document("using"), "Command")


def test_what_comes_out_is_what_the_readme_shows() -> None:
    source, cleaned = re.findall(r"```text\n(.*?)```", README, flags=re.DOTALL)
    assert source == (ROOT / "samples" / "tide-mill.txt").read_text()
    assert clean(source).text == cleaned


def test_the_demo_shows_everything_about_an_article(run: Run) -> None:
    shown = run("make demo")
    assert shown.returncode == 0, shown.stderr
    for part in (
        "Where it lies",
        "Before: ",
        "After: ",
        "What was removed, and why",
        "same to the byte",
        "What to try next",
    ):
        assert part in shown.stdout
    before, after = shown.stdout.partition("After: ")[::2]
    after = " ".join(after.partition("What was removed")[0].split())
    assert "pic.twitter.com" in before
    assert "pic.twitter.com" not in after
    assert "Opponents of the plan" in after
    assert "Shipyard workers" in after
    assert after.count("last crossing left") == 1


def test_the_demo_takes_an_article_of_the_caller_s_and_is_quick_the_second_time(run: Run, tmp_path: Path) -> None:
    article = tmp_path / "my $article's (1).txt"
    article.write_text("The lighthouse was sold on Friday, after two years without a keeper.\nYou may also like\nOne\n")
    shown = run('make demo ARTICLE="$MINE"', MINE=str(article))
    assert shown.returncode == 0, shown.stderr
    assert "The lighthouse was sold" in shown.stdout
    assert "Building" not in shown.stderr


def test_the_demo_fails_in_words_when_no_clean_article_appears(run: Run, tmp_path: Path) -> None:
    shown = run("make demo ARTICLE=samples/page.html")
    assert shown.returncode != 0
    assert "HTML" in shown.stdout
    assert "No clean article came out." in shown.stderr
    missing = run(f"make demo ARTICLE={tmp_path}/missing.txt")
    assert missing.returncode != 0
    assert "not there" in missing.stderr


@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if command.startswith(("make drop", "make invoke"))]
)
def test_commands_of_the_table_do_something_and_end_well(run: Run, command: str) -> None:
    shown = run(command)
    assert shown.returncode == 0, shown.stderr
    assert "s3://" in shown.stdout


def test_what_make_up_prints_is_all_that_a_client_needs(run: Run) -> None:
    shown = run("make up")
    assert shown.returncode == 0, shown.stderr
    exported = dict(re.findall(r"export (\w+)=(\S+)", shown.stdout))
    bucket = re.search(r"input bucket\s+(\S+)", shown.stdout)
    assert bucket
    (unset,) = re.findall(r"unset (.*)", shown.stdout)
    # A shell of a stranger's, with keys and a profile of their own.
    theirs = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SESSION_TOKEN": "real", "AWS_PROFILE": "work"}
    stranger = {name: value for name, value in theirs.items() if name not in unset.split()}
    stranger |= {"PATH": os.environ["PATH"], "AWS_CONFIG_FILE": os.devnull} | exported
    put = "import boto3; boto3.client('s3').upload_file('samples/bergbahn.txt', '{}', 'from boto3.txt')"
    subprocess.run([sys.executable, "-c", put.format(bucket[1])], cwd=ROOT, env=stranger, check=True)


@pytest.mark.skipif(not shutil.which("aws"), reason="The aws client is not installed here; boto3 has been tried.")
def test_the_lines_for_the_aws_client_work_as_they_are_printed(run: Run) -> None:
    shown = run("make up").stdout
    lines = [line.strip() for line in shown.splitlines() if line.strip().startswith(("unset ", "export ", "aws "))]
    drop, fetch = [line for line in lines if line.startswith("aws ")]
    exports = [line for line in lines if not line.startswith("aws ")]
    fetched = run("\n".join([*exports, drop, f"for _ in $(seq 50); do {fetch} 2> /dev/null && break; sleep 0.2; done"]))
    assert "The night ferry between Port Ellery" in fetched.stdout, fetched.stderr


def test_make_down_stops_it(run: Run) -> None:
    assert run("make up").returncode == 0
    assert "stopped" in run("make down").stdout
    assert "No local AWS was running" in run("make down").stdout


def test_every_command_that_is_named_is_there(run: Run) -> None:
    listed = set(re.findall(r"^  make (\S+)", run("make").stdout, flags=re.MULTILINE))
    for path in DOCUMENTS:
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(), flags=re.MULTILINE)) <= listed, path


def test_make_deploy_never_goes_to_an_emulated_aws(run: Run) -> None:
    refused = run("make deploy", AWS_ENDPOINT_URL="https://127.0.0.1:4566")
    assert refused.returncode != 0
    assert "unset it" in refused.stderr


@pytest.mark.parametrize(
    ("python", "words"),
    [("no-such-python", "install Python 3.11 or newer"), ("{old}", "3.11 or newer is needed")],
)
def test_a_python_that_will_not_do_is_named(run: Run, tmp_path: Path, python: str, words: str) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.10.13" && exit 0\nexit 1\n')
    old.chmod(0o755)
    refused = run(f"make python PYTHON={python.format(old=old)}")
    assert refused.returncode != 0
    assert words in refused.stderr


def test_the_parameters_are_the_template_s() -> None:
    documented = {
        name: row
        for names, row in table(document("configuring"), "Parameter").items()
        for name in re.findall(r"\w+", names)
    }
    parameters = translate(TEMPLATE)["Parameters"]
    assert documented.keys() == parameters.keys()
    for name, row in documented.items():
        default = str(parameters[name]["Default"])
        assert row == (default or ("none" if name.endswith("Arn") else "made for you")), name


def test_the_fields_of_a_rules_file_are_those_that_an_entry_can_have() -> None:
    documented = {name for names in table(document("configuring"), "Field") for name in re.findall(r"\w+", names)}
    with pytest.raises(InvalidRules) as invalid:
        read_rules("[{}]")
    forms = set(re.findall(r"one of (.*), and", str(invalid.value))[0].split(", "))
    fields = {field.name for field in dataclass_fields(Entry)} - {"source", "form", "phrases", "anchors"}
    assert documented | {"strips", "spares"} == fields | forms | {"with"}


def test_the_options_are_those_of_the_cleanup() -> None:
    rows = table(document("configuring"), "Option")
    defaults = json.loads(json.dumps(asdict(CleanupConfig())))
    assert {name: json.loads(default) for name, default in rows.items()} == defaults


def test_what_to_do_about_an_alarm_is_what_the_alarm_says_itself() -> None:
    alarms = {
        name: resource["Properties"]["AlarmDescription"]
        for name, resource in translate(TEMPLATE)["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert table(document("operating"), "Alarm") == alarms


def test_what_a_million_articles_cost_is_what_was_worked_out() -> None:
    (about,) = re.findall(r"about \$(\d+) as\s+single objects and \[(\d+) cents", README)
    (together,) = re.findall(r"\| \*\*together\*\* \| \*\*([\d.]+)\*\* .* \*\*([\d.]+)\*\* \|", document("scale"))
    single, packed = (float(each) for each in together)
    assert (float(about[0]), float(about[1])) == pytest.approx((single, 100 * packed), rel=0.1)


def test_how_good_it_is_is_what_was_measured() -> None:
    measured = json.loads((ROOT / "benchmarks" / "results.json").read_text())["cleaners"].values()
    rows = re.findall(r"^\| ([a-z].*?) \| (.*) \|$", document("quality"), re.MULTILINE)
    told = {
        name: [list(map(float, each.replace("−", "-").split(" to "))) for each in cells.split(" | ")]
        for name, cells in rows
    }
    by_figure = {
        "damaged articles exactly right": "documents exactly right",
        "damaged articles that lost a paragraph": "documents that lost a paragraph",
        "sound articles changed": "sound documents changed",
        "sound paragraphs lost": "sound paragraphs lost",
        "real pages: passages that must stay": "wanted passages gained",
        "real pages: passages that must go, gone": "unwanted passages dropped",
    }
    for name, figure in by_figure.items():
        assert [value for (value,) in told.pop(name)] == pytest.approx([each[figure] for each in measured], abs=6e-4)
    gained = [[value for figure, value in each.items() if figure.startswith("F1")] for each in measured]
    for range_, figures in zip(told.pop("real pages: F1 of shingles gained (three corpora)"), gained, strict=True):
        assert range_ == pytest.approx([min(figures), max(figures)], abs=6e-4)
    speeds = [each["millions of characters a second"] for each in measured]
    assert [value for (value,) in told.pop("speed, to article-cleanup's")] == pytest.approx(
        [speed / speeds[0] for speed in speeds], rel=0.2
    )
    assert not told


def test_the_reasons_of_rejections_are_the_schema_s() -> None:
    documented = table(document("reports"), "Reason")
    schema = json.loads((ROOT / "docs" / "schemas" / "rejection-1.json").read_text())
    assert documented.keys() == set(schema["properties"]["reason"]["enum"])


def test_the_sample_events_are_those_that_there_are() -> None:
    documented = table((ROOT / "events" / "README.md").read_text(), "Event")
    assert documented == {name: case.about for name, case in read_cases().items()}


def test_the_drawing_is_that_of_the_template() -> None:
    drawing = document("architecture").partition("```mermaid")[2].partition("```")[0]
    drawn = set(re.findall(r"\w+", drawing))
    names = {word for word in drawn if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+", word)} - {"BatchOperations"}
    resources = translate(TEMPLATE)["Resources"]
    kinds = ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::CloudWatch::Dashboard")
    assert {name for name, resource in resources.items() if resource["Type"] in kinds} <= drawn
    # The layer's name goes on with a digest, once the template is translated.
    assert names <= resources.keys() | {"CleanupLayer"}


def headings(path: Path) -> set[str]:
    """The names by which links find the headings of a document."""
    found = re.findall(r"^#+ (.*)", re.sub(r"(?ms)^```.*?^```", "", path.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^):]+)\)", path.read_text()):
        file, _, heading = link.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), link
        assert not heading or heading in headings(there), link


def test_every_document_can_be_found_from_the_readme() -> None:
    linked = {
        (path.parent / link).resolve() for path in DOCUMENTS for link in re.findall(r"\]\(([^)#:]+)", path.read_text())
    }
    assert {path for path in DOCUMENTS if path.name != "README.md"} <= linked


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert describe_package() == document("reference"), "run `make reference`"
    public = {
        name for name, value in vars(article_cleanup).items() if name[0] != "_" and not isinstance(value, ModuleType)
    }
    assert public == set(article_cleanup.__all__)
    assert public == set(re.findall(r"^## `(\w+)`", document("reference"), flags=re.MULTILINE))


def test_what_is_public_needs_a_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_cleanup.Span.of, "__doc__", None)
    with pytest.raises(LocalStackError, match=r"Span\.of is public and has no docstring"):
        describe_package()


def test_the_example_of_the_cleanup_alone_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    text = "The lighthouse was sold on Friday.\nYou may also like\n"
    exec(example, {"text": text})  # noqa: S102 - it is the README's own
    assert clean(text).removals[0].rule in capsys.readouterr().out


def test_the_folders_of_the_map_are_there() -> None:
    (map_,) = re.findall(r"\n```\n(template.*?)```", README, flags=re.DOTALL)
    for line in map_.splitlines():
        for path in line.partition("  ")[0].split():
            assert (ROOT / path).exists(), path
