"""`make new` refuses in a sentence, and writes nothing then; what is left to write is found."""

import shutil
from pathlib import Path

import pytest

from tests.support import pages
from tests.support.site import copy_project
from tools.lessons import ROOT, Lesson, LessonError
from tools.new import left_to_write, new


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, for tests that write nothing into it."""
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(
    ("number", "name", "start", "words"),
    [
        ("13", "heartbeat", "03", "13_push has this number"),
        ("x", "heartbeat", "03", "a whole number up to 99"),
        ("100", "heartbeat", "03", "a whole number up to 99"),
        ("", "heartbeat", "03", "Say the lesson's number"),
        ("77", "Heart beat", "03", "small letters and digits"),
        ("77", "../x", "03", "small letters and digits"),
        ("77", "heartbeat", "98", "There is no lesson 98"),
        ("77", "heartbeat", "", "as in FROM=03"),
    ],
)
def test_bad_input_gets_a_sentence(
    number: str, name: str, start: str, words: str, project: Path
) -> None:
    before = sorted(project.rglob("*"))
    with pytest.raises(LessonError, match=words):
        new(number, name, start, project)
    assert sorted(project.rglob("*")) == before


def test_each_part_of_a_new_lesson_says_what_is_left_to_write(tmp_path: Path) -> None:
    root = copy_project(tmp_path)
    source = root / "tests/exercises/test_03_manager.py"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.touch()
    made = new("77", "heart_beat", "03", root)
    assert all((root / path).is_file() for path in made)
    left = {path.as_posix() for path, _, _ in left_to_write("77_heart_beat", root)}
    assert left >= {
        "lessons/77_heart_beat/main.py",
        "lessons/77_heart_beat/naive.py",
        "lessons/77_heart_beat/step_1.py",
        "docs/lessons/77_heart_beat.md",
        "docs/workshop/77_heart_beat.md",
        "exercises/77_heart_beat/README.md",
        "tests/lessons/test_77_heart_beat.py",
    }
    lesson = Lesson("77_heart_beat", root)
    assert [*lesson.programs()] == ["naive", "step_1", "main"]
    assert [*lesson.contract()] == ["step_1"]
    page = lesson.page.read_text("utf-8")
    assert pages.section_faults(page, exercises=True, steps=2) == []
    assert pages.heading_faults(page) == []
    assert "<!-- walk: " in page


def test_a_new_lesson_is_python_throughout(tmp_path: Path) -> None:
    """From lesson 12, whose exercise's checks begin with an import in the other form."""
    root = copy_project(tmp_path)
    tests = Path("tests/exercises/test_12_lifespan.py")
    (root / tests).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / tests, root / tests)
    for path in new("77", "heartbeat", "12", root):
        if path.suffix == ".py":
            compile((root / path).read_text("utf-8"), str(path), "exec")
    left = {path.name for path, _, _ in left_to_write("77_heartbeat", root)}
    assert left >= {"README.md", "hints.md", "test_exercise.py"}
