"""A lesson's programs are found in their order, and a wrong layout is said in a sentence."""

from pathlib import Path

import pytest

from course.find_lesson import LayoutError, UnknownProgramError, find_program, programs
from tests.support.server import ROOT
from tests.support.speech import FOLDERS
from tools.lessons import Lesson, LessonError


def lesson(root: Path, *files: str) -> Path:
    """Make a lesson of these files, and return its folder."""
    folder = root / "lessons" / "03_a"
    for file in ("main.py", *files):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(f"'''{file}'''\n")
    return folder


def test_the_order_is_naive_then_the_steps_then_main(tmp_path: Path) -> None:
    files = ("step_2/main.py", "step_2/chat.py", "step_1.py", "naive.py", "step_1.diff")
    found = programs(lesson(tmp_path, *files))

    assert [*found] == ["naive", "step_1", "step_2", "main"]
    assert [program.module for program in found.values()] == [
        "lessons.03_a.naive",
        "lessons.03_a.step_1",
        "lessons.03_a.step_2.main",
        "lessons.03_a.main",
    ]
    assert [program.side for program in found.values()] == [
        "03_a/naive",
        "03_a/step_1",
        "03_a/step_2",
        "03_a",
    ]


@pytest.mark.parametrize("name", FOLDERS)
def test_every_lesson_is_laid_out_as_it_must_be(name: str) -> None:
    found = programs(ROOT / "lessons" / name)

    assert [*found][-1] == "main"
    assert all(program.path.is_file() for program in found.values())


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (["step_1.py", "step_3.py"], "has step_3 and no step_2: steps are numbered from 1"),
        (["step_2.py"], "has step_2 and no step_1: steps are numbered from 1"),
        ([f"step_{n}.py" for n in range(1, 6)], "has 5 steps, and 4 are the most"),
        (["step_1.py", "step_1/main.py"], "has both step_1.py and step_1/; keep one"),
        (["step_1/chat.py"], "has no step_1/main.py; its app is there"),
        (["step_one.py"], "has step_one.py, which is not the name of a step"),
        (["step_01.py"], "has step_01.py, which is not the name of a step"),
    ],
)
def test_a_wrong_layout_is_said_in_a_sentence(tmp_path: Path, files: list[str], fault: str) -> None:
    folder = lesson(tmp_path, *files)

    with pytest.raises(LayoutError) as wrong:
        programs(folder)
    with pytest.raises(LessonError) as said:
        Lesson("03_a", tmp_path).programs()

    assert str(wrong.value).startswith(f"Lesson 03_a {fault}")
    assert str(said.value) == str(wrong.value)


def test_what_is_left_of_a_removed_package_is_no_step(tmp_path: Path) -> None:
    folder = lesson(tmp_path, "step_1.py", "step_2/__pycache__/main.pyc")

    assert [*programs(folder)] == ["step_1", "main"]


def test_a_program_is_found_by_its_name_or_number(tmp_path: Path) -> None:
    folder = lesson(tmp_path, "naive.py", "step_1.py")

    for name, program in {"1": "step_1", "step_1": "step_1", "step_1.py": "step_1"}.items():
        assert find_program(folder, name).name == program
    assert find_program(folder, "naive").name == "naive"
    assert find_program(folder, "main").name == "main"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("3", "Lesson 03_a has no step 3. Its steps are step_1, step_2."),
        ("clever", "Lesson 03_a has no clever. Its steps are step_1, step_2."),
        ("naive", "Lesson 03_a has no naive.py."),
    ],
)
def test_an_unknown_program_is_answered_by_those_there_are(
    tmp_path: Path, name: str, words: str
) -> None:
    with pytest.raises(UnknownProgramError) as unknown:
        find_program(lesson(tmp_path, "step_1.py", "step_2.py"), name)

    assert str(unknown.value) == words


def test_a_lesson_without_steps_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownProgramError, match=r"has no step 1\. It has no steps\."):
        find_program(lesson(tmp_path), "1")


def test_each_program_has_its_own_files(tmp_path: Path) -> None:
    lesson(
        tmp_path,
        "naive.py",
        "step_1.py",
        "step_2/main.py",
        "step_2/chat.py",
        "chat.py",
        "index.html",
        "clients/vanish.py",
        "step_1.diff",
        "main.diff",
        "changes.diff",
    )
    known = Lesson("03_a", tmp_path)

    assert [*known.files()] == ["main.py", "chat.py", "index.html"]
    assert [*known.files("naive")] == ["naive.py"]
    assert [*known.files("step_1")] == ["step_1.py"]
    assert [*known.files("step_2")] == ["main.py", "chat.py"]
    assert known.files("step_2")["chat.py"] == "'''step_2/chat.py'''\n"
