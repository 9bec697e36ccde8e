"""A run says in its last lines what it left out, in one process and in several."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.machine import missing
from tests.support.server import ROOT

SOURCE = """
import pytest

def test_runs(): pass

@pytest.mark.parametrize("n", range(3))
def test_needs_a_program(n): pytest.skip("no nginx found: install it")

@pytest.mark.skipif(True, reason="only Linux has this")
def test_elsewhere(): pass

@pytest.mark.thorough
@pytest.mark.parametrize("n", range(4))
def test_again(n): pass
"""

CONFTEST = """
from tests.support.left_out import LeftOut

def pytest_configure(config):
    config.pluginmanager.register(LeftOut(config))
    config.addinivalue_line("markers", "thorough: as in the project")
"""


def lines(folder: Path, *options: str) -> list[str]:
    """Run tests like ours with these options, and return what stands below the last heading."""
    (folder / "test_ours.py").write_text(SOURCE)
    (folder / "conftest.py").write_text(CONFTEST)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull]
    ended = subprocess.run(
        [*command, "--rootdir", folder, *options, folder],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    _, _, told = ended.stdout.partition(" not run ===")
    # Below it, pytest closes with its own line.
    return [line for line in told.splitlines()[1:-1] if line]


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_reasons_are_counted_and_the_thorough_tests_too(tmp_path: Path, workers: list[str]) -> None:
    assert lines(tmp_path, *workers, "-m", "not thorough") == [
        "3 tests skipped: no nginx found: install it",
        "1 test skipped: only Linux has this",
        "4 tests left out as `thorough`: run them by `make test ALL=1`",
    ]


def test_what_was_not_asked_for_is_not_left_out(tmp_path: Path) -> None:
    """A test whose name was not asked for would not be run by ALL=1 either."""
    assert lines(tmp_path, "-k", "elsewhere or again", "-m", "not thorough") == [
        "1 test skipped: only Linux has this",
        "4 tests left out as `thorough`: run them by `make test ALL=1`",
    ]
    assert lines(tmp_path, "-k", "runs", "-m", "not thorough") == []


def test_a_run_that_leaves_nothing_out_is_silent(tmp_path: Path) -> None:
    assert lines(tmp_path, "-k", "runs or again") == []


def test_what_is_missing_is_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no nginx"):
        missing("no nginx")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no nginx"):
        missing("no nginx")
