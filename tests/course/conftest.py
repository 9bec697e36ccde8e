"""Fixtures for the course: the real one, and one of made-up lessons."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.server import ROOT, Server, serve

MADE_UP = """
from pathlib import Path
from course.main import create_app

app = create_app(Path("lessons"), Path("site"), seconds=1)
"""

Serve = Callable[[Mapping[str, str]], AbstractContextManager[Server]]


class CourseCommand(Server):
    """`python -m course`, started with these options."""

    def __init__(self, *options: str) -> None:
        """Take the options; `with` starts it."""
        super().__init__("course.main:app")
        self.command = [sys.executable, "-m", "course", *options]


@pytest.fixture(scope="module")
def course() -> Iterator[Server]:
    """The course as `make run HOST=0.0.0.0` serves it to a class."""
    with CourseCommand("--host", "0.0.0.0", "--port", "0") as server:
        yield server


def serve_made_up(folder: Path, files: Mapping[str, str]) -> AbstractContextManager[Server]:
    """Write `files`, their paths relative to `folder`, and serve its lessons/ and site/."""
    for path, text in {"made_up.py": MADE_UP, **files}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    return serve("made_up:app", cwd=folder, env={"PYTHONPATH": str(ROOT)})


@pytest.fixture
def made_up(tmp_path: Path) -> Serve:
    """Return what serves made-up files, given the text of each by its path."""
    return lambda files: serve_made_up(tmp_path, files)
