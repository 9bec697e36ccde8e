"""Forks are for the daily tests alone: the nightly run and the benchmarks use the real commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import fork
from tests.support.imports import OURS, imported
from tests.support.machine import program
from tests.support.server import ROOT

SERVE = """
from tests.support import fork
from tests.support.server import serve

def no_fork(*_, **__):
    raise SystemExit("forked")

fork.Forked.__init__ = no_fork
with serve("lessons.01_echo.main:app") as server:
    print(server.command[1:4], server.url)
"""

CHECK = """
import sys
from pathlib import Path
from tests.exercises.conftest import Desk
from tests.support import fork

def no_fork(*_, **__):
    raise SystemExit("forked")

fork.Forked.__init__ = no_fork
desk = Desk(Path(sys.argv[1]))
desk.solve("01")
print(desk.word("check", "01").returncode)
"""


def run(source: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in which a fork is an error."""
    env = {name: value for name, value in os.environ.items() if name != "REAL_COMMANDS"}
    return subprocess.run(
        [sys.executable, "-c", source, folder],
        cwd=ROOT,
        env=env | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [(SERVE, "['-m', 'uvicorn', 'lessons.01_echo.main:app'] http://"), (CHECK, "0\n")],
    ids=["server", "check"],
)
def test_nothing_is_forked_where_real_commands_are_asked_for(
    tmp_path: Path, source: str, words: str
) -> None:
    ended = run(source, tmp_path, REAL_COMMANDS="1")
    assert ended.stdout.startswith(words), ended.stderr


@pytest.mark.skipif(not fork.POSSIBLE, reason="only Linux has a fork that servers survive")
@pytest.mark.parametrize("source", [SERVE, CHECK], ids=["server", "check"])
def test_otherwise_the_same_is_forked(tmp_path: Path, source: str) -> None:
    assert run(source, tmp_path).stderr.endswith("forked\n")


@pytest.mark.parametrize(("words", "asked"), [(["ALL=1"], True), ([], False)])
def test_make_asks_for_real_commands_with_all_alone(words: list[str], asked: bool) -> None:  # noqa: FBT001 - a parameter
    make = program("make", "to see what it runs")
    dry = subprocess.run(
        [make, "-n", "test", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    assert ("REAL_COMMANDS=1 " in dry) is asked
    assert ("not thorough" in dry) is not asked


@pytest.mark.parametrize(
    ("room", "below"),
    [
        ("bench", {"bench", "course", "tools"}),
        ("tools", {"tools", "course"}),
        ("practice", {"practice", "course"}),
        ("course", {"course"}),
        ("topics", {"topics"}),
    ],
)
def test_a_room_imports_from_those_below_it(room: str, below: set[str]) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    above = {str(path.relative_to(ROOT)): (imported(path) & OURS) - below for path in files}
    assert {path: found for path, found in above.items() if found} == {}
