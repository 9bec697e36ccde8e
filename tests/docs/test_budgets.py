"""How much a reader has to take in at once: lines a step, lines a file, and steps a lesson."""

import re
from collections import Counter
from collections.abc import Mapping

import pytest

from course.find_lesson import NAIVE
from tools import changes
from tools.lessons import Lesson, names

LINES_A_STEP, LINES_A_STEP_FROM_8 = 60, 80
MORE_LINES_A_STEP = {"00_http": 105}
"""Lesson 0 is for those to whom FastAPI is new, and its last step is three files of endpoints like
those before them; the page says what is new in each."""
NOT_TYPED = {
    # The other ways to show a token, which the page folds: they are there to be compared.
    "10_auth": "other_ways.py",
    # Somebody else's website, which its reader starts and does not write.
    "11_origin": "attacker.py",
}
LINES_A_FILE = 150
LINES_OF_MAIN = 119
"""In part 1, which is lessons 1 to 7."""
STEPS = 4


def typed(diff: str, without: str | None = None) -> int:
    """Return how many lines of Python a reader types who follows a diff.

    A line that moved is not typed again, and an empty one takes no thought. The file `without` is
    read and not typed.
    """
    sides = {"+": Counter[str](), "-": Counter[str]()}
    python = False
    for line in diff.splitlines():
        if line.startswith(("--- ", "+++ ")):
            python = line.endswith(".py") or (python and line.startswith("+++"))
            python &= without is None or not line.endswith(f"/{without}")
        elif python and line[:1] in sides and line[1:].strip():
            sides[line[0]][line[1:].strip()] += 1
    return (sides["+"] - sides["-"]).total()


def steps(lesson: Lesson) -> Mapping[str, str]:
    """Return the diffs by which the lesson's page leads from its start to its end."""
    return changes.steps(lesson) or {"changes.diff": changes.changes(lesson)}


@pytest.mark.parametrize("name", names())
def test_each_step_is_small_enough_to_type(name: str) -> None:
    lesson = Lesson(name)
    most = LINES_A_STEP if lesson.number < 8 else LINES_A_STEP_FROM_8
    most = MORE_LINES_A_STEP.get(name, most)
    found = {diff: typed(text, NOT_TYPED.get(name)) for diff, text in steps(lesson).items()}

    assert {diff: lines for diff, lines in found.items() if lines > most} == {}


@pytest.mark.parametrize("name", names())
def test_each_file_is_short_enough_to_read(name: str) -> None:
    lesson = Lesson(name)
    found = {
        path.relative_to(lesson.folder).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in lesson.folder.rglob("*.py")
    }

    assert {path: lines for path, lines in found.items() if lines > LINES_A_FILE} == {}
    if lesson.number in range(1, 8):
        assert found["main.py"] <= LINES_OF_MAIN


@pytest.mark.parametrize("name", names())
def test_a_lesson_has_at_most_four_steps(name: str) -> None:
    lesson = Lesson(name)
    page = lesson.page.read_text("utf-8")
    # A lesson without step files may still have sections of steps, which change one file each.
    sections = len(re.findall(r"^## Step \d+\b", page, re.MULTILINE))
    programs = len([program for program in lesson.programs() if program != NAIVE])

    assert max(sections, programs) <= STEPS


def test_what_is_typed_is_counted() -> None:
    diff = """\
--- a/naive.py
+++ a/step_1.py
@@ -1,4 +1,5 @@
 same
-old = 1
-moved = 1
+new = 1
+
+    moved = 1
+++counter
--- /dev/null
+++ a/index.html
+<p>
--- a/gone.py
+++ /dev/null
-gone
--- /dev/null
+++ a/manager.py
+gone
+more
"""
    # new, ++counter, and more: the other two lines of manager.py and step_1.py were there before.
    assert typed(diff) == 3
