"""What the page Present shows is what each lesson changed, and what its notes ask."""

import re
from pathlib import Path

import pytest

from tools import changes, present
from tools.lessons import Lesson, LessonError, names, read

LESSONS = names()
PAGE = """---
title: A
builds_on:
minutes: 5
---

# A { #a }

!!! abstract "Before you start"

    **You will build** an `a`.
"""
NOTES = """# Teaching A

## Ask { #ask }

1. Where is
   `a` of [the list](../index.md)?
2. And **b**?

??? success "Answers"

    1. Here.
    2. There,
       beside `a`.

## Where classes stumble { #where-classes-stumble }

- 1. Nowhere.
"""


def course(root: Path, notes: str = NOTES) -> Lesson:
    """Write a course of one lesson, with a naive version and workshop notes."""
    lesson = Lesson("01_a", root)
    for path, text in {
        lesson.main: "a = 1\n",
        lesson.naive: "a = 2\n",
        lesson.page: PAGE,
        root / "docs" / "workshop" / "01_a.md": notes,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / present.WHERE).parent.mkdir(parents=True)
    return lesson


@pytest.mark.parametrize("name", LESSONS)
def test_the_slides_are_the_lessons_diff_to_the_letter(name: str) -> None:
    """In its order, with each changed line once; only context may be left out."""
    steps = changes.steps(Lesson(name))
    text = "".join(steps.values()) if steps else read(Lesson(name).diff) or ""
    diff = text.splitlines(keepends=True)
    body = iter([line for line in diff if not re.match(r"(---|\+\+\+) \S+/|--- /dev|@@ ", line)])
    for slide in present.slides(Lesson(name)):
        for sign, tokens in slide.rows:
            shown = sign + "".join(tokens[1::2])
            passed = next(line for line in body if line == shown or line[0] != " ")
            assert passed == shown
    assert not [line for line in body if line[0] != " "]


@pytest.mark.parametrize("name", LESSONS)
def test_every_slide_has_a_change_and_fits(name: str) -> None:
    for slide in present.slides(Lesson(name)):
        signs = {sign for sign, _ in slide.rows}
        assert signs & {"-", "+"} or not slide.rows
        assert len(slide.rows) <= present.ROWS


def test_a_long_piece_is_cut_at_a_blank_line() -> None:
    rows: list[present.Row] = [("+", ("", "\n" if at == 15 else f"{at}\n")) for at in range(30)]

    pieces = present.cut(rows)

    assert [len(piece) for piece in pieces] == [16, 14]


def test_a_long_piece_without_a_blank_line_is_cut_where_new_follows_old() -> None:
    rows: list[present.Row] = [("-" if at < 12 else "+", ("", f"{at}\n")) for at in range(30)]

    pieces = present.cut(rows)

    assert [len(piece) for piece in pieces] == [12, 18]


def test_a_long_piece_without_any_gap_is_cut_where_the_slide_is_full() -> None:
    rows: list[present.Row] = [("+", ("", f"{at}\n")) for at in range(50)]

    pieces = present.cut(rows)

    assert [len(piece) for piece in pieces] == [20, 20, 10]


def test_a_file_that_moved_as_it_is_gets_a_slide(tmp_path: Path) -> None:
    first = course(tmp_path)
    (first.folder / "index.html").write_text("<p>\n")
    second = Lesson("02_b", tmp_path)
    for path, text in {
        second.main: "a = 1\n",
        second.folder / "templates" / "index.html": "<p>\n",
        second.page: "---\ntitle: B\nbuilds_on: 01_a\n---\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    slides = present.slides(second)

    assert slides == [present.Slide("index.html → templates/index.html", [])]


def test_a_file_that_is_gone_is_said_to_be_removed(tmp_path: Path) -> None:
    first = course(tmp_path)
    (first.folder / "extra.py").write_text("b = 1\n")
    second = Lesson("02_b", tmp_path)
    second.folder.mkdir(parents=True)
    second.main.write_text("a = 1\n")
    second.page.write_text("---\ntitle: B\nbuilds_on: 01_a\n---\n")

    (slide,) = present.slides(second)

    assert slide.file == "extra.py is removed"
    assert [sign for sign, _ in slide.rows] == ["-"]


def test_a_lesson_with_steps_is_presented_step_by_step(tmp_path: Path) -> None:
    lesson = course(tmp_path)
    (lesson.folder / "step_1.py").write_text("a = 3\n")

    first, second = present.slides(lesson)

    assert first.file == "step 1 · naive.py → step_1.py"
    assert second.file == "main · step_1.py → main.py"
    changed = ["".join(sign + "".join(line[1::2]) for sign, line in second.rows)]
    assert changed == ["-a = 3\n+a = 1\n"]


def test_a_question_has_its_answer(tmp_path: Path) -> None:
    found = present.questions(course(tmp_path))

    assert found == [
        (["Where is ", "a", " of the list?"], ["Here."]),
        (["And b?"], ["There, beside ", "a", "."]),
    ]


@pytest.mark.parametrize("name", LESSONS)
def test_each_lesson_has_a_goal_and_its_three_questions(name: str) -> None:
    assert present.goal(Lesson(name))
    assert len(present.questions(Lesson(name))) == 3


def test_a_question_without_an_answer_is_a_fault(tmp_path: Path) -> None:
    lesson = course(tmp_path, notes=NOTES.replace("    2. There,\n       beside `a`.\n", ""))

    with pytest.raises(LessonError, match="of 01_a have 2 questions and 1 answers"):
        present.questions(lesson)


def test_missing_notes_are_said_in_words(tmp_path: Path) -> None:
    course(tmp_path)
    (tmp_path / "docs" / "workshop" / "01_a.md").unlink()

    with pytest.raises(LessonError, match=r"There are no workshop notes for 01_a\."):
        present.data(tmp_path)
