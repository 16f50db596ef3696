"""What is packed for Lambda: the same with uv and without, and nothing in it for one kind of processor only."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_PACKED = ("__pycache__", ".so", ".pyd", "tests", "bin")


def build(target: str, folder: str, artifacts: Path, path: str) -> set[str]:
    """Paths of what one of the build's Makefiles makes, without pip's and uv's own records."""
    environment = os.environ | {"PATH": path, "ARTIFACTS_DIR": str(artifacts)}
    subprocess.run(["make", "--silent", target], cwd=ROOT / folder, env=environment, check=True, capture_output=True)
    files = {str(path.relative_to(artifacts)) for path in artifacts.rglob("*") if path.is_file()}
    return {name for name in files if ".dist-info/" not in name}


@pytest.fixture
def path_without_uv() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / "uv").exists()]
    assert not shutil.which("uv", path=os.pathsep.join(kept))
    return os.pathsep.join(kept)


def test_the_function_is_packed_the_same_with_uv_and_with_pip(tmp_path: Path, path_without_uv: str) -> None:
    uv = ROOT / ".local" / "uv" / "bin"
    with_uv = build("build-CleanArticleFunction", "functions", tmp_path / "uv", f"{uv}{os.pathsep}{path_without_uv}")
    with_pip = build("build-CleanArticleFunction", "functions", tmp_path / "pip", path_without_uv)
    assert with_uv == with_pip
    assert {"clean_article/app.py", "article_pipeline/processing.py", "jmespath/__init__.py"} <= with_uv
    assert not {name for name in with_uv if set(Path(name).parts) & set(NOT_PACKED) or name.endswith(NOT_PACKED)}
    assert not {name for name in with_uv if name.startswith(("boto", "article_cleanup"))}


def test_the_layer_is_the_cleanup_and_nothing_else(tmp_path: Path, path_without_uv: str) -> None:
    packed = build("build-CleanupLayer", "layers/cleanup", tmp_path, path_without_uv)
    package = ROOT / "layers" / "cleanup" / "article_cleanup"
    source = {f"python/article_cleanup/{path.relative_to(package)}" for path in package.rglob("*") if path.is_file()}
    assert packed == {name for name in source if "__pycache__" not in name}
