"""What follows from the lessons and their pages is fresh, and `--check` says what is not."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from tools import contents, generate
from tools.lessons import ROOT, Lesson, LessonError, names, read


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
    # Of a file with a list in it, and of a page, the rest is written by hand.
    by_hand = {*contents.LISTS, *contents.pages()}
    whole = [where for where in generate.files() if where not in by_hand]
    kept = {where: (project / where).read_bytes() for where in whole}
    for where in kept:
        (project / where).unlink()

    assert generate.run(project, check=True) == 1
    named = capsys.readouterr().err.splitlines()
    assert named == [f"{where.as_posix()} is stale: `make changes` writes it." for where in kept]
    assert not any((project / where).exists() for where in kept)

    assert generate.run(project) == 0
    assert {where: (project / where).read_bytes() for where in kept} == kept


@pytest.mark.parametrize(
    ("key", "value", "stale"),
    [
        ("title", "Ponies", {"mkdocs.yml", "docs/index.md", "docs/diagrams/map.svg"}),
        ("idea", "Ponies.", {"README.md", "docs/index.md"}),
        ("minutes", "7", {"docs/index.md"}),
        ("exercise_minutes", "7", {"docs/index.md"}),
        ("builds_on", "01_echo", {"lessons/08_routers/changes.diff", "docs/diagrams/map.svg"}),
    ],
)
def test_what_a_page_says_is_taken_everywhere(
    project: Path, capsys: pytest.CaptureFixture[str], key: str, value: str, stale: set[str]
) -> None:
    page = Lesson("08_routers", project).page
    kept = page.read_text("utf-8")
    page.write_text(re.sub(rf"^{key}: .*$", f"{key}: {value}", kept, count=1, flags=re.MULTILINE))
    try:
        assert generate.run(project, check=True) == 1
        named = {line.partition(" ")[0] for line in capsys.readouterr().err.splitlines()}
        assert named >= stale if key in ("title", "builds_on") else named == stale
    finally:
        page.write_text(kept)


def test_a_list_without_its_comments_is_a_fault(project: Path) -> None:
    readme = project / "README.md"
    kept = readme.read_text("utf-8")
    readme.write_text(kept.replace("<!-- end of lessons -->\n", ""))
    try:
        with pytest.raises(LessonError, match=r"^README\.md: it needs one comment"):
            generate.run(project, check=True)
    finally:
        readme.write_text(kept)


@pytest.mark.parametrize("name", names())
def test_a_lesson_has_one_title_and_a_docstring_that_begins_with_its_name(name: str) -> None:
    lesson = Lesson(name)
    heading = re.search(r"^# (.*?) \{", read(lesson.page) or "", re.MULTILINE)
    assert heading
    assert heading[1] == lesson.title
    start = f'"""Lesson {lesson.number}: {name[3:]}. '
    assert (read(lesson.main) or "").startswith(start)


@pytest.mark.parametrize(("name", "following"), list(pairwise(names())))
def test_a_page_ends_with_a_link_to_the_next_lesson(name: str, following: str) -> None:
    end = (read(Lesson(name).page) or "").partition("{ #next }")[2]
    assert f"({following}.md)" in end


def test_a_page_without_a_link_to_the_next_lesson_gets_one(project: Path) -> None:
    page = Lesson("03_manager", project).page
    kept = page.read_text("utf-8")
    link = "The next lesson is [4 · JSON](04_json.md): Messages with a shape.\n"
    try:
        page.write_text(kept.replace("[Lesson 4](04_json.md)", "Lesson 4"))
        generate.run(project)
        written = page.read_text("utf-8")
        assert written.count(link) == 1
        # Written again, it is the same.
        assert generate.run(project, check=True) == 0
        # A sentence of the author's takes its place.
        page.write_text(written.replace("Lesson 4 gives", "[Lesson 4](04_json.md) gives"))
        generate.run(project)
        assert page.read_text("utf-8") == kept
    finally:
        page.write_text(kept)


def test_the_last_page_keeps_no_link_to_a_lesson_that_is_gone(project: Path) -> None:
    page = Lesson(names()[-1], project).page
    kept = page.read_text("utf-8")
    block = "\n<!-- generated: next -->\n\n[16](16_gone.md)\n\n<!-- end of next -->\n"
    try:
        page.write_text(f"{kept}{block}")
        generate.run(project)
        assert page.read_text("utf-8") == kept
    finally:
        page.write_text(kept)
