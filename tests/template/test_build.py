"""What is packed for Lambda: the same to the byte wherever and however it is built, and all of it accounted for."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.licences import LIST, list_licences

ROOT = Path(__file__).parents[2]
NOT_PACKED = (".so", ".pyd", "tests", "bin")


def build(target: str, folder: str, artifacts: Path, path: str, *, umask: int = 0o022, timezone: str = "UTC") -> Path:
    """Runs a target of one of the build's Makefiles. Returns where it has put what it made."""
    environment = os.environ | {"PATH": path, "ARTIFACTS_DIR": str(artifacts), "TZ": timezone}
    subprocess.run(
        ["make", "--silent", target], cwd=ROOT / folder, env=environment, umask=umask, check=True, capture_output=True
    )
    return artifacts


def files(artifacts: Path) -> set[str]:
    """The names of all that was packed. What Python made of a module goes by the module's name."""
    packed = {path.relative_to(artifacts) for path in artifacts.rglob("*") if path.is_file()}
    sources = {path for path in packed if path.suffix != ".pyc"}
    compiled = [path.parent.parent / f"{path.name.split('.')[0]}.py" for path in packed - sources]
    assert sorted(compiled) == sorted(path for path in sources if path.suffix == ".py"), "each module, once"
    return set(map(str, sources))


def digest(artifacts: Path) -> str:
    """One number for all names, permissions and bytes."""
    digest = hashlib.sha256()
    for path in sorted(artifacts.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(artifacts)}\0{path.stat().st_mode:o}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@pytest.fixture(scope="module")
def path_without_uv() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / "uv").exists()]
    assert not shutil.which("uv", path=os.pathsep.join(kept))
    return os.pathsep.join(kept)


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory, path_without_uv: str) -> Path:
    """The function as `sam build` has it built here, with uv."""
    path = f"{ROOT / '.local' / 'uv' / 'bin'}{os.pathsep}{path_without_uv}"
    return build("build-CleanArticleFunction", "functions", tmp_path_factory.mktemp("function"), path)


def test_two_builds_of_the_function_are_one_whoever_makes_them_and_with_what(
    function: Path, tmp_path: Path, path_without_uv: str
) -> None:
    with_pip = build(
        "build-CleanArticleFunction", "functions", tmp_path, path_without_uv, umask=0o077, timezone="Asia/Tokyo"
    )
    assert files(with_pip) == files(function)
    assert digest(with_pip) == digest(function)


def test_the_back_catalogue_s_function_has_the_same_packed_but_for_its_handler(
    function: Path, tmp_path: Path, path_without_uv: str
) -> None:
    path = f"{ROOT / '.local' / 'uv' / 'bin'}{os.pathsep}{path_without_uv}"
    backfill = files(build("build-BackfillArticlesFunction", "functions", tmp_path, path))
    only_here = {name.split("/")[0] for name in backfill ^ files(function)}
    assert only_here == {"backfill_articles", "clean_article"}
    assert "backfill_articles/app.py" in backfill


def test_two_builds_of_the_layer_are_one(tmp_path: Path, path_without_uv: str) -> None:
    one = build("build-CleanupLayer", "layers/cleanup", tmp_path / "one", path_without_uv)
    other = build("build-CleanupLayer", "layers/cleanup", tmp_path / "other", path_without_uv, umask=0o077)
    assert digest(one) == digest(other)


def test_the_function_is_packed_with_what_it_needs_and_nothing_else(function: Path) -> None:
    packed = files(function)
    assert {
        "clean_article/app.py",
        "article_pipeline/processing.py",
        "article_pipeline/page/page.css",
        "jmespath/__init__.py",
    } <= packed
    assert not {name for name in packed if set(Path(name).parts) & set(NOT_PACKED) or name.endswith(NOT_PACKED)}
    assert not {name for name in packed if name.startswith(("boto", "article_cleanup"))}


def test_the_layer_is_the_cleanup_and_nothing_else(tmp_path: Path, path_without_uv: str) -> None:
    packed = files(build("build-CleanupLayer", "layers/cleanup", tmp_path, path_without_uv))
    package = ROOT / "layers" / "cleanup" / "article_cleanup"
    source = {f"python/article_cleanup/{path.relative_to(package)}" for path in package.rglob("*") if path.is_file()}
    assert packed == {name for name in source if "__pycache__" not in name}


def test_all_that_is_packed_is_pinned_by_hash_and_its_licence_listed(function: Path) -> None:
    assert LIST.read_text() == list_licences(function), "run `make licences`"
    pins = re.findall(r"^([\w-]+)==(\S+)(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", _requirements(), flags=re.MULTILINE)
    packed = {folder.name.removesuffix(".dist-info").replace("_", "-") for folder in function.glob("*.dist-info")}
    assert {f"{name}-{version}" for name, version in pins} == packed
    assert len(pins) == _requirements().count("==")


def _requirements() -> str:
    return (ROOT / "functions" / "requirements.txt").read_text()
