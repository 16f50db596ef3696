"""`article-cleanup clean`: where articles come from and go to, and that they come out as the function's do."""

from __future__ import annotations

import gzip
import json
import mimetypes
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from article_cleanup import clean
from article_pipeline.model import ObjectRef
from article_pipeline.objects import ObjectStore
from article_pipeline.processing import process
from article_pipeline.rules_files import RulesFiles
from article_pipeline.settings import Settings
from article_pipeline.telemetry import Telemetry

from .conftest import ROOT, Command

SAMPLES = ROOT / "samples"
STORY = "The lighthouse was sold on Friday, after two years without a keeper."
ARTICLE = f"{STORY}\nVideo\nNobody knows what the new owner wants with it.\nAdvertisement\n"
CLEAN = f"{STORY}\nNobody knows what the new owner wants with it.\n"

LINES = "".join(
    json.dumps({"id": number, "text": f"{ARTICLE}{number}"}) + "\n" + ("\n" if number == 2 else "")
    for number in range(9)
).encode()

ODD = {
    "one.json": json.dumps({"text": ARTICLE}).encode(),
    "no text.json": b'{"body": 1}',
    "lines/news.jsonl": LINES + b"{broken\n",
    "lines/news.jsonl.gz": gzip.compress(LINES, mtime=0),
    "lines/none.ndjson": b"{}\n",
    "utf-16.txt": "\ufeff".encode("utf-16-le") + ARTICLE.encode("utf-16-le"),
    "western.txt": ARTICLE.replace("Friday", "Café-Tag").encode("cp1252"),
    "packed.txt.gz": gzip.compress(ARTICLE.encode(), mtime=0),
    "a folder/what is it": ARTICLE.encode(),
    "a folder/Überraschung – 灯台.md": ARTICLE.encode(),
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "nothing left.txt": b"Advertisement\nVideo\n",
    "large.txt": ARTICLE.encode() * 2_000,
    "newlines.txt": ARTICLE.replace("\n", "\r\n").encode(),
    "table.csv": b"a,b\n1,2\n",
}


def _written_by_the_function(folder: Path, settings: Settings, rules: str = "") -> dict[str, bytes]:
    """All that the function writes for the files of a folder, when they are uploaded as `aws s3 cp` does.

    `rules` are the content of a rules file for all of them.
    """
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        for bucket in (settings.input_bucket, settings.output_bucket):
            s3.create_bucket(Bucket=bucket)
        if rules:
            s3.create_bucket(Bucket=settings.rules_bucket)
            s3.put_object(Bucket=settings.rules_bucket, Key="rules.json", Body=rules.encode())
        store = ObjectStore(s3)
        files = RulesFiles(store, settings, Telemetry())
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            key = path.relative_to(folder).as_posix()
            content_type = mimetypes.MimeTypes().guess_type(key)[0] or "binary/octet-stream"
            s3.put_object(Bucket=settings.input_bucket, Key=key, Body=path.read_bytes(), ContentType=content_type)
            process(ObjectRef(bucket=settings.input_bucket, key=key), store, files.settings_for(key))
        listed = s3.list_objects_v2(Bucket=settings.output_bucket)["Contents"]
        return {
            entry["Key"]: s3.get_object(Bucket=settings.output_bucket, Key=entry["Key"])["Body"].read()
            for entry in listed
        }


@pytest.mark.parametrize("with_pages", [False, True])
def test_a_folder_becomes_what_the_function_writes_to_the_byte(command: Command, *, with_pages: bool) -> None:
    command.write({f"in/{name}": content for name, content in ODD.items()})
    command.write({f"in/samples/{path.name}": path.read_bytes() for path in SAMPLES.iterdir()})
    done = command.run("clean", "in", "-o", "out", "--max-bytes", "100000", *(["--pages"] if with_pages else []))
    assert done.returncode == 1  # some are rejected
    settings = Settings(
        input_bucket="local",
        # Buckets of other tests may still be there.
        output_bucket="with-pages" if with_pages else "without-pages",
        max_article_bytes=100_000,
        write_pages=with_pages,
    )
    expected = _written_by_the_function(command.folder / "in", settings)
    assert {f"{name}: {content!r}" for name, content in expected.items()} == {
        f"{name}: {(command.folder / 'out' / name).read_bytes()!r}" for name in command.files("out")
    }
    assert {"clean/packed.txt.gz", "rejected/nothing left.txt.json", "rejected/large.txt.json"} <= expected.keys()
    for name in ("utf-16.txt", "lines/news.jsonl", "lines/news.jsonl.gz"):
        assert (f"pages/{name}.html" in expected) == with_pages


