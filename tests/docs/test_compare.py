"""What the page Compare shows is what the lessons are, and the map says what builds on what."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tools import changes, compare, diff, map  # noqa: A004 - it is what it writes.
from tools.lessons import ROOT, Lesson, LessonError, names, read

LESSONS = names()
SIDES = compare.sides()
VENDORED = "b51a9d2885f2c090"


def files(data: Mapping[str, Any], side: str) -> dict[str, str]:
    """Return the files of a side as the data has them, put together again."""
    (entry,) = [entry for entry in data["sides"] if entry["name"] == side]
    return {
        path: "".join("".join(data["lines"][at][1::2]) for at in lines)
        for path, lines in entry["files"].items()
    }


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return json.loads(compare.data())


@pytest.mark.parametrize("name", LESSONS)
def test_the_data_has_every_file_to_the_letter(data: dict[str, Any], name: str) -> None:
    lesson = Lesson(name)
    assert files(data, name) == lesson.files()
    if lesson.naive.is_file():
        assert files(data, f"{name}/naive") == {"naive.py": read(lesson.naive)}


def test_the_data_has_nothing_else(data: dict[str, Any]) -> None:
    programs = {one.side for name in LESSONS for one in Lesson(name).programs().values()}
    assert {entry["name"] for entry in data["sides"]} == programs


def test_the_data_pairs_the_files_as_the_terminal_does(data: dict[str, Any]) -> None:
    entries = {entry["name"]: entry for entry in data["sides"]}
    for first, second in product(SIDES, repeat=2):
        old, new = compare.compared(SIDES[first], SIDES[second])
        expected = [list(pair) for pair in changes.pairs(old, new)]
        one, two = entries[first], entries[second]
        found = one["beside"].get(second) or data["pairs"][one["shape"]][two["shape"]]
        assert found == expected, (first, second)


def test_the_colours_are_those_of_the_sites_code(data: dict[str, Any]) -> None:
    classes = {name for line in data["lines"] for name in line[::2]}
    assert {"k", "s2", "nt", "nx"} <= classes
    assert all(re.fullmatch(r"[a-z]{0,2}\d?", name) for name in classes)


@pytest.mark.parametrize(
    "text", ["", "\n", "a", "\n\na = 1\n\n", "a\r\nb\r\n", "a\x0cb\n", '"""x\ny\n"""\n', "\ta  \n"]
)
def test_a_files_lines_are_kept_to_the_letter(text: str) -> None:
    lines = ["".join(line[1::2]) for line in compare.tokens("main.py", text)]
    assert "".join(lines) == text
    assert all(line.endswith("\n") for line in lines[:-1])


def test_a_file_of_no_known_kind_has_no_colours() -> None:
    assert compare.tokens("NOTICE", "a b\n") == [("", "a b\n")]


def course(root: Path, title: str = "title: A") -> Path:
    """Write a course of two lessons, of which the first has a naive version."""
    for name, base in (("01_a", ""), ("02_b", "01_a")):
        lesson = Lesson(name, root)
        lesson.folder.mkdir(parents=True)
        lesson.page.parent.mkdir(parents=True, exist_ok=True)
        lesson.page.write_text(f"---\n{title}\nbuilds_on: {base}\n---\n")
        lesson.main.write_text(f"a = '{name}'\nsame = 1\n")
    Lesson("01_a", root).naive.write_text("a = 'naive'\nsame = 1\n")
    (root / compare.WHERE).parent.mkdir(parents=True)
    (root / map.WHERE).parent.mkdir(parents=True)
    return root


@pytest.mark.parametrize("make", [compare.data, map.text])
def test_a_page_without_a_title_is_a_fault(tmp_path: Path, make: Callable[[Path], str]) -> None:
    with pytest.raises(LessonError, match=r"has no title\."):
        make(course(tmp_path, title="minutes: 5"))


def test_the_library_is_as_it_was_published() -> None:
    vendor = ROOT / "docs" / "assets" / "vendor"
    digest = hashlib.sha256((vendor / "diff.js").read_bytes()).hexdigest()
    assert digest.startswith(VENDORED), "diff.js is not what diff.LICENSE.txt says it is."
    assert "BSD 3-Clause" in (vendor / "diff.LICENSE.txt").read_text()


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_on_the_map_with_what_it_builds_on(name: str) -> None:
    text, drawing = map.text(), read((ROOT / map.WHERE).with_suffix(".svg")) or ""
    lesson = Lesson(name)
    title = lesson.label
    assert f'lesson{name[:2]}("{title}")' in text
    assert title in " ".join(re.sub(r"<[^>]*>", "", drawing).split())
    base = lesson.builds_on()
    if base:
        assert f"lesson{base.name[:2]} --> lesson{name[:2]}\n" in text
        assert f"{title} builds on {base.label}" in drawing


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the terminal's comparison into a pipe, with these variables and no others for colours."""
    env = {key: value for key, value in os.environ.items() if "COLOR" not in key}
    return subprocess.run(
        [sys.executable, "-m", "tools", "diff", *arguments],
        cwd=ROOT,
        env={**env, "TERM": "xterm-256color", **variables},
        check=False,
        timeout=30,
        capture_output=True,
        text=True,
    )


