"""`make remove` takes out what is a lesson's own, all of it, and nothing that others need."""

from pathlib import Path

import pytest

from tests.support.site import copy_project
from tools import new, remove
from tools.lessons import ROOT, LessonError

NAME = "fire_drill"
FIRE_DRILL = f"78_{NAME}"
"""Put together, so that this file does not name it."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_project(tmp_path_factory.mktemp("project"))
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    return root


def state(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_lesson_made_and_removed_leaves_everything_as_it_was(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(project)
    made = new.new("78", NAME, "13", project)
    (project / f"tests/browser/test_{FIRE_DRILL}.py").touch()

    assert remove.run("78", yes=False, root=project) == 0
    assert "make remove L=78 YES=1" in capsys.readouterr().out
    assert all((project / path).is_file() for path in made)

    assert remove.run("78", yes=True, root=project) == 0
    assert state(project) == before
    assert "still name it" not in capsys.readouterr().out


def test_what_still_names_a_lesson_that_is_gone_is_listed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new.new("78", NAME, "13", project)
    changelog = project / "CHANGELOG.md"
    kept = changelog.read_bytes()
    changelog.write_bytes(f"- Lesson {FIRE_DRILL}.\n".encode() + kept)
    remove.run("78", yes=True, root=project)
    changelog.write_bytes(kept)
    assert "  CHANGELOG.md:1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("start", "words"),
    [("03", "builds on 03_manager, so"), ("98", "There is no lesson 98"), ("", "Say which lesson")],
)
def test_what_cannot_be_removed_gets_a_sentence_and_stays(
    project: Path, start: str, words: str
) -> None:
    before = state(project)
    with pytest.raises(LessonError, match=words):
        remove.run(start, yes=True, root=project)
    assert state(project) == before
