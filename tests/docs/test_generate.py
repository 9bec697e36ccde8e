"""What follows from the lessons and their pages is fresh, and `--check` says what is not."""

import shutil
from pathlib import Path

import pytest

from tools import generate
from tools.lessons import ROOT


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is read and written; what a test changes in it, it puts back."""
    root = tmp_path_factory.mktemp("project")
    for tree in ("docs", "lessons"):
        shutil.copytree(ROOT / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("README.md", "mkdocs.yml"):
        shutil.copy(ROOT / file, root)
    return root


def test_everything_is_fresh() -> None:
    assert generate.run(check=True) == 0


def test_what_is_missing_is_named_and_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {where: (project / where).read_bytes() for where in generate.files()}
    for where in kept:
        (project / where).unlink()

    assert generate.run(project, check=True) == 1
    named = capsys.readouterr().err.splitlines()
    assert named == [f"{where.as_posix()} is stale: `make changes` writes it." for where in kept]
    assert not any((project / where).exists() for where in kept)

    assert generate.run(project) == 0
    assert {where: (project / where).read_bytes() for where in kept} == kept
