"""A lesson's folder depends on nothing else here, and runs by every command the course names."""

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest

from tests.support.contract import (
    assert_ends_well,
    each_lesson,
    get,
    lesson_server,
    media_type,
)
from tests.support.imports import OURS
from tests.support.nightly import some_in_each_run
from tests.support.server import ROOT, Uvicorn, complaints, serve
from tests.support.speech import (
    FOLDERS,
    LESSONS,
    app_of,
    assert_served,
    described,
    eventually,
    lesson,
)


def is_relative(folder: Path) -> bool:
    """Return whether a lesson's files import each other, so that it runs as a package only."""
    return any(
        isinstance(node, ast.ImportFrom) and node.level == 1
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


some_lessons = pytest.mark.parametrize("name", some_in_each_run(FOLDERS))

with_relative_imports = pytest.mark.parametrize(
    "name",
    some_in_each_run(name for name in FOLDERS if is_relative(ROOT / "lessons" / name)),
)

with_naive = pytest.mark.parametrize(
    "name", [name for name in FOLDERS if (ROOT / "lessons" / name / "naive.py").exists()]
)


class FastAPIDev(Uvicorn):
    """A lesson under `fastapi dev`: a process that watches the files, and one that serves."""

    def __init__(self, name: str) -> None:
        # Without --reload-dir, whatever else is being edited here would restart it.
        options = ["--port", "0", "--reload-dir", f"lessons/{name}"]
        # Given a path, `fastapi dev` imports the file alone, and it has no siblings.
        relative = is_relative(ROOT / "lessons" / name)
        what = ["--entrypoint", app_of(name)] if relative else [f"lessons/{name}/main.py"]
        command = [sys.executable, "-m", "fastapi", "dev", *what, *options]
        super().__init__(command, env={**lesson(name).env, "COLUMNS": "200"})

    def __enter__(self) -> Self:
        super().__enter__()
        self.wait_for_log("Application startup complete")
        # It says so a moment before it listens: the first to knock may come too early.
        eventually(
            lambda: listens(self.port),
            lambda: f"It does not listen under fastapi dev:\n{self.log}",
            seconds=10,
        )
        return self


def listens(port: int) -> bool:
    """Return whether a port of this machine is being listened to."""
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def imported_by(path: Path, folder: Path) -> set[str]:
    """Return what a file imports, by the first part of the name; what is above `folder` as dots."""
    depth = len(path.relative_to(folder).parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = "." * node.level if node.level > depth else ""
            found.add(above or node.module or ".")
    return {name.partition(".")[0] or name for name in found}


def test_every_lesson_is_described_in_the_contract() -> None:
    unknown = [name for name in FOLDERS if described(name) is None]
    assert not unknown, (
        f"tests/support/speech.py does not say how to speak to {', '.join(unknown)}: "
        "add an entry to LESSONS, or no contract is tested for it."
    )


def test_every_description_has_its_lesson() -> None:
    gone = [name for name in LESSONS if name not in FOLDERS]
    assert not gone, f"tests/support/speech.py describes {', '.join(gone)}: no such folder."


def test_lessons_are_folders_and_no_packages() -> None:
    found = [str(path.relative_to(ROOT)) for path in (ROOT / "lessons").rglob("__init__.py")]
    assert not found, f"{found} would make a lesson another module than the one readers start."


@each_lesson
def test_imports_nothing_of_the_project(name: str) -> None:
    folder = ROOT / "lessons" / name
    for path in folder.rglob("*.py"):
        wrong = {
            found for found in imported_by(path, folder) if found in OURS or found.startswith("..")
        }
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}, so its folder cannot leave."


@some_lessons
def test_runs_with_fastapi_dev_and_ends_with_ctrl_c(name: str) -> None:
    with FastAPIDev(name) as dev:
        assert_served(dev, name)
        # Ctrl-C goes to all of a terminal's processes, and to no others.
        dev.signal(signal.SIGINT, group=True)
        assert dev.wait_for_exit() == 0, f"fastapi dev of {name} did not end well."
        wrong = complaints(dev.log)
        assert not wrong, f"fastapi dev of {name} complains: {wrong[0]}"


@some_lessons
def test_runs_where_nothing_of_the_project_is(name: str, tmp_path: Path) -> None:
    copied = tmp_path / name
    shutil.copytree(ROOT / "lessons" / name, copied, ignore=shutil.ignore_patterns("__pycache__"))
    relative = is_relative(copied)
    app, cwd = (f"{name}.main:app", tmp_path) if relative else ("main:app", copied)
    # An empty PYTHONPATH: a test runner may have put the project on it.
    env = {**lesson(name).env, "PYTHONPATH": ""}
    with serve(app, env=env, cwd=cwd) as server:
        assert media_type(get(server, "/")) == "text/html", f"The copy of {name} has no page."
        assert_served(server, name)
        assert_ends_well(server, name)


@with_relative_imports
def test_its_files_agree_in_their_types(name: str, tmp_path: Path) -> None:
    # ty resolves relative imports in a package only, whose name cannot start with a digit.
    copied = tmp_path / f"lesson_{name}"
    shutil.copytree(
        ROOT / "lessons" / name,
        copied,
        ignore=shutil.ignore_patterns("__pycache__", "naive.py"),
    )
    ended = subprocess.run(
        [sys.executable, "-m", "ty", "check", "--project", tmp_path, "--python", sys.prefix],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("command", ["uvicorn main:app --port 0", "fastapi dev main.py"])
@with_relative_imports
def test_does_not_start_without_its_whole_name(name: str, command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT / "lessons" / name,
        env={**os.environ, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    words = "ImportError: attempted relative import with no known parent package"
    assert words in ended.stdout + ended.stderr


@with_naive
def test_naive_version_says_that_it_is_wrong_and_runs_the_same_way(name: str) -> None:
    source = (ROOT / "lessons" / name / "naive.py").read_text("utf-8")
    assert source.startswith('"""Wrong on purpose'), f"{name}/naive.py hides that it is wrong."
    with lesson_server(name, app=f"lessons.{name}.naive:app") as server:
        kind = media_type(get(server, "/"))
        assert kind == "text/html", f"The page of {name}/naive.py is {kind}."
        server.stop()
    assert server.exit_code == -signal.SIGTERM, f"{name}/naive.py ended with {server.exit_code}."