def test_with_a_rules_file_it_is_what_the_function_writes_with_that_in_its_bucket(command: Command) -> None:
    entry = {"rule": "site-promo", "line": ["our quiz …"], "strips": ["Our quiz of the week"], "spares": ["A quiz"]}
    rules = json.dumps([entry])
    text = f"{ARTICLE}\nOur quiz: ten questions\n"
    lines = json.dumps({"text": text}) + "\n"
    command.write({"in/a.txt": text, "in/b/a.txt": text, "in/b/a.jsonl": lines, "rules.json": rules})
    command.output("clean", "in", "-o", "out", "--rules", "rules.json")
    settings = Settings(
        input_bucket="local", output_bucket="by-rules", rules_bucket="the-rules", max_article_bytes=100_000
    )
    expected = _written_by_the_function(command.folder / "in", settings, rules)
    assert expected == {name: (command.folder / "out" / name).read_bytes() for name in command.files("out")}
    assert not [name for name, body in expected.items() if name.startswith("clean/") and b"quiz" in body]


def test_every_source_can_be_made_again(command: Command) -> None:
    command.write({f"in/{name}": content for name, content in ODD.items()})
    command.run("clean", "in", "-o", "out")
    articles = command.files("out/clean")
    assert len(articles) == len(ODD) - 7
    for name in articles:
        restored = command.run("restore", f"out/clean/{name}").stdout
        source = ODD[name]
        assert restored == (gzip.decompress(source) if name.endswith(".gz") else source), name


def test_one_article_goes_to_standard_output_or_a_file_with_its_report(command: Command) -> None:
    command.write({"article.txt": ARTICLE})
    assert command.output("clean", "article.txt") == CLEAN
    assert command.output("clean", "article.txt", "-o", "-") == CLEAN
    assert command.output("clean", "article.txt", "-o", "deep/down/clean.txt", "--report", "report.json") == ""
    assert (command.folder / "deep/down/clean.txt").read_text() == CLEAN
    report = json.loads((command.folder / "report.json").read_text())
    assert report["removals_by_rule"] == {"advertisement-label": 1, "media-label": 1}
    assert command.output("restore", "deep/down/clean.txt", "report.json") == ARTICLE
    assert command.output("restore", "deep/down/clean.txt", "report.json", "-o", "again.txt") == ""
    assert (command.folder / "again.txt").read_text() == ARTICLE


def test_it_is_a_filter(command: Command) -> None:
    assert command.output("clean", stdin=ARTICLE.encode()) == CLEAN
    assert command.output("clean", "-", stdin=ARTICLE.encode()) == CLEAN
    assert command.run("clean", stdin=gzip.compress(ARTICLE.encode(), mtime=0)).stdout == gzip.compress(
        CLEAN.encode(), mtime=0
    )
    assert "empty" in command.refusal("clean", stdin=b"", code=1)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("subcommand", ["clean", "explain", "diff"])
def test_json_from_standard_input_is_not_guessed_at(
    command: Command, subcommand: str, pack: Callable[[bytes], bytes]
) -> None:
    one = json.dumps({"text": ARTICLE}).encode()
    for source, name in (
        (LINES, "--name news.jsonl"),
        (LINES + b"{broken\n", "--name news.jsonl"),
        (b"\n" + one + b"\n# a comment\n" + one, "--name news.jsonl"),
        (one, "--name article.json"),
        (json.dumps({"text": ARTICLE}, indent=2).encode(), "--name article.json"),
    ):
        assert name in command.refusal(subcommand, "-", stdin=pack(source))
        assert command.run(subcommand, "-", *name.split(), stdin=pack(source)).stdout
    listing = f'{STORY}\n{{"text": "a"}}\n{{"text": "b"}}\n'.encode()
    assert command.run(subcommand, "-", stdin=pack(listing)).returncode == 0
    as_text = command.run(subcommand, "-", "--name", "article.txt", stdin=pack(LINES + b"{broken\n"))
    assert as_text.returncode == 0