# One is enough: tests/docs/test_changes.py asks of each whether its changes.diff is its diff.
@pytest.mark.parametrize("name", ["08_routers"])
def test_the_terminal_shows_into_a_pipe_what_changes_diff_says(name: str) -> None:
    base = Lesson(name).builds_on()
    assert base is not None
    assert run(base.name[:2], name).stdout == read(Lesson(name).diff)


def test_naive_is_the_naive_version_of_the_other_side() -> None:
    there, back = run("3", "naive"), run("naive", "03_manager")
    assert there.stdout.startswith("--- 03_manager/main.py\n+++ 03_manager/naive.py\n@@")
    assert back.stdout.startswith("--- 03_manager/naive.py\n+++ 03_manager/main.py\n@@")
    assert "/index.html\n" not in there.stdout
    other = run("03/naive", "04/naive.py").stdout
    assert other.startswith("--- 03_manager/naive.py\n+++ 04_json/naive.py\n@@")


def test_what_is_the_same_is_said_to_be() -> None:
    assert run("03", "03").stdout == "3 · Manager and 3 · Manager are the same.\n"


def test_a_terminal_gets_colours_and_marked_words(tmp_path: Path) -> None:
    first, second = diff.pick("1", "2", course(tmp_path))
    marked = [
        line.plain[span.start : span.end]
        for line in diff.lines(first, second)
        for span in line.spans
        if span.style == diff.WORD
    ]
    assert marked == ["01_a", "02_b"]
    assert "\x1b[31m" in run("03", "04", FORCE_COLOR="1").stdout
    assert "\x1b[7;32m" in run("03", "04", FORCE_COLOR="1").stdout


def test_no_color_is_obeyed() -> None:
    assert "\x1b" not in run("03", "04", FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("", "03", "Say which lesson, as in A=03. The lessons are:\n  00_http\n"),
        ("03", "", "Say which lesson, as in B=03. The lessons are:\n  00_http\n"),
        ("03", "99", "There is no lesson 99. The lessons are:\n  00_http\n"),
        ("naive", "99", "There is no lesson 99. The lessons are:\n  00_http\n"),
        ("naive", "naive", "Of which lesson?"),
        ("naive", "", "Say which lesson, as in A=03."),
        ("03/clever", "04", "A=03/clever is not a side. Lesson 03_manager has no clever."),
    ],
)
def test_a_side_that_is_not_there_is_said_in_words(first: str, second: str, words: str) -> None:
    done = run(first, second)
    assert done.returncode == 1
    assert done.stderr.startswith(words)
    assert not done.stdout


def test_an_ambiguous_side_is_said_in_words(tmp_path: Path) -> None:
    root = course(tmp_path)
    Lesson("01_a", root).folder.rename(root / "lessons" / "02_a")
    page = Lesson("01_a", root).page
    page.rename(Lesson("02_a", root).page)
    Lesson("02_b", root).page.write_text("---\ntitle: B\nbuilds_on: 02_a\n---\n")
    with pytest.raises(LessonError, match="A=02 is more than one lesson: 02_a, 02_b"):
        diff.pick("02", "02_b", root)


