"""The glossary and the page on versions: what they say, checked against what is there."""

import re
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import pytest
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected
from websockets.sync.client import connect

from tests.support.pages import fences
from tests.support.server import ROOT, serve

DOCS = ROOT / "docs"


def rows(page: str) -> list[list[str]]:
    """Return the cells of a page's table rows, without heads and rules."""
    text = (DOCS / "topics" / page).read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines]


def test_the_course_is_measured_on_the_versions_that_are_installed() -> None:
    measured = dict(row for row in rows("versions.md") if len(row) == 2)
    del measured["package"]

    installed = {name: ".".join(version(name).split(".")[:2]) for name in measured}
    assert measured == installed


def terms() -> dict[str, str]:
    return {row[0]: row[2] for row in rows("glossary.md") if row[0] != "term"}


def test_the_glossary_is_in_order() -> None:
    assert list(terms()) == sorted(terms(), key=str.casefold)


@pytest.mark.parametrize("lesson", sorted((DOCS / "lessons").glob("*.md")), ids=lambda p: p.stem)
def test_the_glossary_has_each_term_a_lesson_defines(lesson: Path) -> None:
    text = lesson.read_text(encoding="utf-8")
    works = text[text.index("## The starting") : text.index("## The fin")]
    defined = re.findall(r"\*\*([^*.]+)\*\*", works)
    # Code is set bold too where it is explained, and so are the names of the page's own buttons.
    screens = (ROOT / "lessons" / lesson.stem).rglob("*.html")
    screen = "".join(screen.read_text(encoding="utf-8") for screen in screens)
    else_bold = [name for name in defined if f'"{name}"' in screen or f">{name}<" in screen]
    else_bold += [name for name in defined if name.startswith("`")]

    missing = [term for term in defined if term not in {*terms(), *else_bold}]
    assert not missing, f"{lesson.stem} defines {missing}, and the glossary does not."


def test_the_glossary_has_each_term_that_the_page_on_asyncio_defines() -> None:
    defined = re.findall(r"\*\*([^*.]+)\*\*", (DOCS / "topics" / "asyncio.md").read_text("utf-8"))

    assert {term.removesuffix("s") for term in defined} - set(terms()) == set()


@pytest.mark.parametrize("term", terms())
def test_the_lesson_a_term_links_to_uses_it(term: str) -> None:
    found = re.search(r"\(([^)#]+)", terms()[term])
    assert found, f"{term} links to nothing."
    page = (DOCS / "topics" / found[1]).resolve().read_text(encoding="utf-8")
    # By their stems, in their order and close together: "root path" is not any root and any path.
    stems = [re.escape(word[:6]) for word in re.findall(r"\w[\w'-]*", term) if word != "and"]

    assert re.search(r"\w*\W+(?:\w+\W+){0,9}?".join(stems), page, re.IGNORECASE)


def test_a_client_that_is_gone_has_two_names() -> None:
    assert not issubclass(WebSocketDisconnected, WebSocketDisconnect)
    assert issubclass(WebSocketDisconnected, RuntimeError)


def test_the_older_implementation_warns() -> None:
    with serve("lessons.01_echo.main:app", "--ws", "websockets") as server:
        assert "UvicornDeprecationWarning: The `websockets` implementation" in server.log


def test_the_usual_implementation_is_sansio() -> None:
    program = (
        "from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol as usual\n"
        "print(usual.__module__)"
    )
    usual = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert "sansio" in usual


def test_test_client_warns_about_httpx(tmp_path: Path) -> None:
    (tmp_path / "httpx2.py").write_text("raise ImportError('not installed')")
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", "import starlette.testclient"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )

    assert "httpx2" in done.stderr


def test_the_blocking_client_warns_outside_a_with_block() -> None:
    with (
        serve("lessons.01_echo.main:app") as server,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        websocket = connect(f"{server.ws}/ws", proxy=None)
        with websocket:
            pass
        connection = connect(f"{server.ws}/ws", proxy=None)
        connection.send("x")
        connection.close()

    assert any("context manager" in str(warning.message) for warning in caught)


def test_every_fence_of_these_pages_is_said_and_not_quoted() -> None:
    for page in ("glossary.md", "versions.md"):
        text = (DOCS / "topics" / page).read_text(encoding="utf-8")
        assert {fence.language for fence in fences(text)} <= {"console"}