def test_a_reader_that_leaves_early_is_no_reason_for_alarm(command: Command) -> None:
    command.write({"article.txt": STORY.encode() * 10_000})
    line = " ".join(f"'{part}'" for part in command.line("clean", "article.txt"))
    done = subprocess.run(
        ["/bin/bash", "-c", f"{line} | head -c 10"],
        cwd=command.folder, env=command.environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.stdout == STORY.encode()[:10]
    assert done.stderr == b""


def test_a_reader_of_json_lines_may_leave_early_too(command: Command) -> None:
    command.write({"news.jsonl": LINES * 2_000})
    line = " ".join(f"'{part}'" for part in command.line("clean", "news.jsonl"))
    done = subprocess.run(
        ["/bin/bash", "-c", f"{line} | head -n 1"],
        cwd=command.folder, env=command.environment, capture_output=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["id"] == 0
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="There is no full device here.")
def test_a_full_disk_is_told_in_a_sentence(command: Command) -> None:
    command.write({"a.txt": ARTICLE})
    line = " ".join(f"'{part}'" for part in command.line("clean", "a.txt"))
    done = subprocess.run(
        ["/bin/bash", "-c", f"{line} > /dev/full"],
        cwd=command.folder, env=command.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "article-cleanup: standard output: No space left on device.\n"


def test_what_to_do_about_a_rejection_here_is_told(command: Command) -> None:
    moscow = "Москва была тихой в пятницу, и никто не пришёл.\n"
    command.write({"a.txt": moscow.encode("koi8-r"), "b.json": '{"body": "x"}'})
    assert "with --charset" in command.refusal("clean", "a.txt", code=1)
    assert command.output("clean", "a.txt", "--charset", "koi8-r") == moscow
    assert "with --text-field" in command.refusal("clean", "b.json", code=1)
    assert command.output("clean", "b.json", "--text-field", "body") == '{"body": "x"}'
    assert "with --max-bytes" in command.refusal("clean", "a.txt", "--max-bytes", "9", code=1)


def test_nobody_at_a_terminal_is_told_to_upload_or_deploy(command: Command) -> None:
    command.write({f"in/{name}": content for name, content in ODD.items()})
    moscow = "Москва была тихой в пятницу, и никто не пришёл.\n".encode("koi8-r")
    command.write({"in/moscow.txt": moscow, "in/cut.gz": gzip.compress(LINES)[:40], "in/cut.json": '{"text": '})
    command.write(
        {"in/broken.txt": "Café, и никто\n".encode()[:-2], "in/empty.jsonl": "\n", "in/page": "<html></html>"}
    )
    command.write({"in/lines.txt": "a\n" * 100_001, "in/json.txt": json.dumps({"text": ARTICLE})})
    said = command.run("clean", "in", "-o", "out", "--max-bytes", "250000").stderr.decode()
    rejected = dict(re.findall(r"rejected in/([^:]+): (.+)", said))
    assert rejected.keys() == {name.removesuffix(".json") for name in command.files("out/rejected")}
    reasons = {said.split(":")[0] for said in rejected.values()}
    assert len(reasons) >= 11
    for reason, told in rejected.items():
        assert not re.search(
            "[Uu]pload|deploy|object|bucket|TextField|`|CleanupOptions", told.replace("JSON object", "")
        ), told
        assert told.endswith("."), reason


def test_keys_are_paths_from_the_folder_that_all_sources_share(command: Command) -> None:
    command.write({f"news/{name}": ARTICLE for name in ("2024/a.txt", "2025/a.txt", "2025/03/b.txt", "2025/.hidden")})
    for number, (names, keys) in enumerate(
        [
            (["news"], {"2024/a.txt", "2025/a.txt", "2025/03/b.txt"}),
            (["news/2025"], {"a.txt", "03/b.txt"}),
            (["news/2024", "news/2025/a.txt"], {"2024/a.txt", "2025/a.txt"}),
            (["news/**/*.txt"], {"2024/a.txt", "2025/a.txt", "2025/03/b.txt"}),
            (["news/2025/?.txt"], {"a.txt"}),
            (["news/2025/../2024/a.txt"], {"a.txt"}),
            (["news/2024/a.txt", "./news/2024/a.txt"], {"a.txt"}),
            (["news/2025/.hidden"], {".hidden"}),
        ]
    ):
        command.output("clean", *names, "-o", f"{number}/")
        assert command.files(f"{number}/clean") == keys, names
        assert {f"{key}.json" for key in keys} == command.files(f"{number}/reports")


def test_what_came_out_is_no_source_even_where_it_lies_among_them(command: Command) -> None:
    for folder, output in (("one", "one/out"), ("two", "two"), ("three", "three/b")):
        command.write({f"{folder}/a.txt": ARTICLE, f"{folder}/b/c.txt": ARTICLE})
        assert b"2 articles: 2 cleaned" in command.run("clean", folder, "-o", output).stderr
        assert b"2 articles: 2 up to date" in command.run("clean", folder, "-o", output).stderr
        assert command.files(f"{output}/clean") == {"a.txt", "b/c.txt"}
    command.write({"four/page.html": "<html></html>"})
    for _ in range(2):
        assert b"1 article: 1 rejected" in command.run("clean", "four", "-o", "four").stderr


def test_what_another_run_wrote_is_no_source_and_that_is_told(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/b/c.txt": ARTICLE, "in/reports/mine.txt": ARTICLE})
    command.output("clean", "in", "-o", "in/b/out")
    for names in (["in"], ["in/**/*.txt"]):
        said = command.run("clean", *names, "-o", "other").stderr.decode()
        assert "What was cleaned into in/b/out before is passed over" in said
        assert "3 articles: 3 " in said
    assert command.files("other/clean") == {"a.txt", "b/c.txt", "reports/mine.txt"}
    assert "passed over" not in command.run("clean", "in", "-o", "in/b/out").stderr.decode()
    assert command.output("explain", "in", "--brief").count("would go") == 3
    assert "3 articles: 3 cleaned" in command.run("clean", "in/b/out/clean", "-o", "again").stderr.decode()
    assert "name in/b/out/clean" in command.refusal("clean", "in/b/out", "-o", "again")


def test_no_source_is_ever_written_over(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/clean/a.txt": f"Mine.\n{ARTICLE}"})
    assert "in/clean/a.txt is to be cleaned, and lies where clean articles are to go" in command.refusal(
        "clean", "in", "-o", "in"
    )
    command.output("clean", "in", "-o", "out")
    before = {name: (command.folder / "out" / name).read_bytes() for name in command.files("out")}
    for names in (["out/clean"], ["out/clean/a.txt"], ["out/clean/*.txt"]):
        assert "name another folder" in command.refusal("clean", *names, "-o", "out")
    assert before == {name: (command.folder / "out" / name).read_bytes() for name in command.files("out")}


@pytest.mark.parametrize("subcommand", ["clean", "explain"])
def test_a_folder_with_nothing_to_clean_is_told_from_one_that_is_done(command: Command, subcommand: str) -> None:
    command.write({"empty/.hidden": ARTICLE})
    where = ["-o", "out"] if subcommand == "clean" else []
    assert "There is nothing to clean in empty." in command.refusal(subcommand, "empty", *where)
    assert not (command.folder / "out").exists()


def test_what_is_up_to_date_is_left_alone(command: Command) -> None:
    command.write({f"in/{number}.txt": f"{ARTICLE}{number}\n" for number in range(4)})

    def told(*arguments: str) -> str:
        return command.run("clean", "in", "-o", "out", *arguments).stderr.decode()

    assert "4 cleaned" in told()
    assert "4 up to date" in told()
    first = command.folder / "out/clean/0.txt"
    before = first.stat().st_mtime_ns
    assert "4 up to date" in told()
    assert first.stat().st_mtime_ns == before
    assert "4 cleaned" in told("--again")
    assert "4 cleaned" in told("--options", '{"keep_embeds": true}')
    assert "4 cleaned" in told("--charset", "latin-1")
    assert "4 cleaned" in told()
    command.write({"in/1.txt": ARTICLE, "out/reports/2.txt.json": b'{"source": {}}'})
    (command.folder / "out/clean/3.txt").unlink()
    shown = told()
    assert "3 cleaned" in shown
    assert "1 up to date" in shown
    assert (command.folder / "out/clean/1.txt").read_text() == CLEAN


def test_an_article_that_can_no_longer_be_cleaned_leaves_no_old_outcome(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE})
    command.output("clean", "in", "-o", "out")
    command.write({"in/a.txt": b"\x89PNG"})
    assert command.run("clean", "in", "-o", "out").returncode == 1
    assert command.files("out") == {"rejected/a.txt.json"}
    command.write({"in/a.txt": ARTICLE})
    command.output("clean", "in", "-o", "out")
    assert command.files("out") == {"clean/a.txt", "reports/a.txt.json"}


def test_a_rejected_article_is_named_and_the_others_are_cleaned(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/page.html": "<html></html>", "in/z.txt": ARTICLE})
    done = command.run("clean", "in", "-o", "out")
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "rejected in/page.html: unsupported-format: It is an HTML or XML page. Extract" in said
    assert "3 articles: 2 cleaned, 1 rejected." in said
    assert "Clean articles are in out/clean, what goes with them in out/reports, out/rejected." in said
    quiet = command.run("clean", "in", "-o", "other", "--quiet")
    assert quiet.stderr.decode().startswith("rejected in/page.html")
    assert len(quiet.stderr.splitlines()) == 1
    assert "unsupported-format" in command.refusal("clean", "in/page.html", code=1)


def test_a_fault_with_one_file_is_told_and_spares_the_others(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/z.txt": ARTICLE})
    (command.folder / "in/gone.txt").symlink_to("nowhere")
    command.write({"out/clean/z.txt/is a folder": b""})
    done = command.run("clean", "in", "-o", "out")
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "failed in/gone.txt: " in said
    assert "No such file" in said
    assert "failed in/z.txt: " in said
    assert "3 articles: 1 cleaned, 2 failed." in said
    assert (command.folder / "out/clean/a.txt").read_text() == CLEAN


@pytest.mark.skipif(os.geteuid() == 0, reason="Root may read everything.")
def test_what_may_not_be_read_is_told(command: Command) -> None:
    command.write({"in/a.txt": ARTICLE, "in/locked/b.txt": ARTICLE})
    (command.folder / "in/a.txt").chmod(0)
    (command.folder / "in/locked").chmod(0)
    said = command.refusal("clean", "in", "-o", "out", code=1)
    (command.folder / "in/locked").chmod(0o755)
    assert "in/a.txt: Permission denied" in said
    assert "in/locked: Permission denied" in said


REFUSED = [
    (["missing.txt"], "'missing.txt' is not there"),
    (["*.text"], "No file fits '*.text'"),
    (["-", "a.txt"], "Standard input (-) cannot be cleaned together with files"),
    (["a.txt", "b.txt"], "Many articles need a folder to go to"),
    (["."], "Many articles need a folder to go to"),
    ([".", "-o", "a.txt"], "a.txt cannot be made"),
    ([".", "-o", "out", "--report", "r.json"], "leave --report out"),
    (["a.txt", "-o", "c.txt", "--pages"], "Pages need a folder to go to, as in --output c.txt/"),
    (["a.txt", "-o", "a.txt"], "a.txt is the source itself"),
    (["a.txt", "-o", "link.txt"], "link.txt is the source itself"),
    (["a.txt", "-o", "b.txt/c.txt"], "b.txt/c.txt cannot be written"),
    (["a.txt", "--options", "{"], "--options is '{', which is not JSON"),
    (["a.txt", "--options", "[]"], "give a JSON object"),
    (["a.txt", "--options", '{"keep_embed": true}'], "keep_embed: there is no such choice"),
    (["a.txt", "--rules", "missing.json"], "missing.json cannot be read: No such file or directory"),
    (["a.txt", "--rules", "a.txt"], "a.txt cannot be used. It is not JSON"),
    (["a.txt", "--charset", "utf-9"], "--charset is 'utf-9', which is no charset"),
    (["a.txt", "--charset", "hex"], "--charset is 'hex', which is no charset"),
    (["a.txt", "--charset", "idna"], "--charset is 'idna', which is no charset"),
    (["a.txt", "--jobs", "0"], "greater than or equal to 1"),
    (["a.txt", "--colour"], "No such option"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=[" ".join(arguments) for arguments, _ in REFUSED])
def test_what_cannot_be_done_is_said_in_a_sentence(command: Command, arguments: list[str], words: str) -> None:
    command.write({"a.txt": ARTICLE, "b.txt": ARTICLE})
    (command.folder / "link.txt").symlink_to("a.txt")
    assert words in command.refusal("clean", *arguments)
    assert (command.folder / "a.txt").read_text() == ARTICLE


def test_odd_file_names_are_no_trouble(command: Command) -> None:
    names = ["-n.txt", "a b.txt", "it's.txt", "[1].txt", "a\nb.txt", "$HOME.txt", "x" * 200 + ".txt", "~.txt"]
    command.write({f"in/{name}": ARTICLE for name in names})
    (command.folder / "in" / os.fsdecode(b"caf\xe9.txt")).write_text(ARTICLE)
    command.output("clean", "in", "-o", "out")
    assert command.files("out/clean") == {*names, "caf\\xe9.txt"}
    assert command.output("clean", "in/[1].txt") == CLEAN
    assert json.loads((command.folder / "out/reports/caf\\xe9.txt.json").read_text())["source"]["key"] == "caf\\xe9.txt"


def test_what_is_no_file_is_written_to_as_it_is(command: Command) -> None:
    command.write({"a.txt": ARTICLE})
    assert command.output("clean", "a.txt", "-o", "/dev/null") == ""
    assert not Path(os.devnull).is_file()
    assert command.output("clean", "/dev/stdin", stdin=ARTICLE.encode()) == CLEAN


def test_files_get_the_permissions_of_any_new_file(command: Command) -> None:
    command.write({"a.txt": ARTICLE})
    command.output("clean", "a.txt", "-o", "clean.txt")
    (command.folder / "any.txt").touch()
    assert (command.folder / "clean.txt").stat().st_mode == (command.folder / "any.txt").stat().st_mode


def test_a_site_s_own_rules_are_used_and_reported(command: Command) -> None:
    entry = {
        "rule": "site-promo",
        "line": ["our quiz of the week …"],
        "strips": ["Our quiz of the week"],
        "spares": ["A quiz"],
    }
    command.write({"in/a.txt": f"{STORY}\nOur quiz of the week!\n", "rules.json": json.dumps([entry])})
    assert command.output("clean", "in/a.txt") == f"{STORY}\nOur quiz of the week!\n"
    assert command.output("clean", "in/a.txt", "--rules", "rules.json") == f"{STORY}\n"
    command.output("clean", "in", "-o", "out", "--rules", "rules.json")
    report = json.loads((command.folder / "out/reports/a.txt.json").read_text())
    assert report["removals_by_rule"] == {"site-promo": 1}
    assert "+" in report["rules_version"]
    assert report["options"] == {}
    again = command.run("clean", "in", "-o", "out", "--rules", "rules.json")
    assert b"1 up to date" in again.stderr
    command.write({"rules.json": json.dumps([entry | {"line": ["our quiz of the (week|month) …"]}])})
    assert b"1 cleaned" in command.run("clean", "in", "-o", "out", "--rules", "rules.json").stderr


def _many(command: Command, count: int) -> None:
    text = (SAMPLES / "harbour-ferry.txt").read_text()
    command.write({f"in/{number:05}.txt": f"{text}\n{number:05}\n" for number in range(count)})


def _whole(command: Command) -> int:
    """How many articles there are, each of which is whole and has its report."""
    articles = {name.removeprefix("clean/") for name in command.files("out") if name.startswith("clean/0")}
    expected = clean((command.folder / "in/00000.txt").read_text()).text
    for name in articles:
        assert (command.folder / "out/clean" / name).read_text() == expected.replace("00000", name.removesuffix(".txt"))
        assert json.loads((command.folder / f"out/reports/{name}.json").read_text())["source"]["key"] == name
    return len(articles)


# So many that none is quick enough to be done before it is interrupted.
_COUNT = 3_000


@contextmanager
def _under_way(command: Command, *, jobs: str, files: int) -> Iterator[subprocess.Popen[bytes]]:
    """A run on a folder that has written so many files, and has more to do. Its processes are a group of their own."""
    # What is started from a script's background is deaf to Ctrl-C, and so is all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    line = command.line("clean", "in", "-o", "out", "--jobs", jobs)
    with subprocess.Popen(
        line, cwd=command.folder, env=command.environment, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        while len(command.files("out")) < files:
            time.sleep(0.05)
            assert process.poll() is None
        yield process


def _unfinished(command: Command) -> set[str]:
    return {name for name in command.files("out") if ".article-cleanup-" in name}


@pytest.mark.parametrize(("jobs", "with_signal"), [("1", signal.SIGINT), ("3", signal.SIGINT), ("3", signal.SIGTERM)])
def test_interrupted_it_leaves_nothing_half_done_and_goes_on_from_there(
    command: Command, jobs: str, with_signal: signal.Signals
) -> None:
    _many(command, _COUNT)
    with _under_way(command, jobs=jobs, files=700) as process:
        if with_signal == signal.SIGINT:
            os.killpg(process.pid, with_signal)  # as a terminal does
        else:
            process.send_signal(with_signal)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"The same command goes on from here." in said
    assert b"Traceback" not in said
    done = _whole(command)
    assert 300 < done < _COUNT
    assert not _unfinished(command)
    rest = command.run("clean", "in", "-o", "out", "--jobs", jobs).stderr.decode()
    assert "Traceback" not in rest
    assert f"{done} up to date" in rest
    assert _whole(command) == _COUNT


def test_interrupted_before_it_has_begun_it_says_so_and_shows_no_traceback(command: Command) -> None:
    command.write({"a.txt": ARTICLE, "early/typer.py": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"})
    early = {"PYTHONPATH": os.pathsep.join([str(command.folder / "early"), str(command.installed)])}
    # What is started from a script's background is deaf to Ctrl-C, and so is all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done = command.run("clean", "a.txt", more=early)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"Interrupted, with nothing begun.\n")


def test_a_second_ctrl_c_wants_what_the_first_one_did(command: Command) -> None:
    # Articles that take long: when it is asked again, and again until it has ended, it waits for those under way.
    paragraphs = "".join(
        f"Ship number {number} came in at noon, and left for port {number}.\n" for number in range(9_000)
    )
    command.write({f"in/{number}.txt": f"{number}\n{paragraphs}" for number in range(40)})
    with _under_way(command, jobs="2", files=4) as process:
        while process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.05)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert not _unfinished(command)


def test_a_killed_worker_is_told_and_what_is_done_stays_done(command: Command) -> None:
    _many(command, _COUNT)
    with _under_way(command, jobs="2", files=700) as process:
        workers = subprocess.run(
            ["pgrep", "-P", str(process.pid), "-f", "spawn_main"], capture_output=True, text=True, check=True
        )
        os.kill(int(workers.stdout.split()[0]), signal.SIGKILL)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"was killed from outside" in said
    assert b"Traceback" not in said
    command.output("clean", "in", "-o", "out")
    assert _whole(command) == _COUNT


def test_what_a_killed_run_left_unfinished_the_next_one_sweeps_and_no_other_s(command: Command) -> None:
    command.write({"large/news.jsonl": LINES * 3_000, "small/a.txt": ARTICLE})

    def clean_small() -> None:
        command.output("clean", "small", "-o", "out")
        command.output("clean", "small/a.txt", "-o", "out/clean/b.txt")

    line = command.line("clean", "large", "-o", "out", "--jobs", "1")
    with subprocess.Popen(line, cwd=command.folder, env=command.environment) as process:
        while not _unfinished(command):
            time.sleep(0.05)
            assert process.poll() is None
        before = _unfinished(command)
        clean_small()
        assert process.poll() is None
        assert _unfinished(command) == before
        process.kill()
    assert _unfinished(command) == before
    mine = {f"out/clean/{name}": "" for name in (".article-cleanup-notes", "article-cleanup-0123456789abcdef")}
    command.write(mine)
    clean_small()
    assert not {name for name in _unfinished(command) if f"out/{name}" not in mine}
    assert all((command.folder / name).is_file() for name in mine)


def test_all_processes_write_what_one_writes(command: Command) -> None:
    _many(command, 500)
    command.output("clean", "in", "-o", "one", "--jobs", "1")
    command.output("clean", "in", "-o", "three", "--jobs", "3")
    assert len(command.files("one")) == 1_000
    for name in command.files("one"):
        assert (command.folder / "one" / name).read_bytes() == (command.folder / "three" / name).read_bytes()


def test_a_terminal_shows_how_far_it_is(command: Command) -> None:
    _many(command, 300)
    terminal, end = pty.openpty()
    line = command.line("clean", "in", "-o", "out", "--jobs", "1")
    environment = command.environment | {"TERM": "xterm-256color"}
    with subprocess.Popen(line, cwd=command.folder, env=environment, stdout=end, stderr=end) as process:
        os.close(end)
        shown = b""
        while True:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # as Linux tells that the other end is closed
                break
    os.close(terminal)
    assert process.returncode == 0
    assert b"/300" in shown
    assert b"300 articles: 300 cleaned." in shown


def test_json_lines_are_cleaned_in_order_on_all_cores_and_can_be_made_again(command: Command) -> None:
    text = (SAMPLES / "harbour-ferry.txt").read_text()
    lines = [json.dumps({"n": number, "body": f"{text}\n{number:05}"}) for number in range(700)]
    lines[3], lines[500] = "not JSON", ""
    command.write({"news.jsonl": "\n".join(lines)})
    arguments = ("--text-field", "body", "--jobs", "3")
    done = command.run("clean", "news.jsonl", "-o", "clean.jsonl", "--report", "report.jsonl", *arguments)
    assert done.returncode == 1
    assert b"are as they were: 1 not-json" in done.stderr
    cleaned = (command.folder / "clean.jsonl").read_text().split("\n")
    assert [cleaned[3], cleaned[500]] == ["not JSON", ""]
    numbers = [json.loads(line)["n"] for line in cleaned if line.startswith("{")]
    assert numbers == [number for number in range(700) if number not in (3, 500)]
    assert json.loads(cleaned[7])["body"] == clean(f"{text}\n{7:05}").text
    restored = command.output("restore", "clean.jsonl", "report.jsonl")
    assert restored == "\n".join(lines)
    assert command.run("clean", "news.jsonl", *arguments).stdout.decode() == "\n".join(cleaned)
    piped = command.run("clean", "--name", "news.jsonl", *arguments, stdin="\n".join(lines).encode())
    assert piped.stdout.decode() == "\n".join(cleaned)


def test_json_that_is_up_to_date_are_left_alone(command: Command) -> None:
    command.write({"in/news.jsonl": LINES, "in/news.jsonl.gz": gzip.compress(LINES), "in/a.txt": ARTICLE})
    command.write({"in/b.json": json.dumps({"text": ARTICLE, "body": STORY})})
    assert b"20 articles: 20 cleaned." in command.run("clean", "in", "-o", "out").stderr
    assert b"4 articles: 4 up to date." in command.run("clean", "in", "-o", "out").stderr
    again = command.run("clean", "in", "-o", "out", "--text-field", "body").stderr
    assert b"1 cleaned, 1 up to date" in again
    assert json.loads((command.folder / "out/clean/b.json").read_text()) == {"text": ARTICLE, "body": STORY}
    command.write({"in/news.jsonl": b"{}"})
    assert command.run("clean", "in", "-o", "out").returncode == 1
    assert "clean/news.jsonl" not in command.files("out")