def test_a_lesson_without_a_naive_version_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(
        LessonError, match=r"B=2/naive is not a side\. Lesson 02_b has no naive\.py\."
    ):
        diff.pick("2", "naive", course(tmp_path))


def ladder(root: Path) -> Lesson:
    """Write a course whose first lesson has two steps, the second one a package."""
    lesson = Lesson("01_a", course(root))
    for path, text in {
        "index.html": "<p>\n",
        "chat.py": "b = 3\n",
        "step_1.py": "a = 'step 1'\nsame = 1\n",
        "step_2/main.py": "a = 'step 2'\nsame = 1\n",
        "step_2/chat.py": "b = 2\n",
    }.items():
        (lesson.folder / path).parent.mkdir(exist_ok=True)
        (lesson.folder / path).write_text(text)
    return lesson


def test_each_step_changes_the_one_before_it(tmp_path: Path) -> None:
    found = changes.steps(ladder(tmp_path))

    assert [*found] == ["step_1.diff", "step_2.diff", "main.diff"]
    heads = [re.findall(r"^(?:---|\+\+\+) (.*)", text, re.MULTILINE) for text in found.values()]
    assert heads == [
        ["01_a/naive.py", "01_a/step_1.py"],
        ["01_a/step_1.py", "01_a/step_2/main.py", "/dev/null", "01_a/step_2/chat.py"],
        ["01_a/step_2/main.py", "01_a/main.py", "01_a/step_2/chat.py", "01_a/chat.py"],
    ]
    assert "-a = 'step 1'\n+a = 'step 2'\n same = 1\n" in found["step_2.diff"]


def test_a_lesson_without_steps_has_no_diff_of_a_step(tmp_path: Path) -> None:
    assert changes.steps(Lesson("01_a", course(tmp_path))) == {}


def test_each_step_is_a_side_that_stands_with_its_lesson(tmp_path: Path) -> None:
    ladder(tmp_path)
    found = compare.sides(tmp_path)

    assert [*found] == ["01_a", "01_a/naive", "01_a/step_1", "01_a/step_2", "02_b"]
    assert found["01_a/step_2"].title == "1 · A, step 2"
    data = json.loads(compare.data(tmp_path))
    assert files(data, "01_a/step_1") == {"step_1.py": "a = 'step 1'\nsame = 1\n"}
    assert [*files(data, "01_a")] == ["main.py", "chat.py", "index.html"]


@pytest.mark.parametrize(
    ("first", "second", "sides"),
    [
        ("01/1", "01/2", ("01_a/step_1", "01_a/step_2")),
        ("1/step_1", "1", ("01_a/step_1", "01_a")),
        ("01/naive", "01/1", ("01_a/naive", "01_a/step_1")),
        ("naive", "01/step_2", ("01_a/naive", "01_a/step_2")),
        ("02", "01/1", ("02_b", "01_a/step_1")),
    ],
)
def test_a_step_is_a_side_in_the_terminal(
    tmp_path: Path, first: str, second: str, sides: tuple[str, str]
) -> None:
    ladder(tmp_path)
    one, two = diff.pick(first, second, tmp_path)

    assert (one.name, two.name) == sides
    shown = [text.plain for text in diff.lines(one, two)]
    assert shown[0].startswith("--- 0")
    assert not [line for line in shown if "index.html" in line]


def test_a_step_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    ladder(tmp_path)
    words = "A=01/3 is not a side. Lesson 01_a has no step 3. Its steps are step_1, step_2."

    with pytest.raises(LessonError) as unknown:
        diff.pick("01/3", "02", tmp_path)

    assert str(unknown.value) == words


def test_make_passes_both_sides_on() -> None:
    done = subprocess.run(
        ["make", "-n", "diff", "A=03", "B=naive"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "-m tools diff '03' 'naive'" in done.stdout
