"""A lesson that a page, a program or an exercise names is there, or is said to be coming."""

import re

import pytest

from tools.lessons import ROOT, names

TREES = ("docs", "lessons", "exercises", "topics", "course", "practice", "README.md")
KINDS = {".md", ".py", ".html", ".js"}
COMING = "to come"
"""What a sentence says of a lesson that is not written yet."""

_NAMED = re.compile(r"[Ll]essons? (\d+)\b(?: (?:to|and) (\d+)\b)?")


def wrong(text: str) -> list[str]:
    """Return the lines that name a lesson that is not there, without a word that it is to come."""
    known = {int(name[:2]) for name in names()}
    return [
        line.strip()
        for line in text.splitlines()
        for found in _NAMED.finditer(line)
        if COMING not in line and not {int(number) for number in found.groups() if number} <= known
    ]


@pytest.mark.parametrize("tree", TREES)
def test_every_lesson_that_is_named_is_there(tree: str) -> None:
    root = ROOT / tree
    paths = [root] if root.is_file() else sorted(root.rglob("*.*"))
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in paths
        if path.suffix in KINDS
        and "assets" not in path.parts
        and (lines := wrong(path.read_text("utf-8")))
    }
    assert not found, "They name a lesson that is not there."


def test_a_lesson_that_is_not_there_is_found() -> None:
    assert wrong("Lesson 1 is fine.\nLesson 99 knows more.") == ["Lesson 99 knows more."]
    assert wrong("Lessons 3 to 98 do.") == ["Lessons 3 to 98 do."]
    assert not wrong("Lesson 99, which is to come, knows more.")
