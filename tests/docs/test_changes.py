"""What changed is always true: the diffs are fresh, and the script that writes them is right."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tools import changes
from tools.lessons import ROOT, Lesson, LessonError, names


@pytest.mark.parametrize("name", names())
def test_diff_is_fresh(name: str) -> None:
    lesson = Lesson(name)
    assert lesson.diff.is_file(), f"{name} has no changes.diff: `make changes` writes it."
    expected = changes.changes(lesson)
    actual = lesson.diff.read_bytes().decode()
    assert expected == actual, f"{name}/changes.diff is stale: `make changes` writes it anew."


def course(root: Path, lessons: Mapping[str, tuple[str, Mapping[str, str]]]) -> Path:
    """Write a course of lessons: each a value for builds_on, and files."""
    for name, (base, files) in lessons.items():
        page = Lesson(name, root).page
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"---\nbuilds_on: {base}\n---\n# {name}\n")
        for path, text in files.items():
            file = root / "lessons" / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
    return root


def diff(root: Path, name: str) -> str:
    return changes.changes(Lesson(name, root))


def test_a_changed_file_is_shown_with_three_lines_around(tmp_path: Path) -> None:
    before = "".join(f"{n}\n" for n in range(9))
    root = course(
        tmp_path,
        {
            "01_a": ("", {"main.py": before}),
            "02_b": ("01_a", {"main.py": before.replace("4", "four")}),
        },
    )
    assert diff(root, "02_b") == (
        "--- 01_a/main.py\n+++ 02_b/main.py\n@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n"
    )


def test_added_and_removed_files_are_shown_whole(tmp_path: Path) -> None:
    root = course(
        tmp_path,
        {
            "01_a": ("", {"main.py": "x\n", "old.html": "o\n"}),
            "02_b": ("01_a", {"main.py": "x\n", "new.css": "n\n"}),
        },
    )
    assert diff(root, "02_b") == (
        "--- /dev/null\n+++ 02_b/new.css\n@@ -0,0 +1 @@\n+n\n"
        "--- 01_a/old.html\n+++ /dev/null\n@@ -1 +0,0 @@\n-o\n"
    )


def test_a_moved_file_is_compared_with_its_old_self(tmp_path: Path) -> None:
    root = course(
        tmp_path,
        {
            "01_a": ("", {"main.py": "x\n", "index.html": "a\nb\n", "same.css": "s\n"}),
            "02_b": (
                "01_a",
                {"main.py": "x\n", "templates/index.html": "a\nc\n", "static/same.css": "s\n"},
            ),
        },
    )
    assert diff(root, "02_b") == (
        "--- 01_a/same.css\n+++ 02_b/static/same.css\n"
        "--- 01_a/index.html\n+++ 02_b/templates/index.html\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_what_is_about_the_lesson_is_left_out(tmp_path: Path) -> None:
    extras = {"naive.py": "n\n", "changes.diff": "d\n", "__pycache__/main.pyc": "\0", ".x": "x\n"}
    root = course(
        tmp_path, {"01_a": ("", {"main.py": "x\n"}), "02_b": ("01_a", {"main.py": "x\n", **extras})}
    )
    assert diff(root, "02_b") == ""


def test_a_first_lesson_is_compared_with_its_naive_version(tmp_path: Path) -> None:
    root = course(tmp_path, {"01_a": ("", {"main.py": "new\n", "naive.py": "old\n"})})
    assert diff(root, "01_a") == "--- 01_a/naive.py\n+++ 01_a/main.py\n@@ -1 +1 @@\n-old\n+new\n"


def test_what_a_step_imports_from_its_lesson_is_not_new_in_the_lesson(tmp_path: Path) -> None:
    shared, new = "x = 1\n", "y = 2\n"
    root = course(
        tmp_path,
        {
            "01_a": (
                "",
                {
                    "step_1.py": "from .parts import part\nfrom .shared import x\n",
                    "main.py": "from .new import y\nfrom .shared import x\n",
                    "shared.py": shared,
                    "parts/part.py": shared,
                    "new.py": new,
                },
            ),
        },
    )
    (written,) = changes.steps(Lesson("01_a", root)).values()
    assert "--- /dev/null\n+++ 01_a/new.py\n" in written
    assert "shared.py" not in written
    assert "parts/part.py" not in written


def test_a_missing_newline_at_the_end_is_said(tmp_path: Path) -> None:
    root = course(tmp_path, {"01_a": ("", {"main.py": "new\n", "naive.py": "old"})})
    assert "-old\n\\ No newline at end of file\n+new\n" in diff(root, "01_a")


def test_a_form_feed_ends_no_line(tmp_path: Path) -> None:
    root = course(tmp_path, {"01_a": ("", {"main.py": "a\x0cb\n", "naive.py": "a\x0cc\n"})})
    assert diff(root, "01_a").endswith("-a\x0cc\n+a\x0cb\n")


@pytest.mark.parametrize(
    ("lessons", "words"),
    [
        ({"02_b": ("09_z", {"main.py": ""})}, "there is no such lesson"),
        ({"02_b": ("02_b", {"main.py": ""})}, "in a circle"),
        ({"02_b": ("03_c", {"main.py": ""}), "03_c": ("02_b", {"main.py": ""})}, "in a circle"),
        ({"02_b": ("[", {"main.py": ""})}, "is no YAML"),
    ],
)
def test_bad_input_gets_a_sentence(
    tmp_path: Path, lessons: Mapping[str, tuple[str, Mapping[str, str]]], words: str
) -> None:
    root = course(tmp_path, {"01_a": ("", {"main.py": "new\n", "naive.py": "old\n"}), **lessons})
    with pytest.raises(LessonError, match=words):
        changes.files(root)


def test_a_lesson_without_a_page_gets_a_sentence(tmp_path: Path) -> None:
    root = course(tmp_path, {"01_a": ("", {"main.py": "x\n"})})
    Lesson("01_a", root).page.unlink()
    with pytest.raises(LessonError, match=r"docs/lessons/01_a\.md is missing"):
        diff(root, "01_a")


@pytest.mark.parametrize("text", ["# Title\n", "---\nbuilds_on: x\n", "---\nwords\n---\n"])
def test_a_page_without_front_matter_gets_a_sentence(tmp_path: Path, text: str) -> None:
    root = course(tmp_path, {"01_a": ("", {"main.py": "x\n"})})
    Lesson("01_a", root).page.write_text(text)
    with pytest.raises(LessonError, match="front matter"):
        diff(root, "01_a")


def test_the_root_is_this_project() -> None:
    assert (ROOT / "mkdocs.yml").is_file()
