"""Every exercise is whole: its starter fails for its reason, and its solution passes."""

import ast
import importlib.util
import re
from pathlib import Path

import httpx2
import pytest

from practice.exercise import Exercise, names
from tests.exercises.conftest import Desk
from tests.support import pages
from tests.support.imports import OURS, imported
from tests.support.server import serve
from tools import markdown
from tools.lessons import Lesson
from tools.lessons import names as lesson_names

EXERCISES = names()
SECTIONS = ["Story", "Repeat", "Vary", "Check", "Think"]
FOLDED = re.compile(r"<details markdown>\n<summary>[^<]+</summary>\n\n.+?\n\n</details>", re.DOTALL)


def starter_says(exercise: Exercise) -> str:
    """Return what the checks say the starter fails with."""
    spec = importlib.util.spec_from_file_location(f"checks_{exercise.name}", exercise.checks)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.STARTER_SAYS


def page_files(exercise: Exercise) -> dict[str, Path]:
    """Return the files that the solved exercise's pages are made of, the solution's first."""
    found: dict[str, Path] = {}
    for folder in (exercise.solution.parent, exercise.folder):
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder).as_posix()
            if path.suffix in {".html", ".js"} and not relative.startswith("solution/"):
                found.setdefault(relative, path)
    return found


def todos(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("TODO")


def test_there_are_exercises_and_each_belongs_to_a_lesson() -> None:
    assert EXERCISES
    assert set(EXERCISES) <= set(lesson_names())


@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_fails_for_its_reason(name: str, desk: Desk) -> None:
    ended = desk.word("check", name)

    assert ended.returncode == 1
    assert ended.stdout.count("[fail]") == 1
    assert starter_says(Exercise(name)) in " ".join(ended.stdout.split())
    assert not ended.stderr


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes(name: str, desk: Desk) -> None:
    desk.solve(name)

    ended = desk.word("check", name)

    assert ended.returncode == 0, ended.stdout
    assert "[fail]" not in ended.stdout
    assert "[note]" not in ended.stdout
    assert not ended.stderr


@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_runs_and_shows_its_page(name: str, desk: Desk) -> None:
    with serve(f"exercises.{name}.main:app", cwd=desk.root) as server:
        answer = httpx2.get(server.url, trust_env=False)
    texts = [path.read_text(encoding="utf-8") for path in page_files(Exercise(name)).values()]

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert any(re.search(r"new WebSocket\(|\bfetch\(", text) for text in texts)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_has_one_todo_and_the_solution_none(name: str) -> None:
    exercise = Exercise(name)

    assert todos(exercise.starter) == 1
    assert todos(exercise.solution) == 0


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_at_least_three_hints_numbered_in_order_and_the_first_asks(name: str) -> None:
    exercise = Exercise(name)
    text = (exercise.folder / "hints.md").read_text(encoding="utf-8")
    numbers = re.findall(r"<summary>Hint (\d+)</summary>", text)

    assert len(exercise.hints()) >= 3
    assert numbers == [str(number) for number in range(1, len(exercise.hints()) + 1)]
    assert "?" in exercise.hints()[0]
    # A hint that rises says more than a question: the last one has code in it.
    assert "`" in exercise.hints()[-1]
    assert not FOLDED.sub("", text).strip()


@pytest.mark.parametrize("name", EXERCISES)
def test_the_text_has_its_sections_with_anchors(name: str) -> None:
    found = markdown.headings(Exercise(name).readme.read_text(encoding="utf-8"))

    assert found == [(3, section, section.lower()) for section in SECTIONS]


@pytest.mark.parametrize("name", EXERCISES)
def test_the_text_says_how_to_check_and_folds_its_answers(name: str) -> None:
    exercise = Exercise(name)
    text = exercise.readme.read_text(encoding="utf-8")
    think = text.partition("### Think")[2]

    for word in ("exercise", "check", "hint", "solution"):
        assert f"make {word} E={exercise.number}" in text
    assert exercise.shown_main in text
    assert think.count("<summary>Answer</summary>") == len(FOLDED.findall(think)) >= 2


@pytest.mark.parametrize("name", EXERCISES)
def test_the_lessons_page_shows_all_of_it(name: str) -> None:
    # Whether the page has the section at all is what tests/docs asks.
    page = Lesson(name).page.read_text(encoding="utf-8")
    solution = [f"solution/{file}" for file in Exercise(name).solved()]
    needed = [f"exercises/{name}/{file}" for file in ("README.md", "hints.md", *solution)]

    if "{ #exercises }" in page:
        assert pages.snippet_faults(page, needed) == []


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("file", ["README.md", "hints.md"])
def test_the_text_keeps_to_the_voice_and_quotes_what_is_there(name: str, file: str) -> None:
    text = (Exercise(name).folder / file).read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in Exercise(name).folder.rglob("*.py")]

    assert pages.voice_faults(text) == []
    assert pages.quote_faults(text, sources) == []


@pytest.mark.parametrize("name", EXERCISES)
def test_the_page_names_no_address_and_makes_no_html(name: str) -> None:
    files = page_files(Exercise(name))

    assert files
    for path in files.values():
        # A starter's page may be at fault: then it is the solution's that counts.
        assert pages.address_faults(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize("name", EXERCISES)
def test_every_check_is_a_sentence_and_so_is_every_fault(name: str) -> None:
    tree = ast.parse(Exercise(name).checks.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]

    # What is no check helps one.
    assert sum(node.name.startswith("test_") for node in functions) >= 3
    for node in functions:
        words = ast.get_docstring(node) or ""
        assert words[:1].isupper()
        assert words.endswith(".")
        assert "\n" not in words
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert [node.lineno for node in asserts if node.msg is None] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_the_exercise_imports_nothing_of_ours(name: str) -> None:
    exercise = Exercise(name)

    for path in (exercise.starter, exercise.solution):
        assert imported(path) & OURS == set()
