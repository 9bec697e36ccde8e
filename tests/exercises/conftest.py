"""A folder with the exercises in it, in which a test does what a learner does."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from course.process import Process
from practice.exercise import Exercise, find
from tests.support import fork
from tests.support.fork import Forked
from tests.support.server import ROOT

_SHARED = (".venv", "Makefile", "course", "pyproject.toml", "requirements.txt", "practice", "tools")

# A learner has a terminal of their own: what these tests run in is none of its business.
_LEFT_OUT = ("MAKEFLAGS", "MAKELEVEL", "NO_COLOR", "PYTEST_CURRENT_TEST", "FORCE_COLOR")


def answers(wrong: Iterable[str], few: int = 4) -> list[object]:
    """Return the names of wrong answers as parameters, of which a few are for each run.

    Each costs seconds; the rest is for `make test ALL=1`.
    """
    return [
        pytest.param(name, marks=[pytest.mark.thorough] if at >= few else [])
        for at, name in enumerate(wrong)
    ]


class Desk:
    """A learner's checkout: the exercises are a copy, the rest is the course's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in _SHARED:
            (root / name).symlink_to(ROOT / name)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "exercises", root / "exercises", ignore=ignored)
        self.env = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}

    def exercise(self, start: str) -> Exercise:
        """Return the exercise that a learner calls by E=`start`."""
        return find(start, self.root)

    def write(self, start: str, text: str, file: str = "main.py") -> None:
        """Make the learner's copy of an exercise, with this text in a file of it."""
        exercise = self.exercise(start)
        exercise.begin()
        (exercise.work / file).write_text(text, encoding="utf-8")

    def solve(self, start: str) -> None:
        """Make the learner's copy of an exercise, with the solution in it."""
        exercise = self.exercise(start)
        exercise.begin()
        for file in exercise.solved():
            shutil.copyfile(exercise.solution.parent / file, exercise.work / file)

    def answers(self, start: str, edits: Mapping[str, str]) -> str:
        """Return on one line what the checks say to the solution with these edits, old to new.

        Raises:
            AssertionError: there is nothing to edit, or the checks pass.
        """
        self.solve(start)
        exercise = self.exercise(start)
        for old, new in edits.items():
            # What is edited stands in one file: in main.py, or in a template.
            for path in (exercise.work / file for file in exercise.solved()):
                source = path.read_text(encoding="utf-8")
                if old in source:
                    path.write_text(source.replace(old, new, 1), encoding="utf-8")
                    break
            else:
                raise AssertionError(f"{old!r} is in no file of the solution.")
        ended = self.word("check", start)
        assert ended.returncode == 1, ended.stdout
        return " ".join(ended.stdout.split())

    def make(
        self, *words: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run make with these words, silent about what it runs."""
        return self._run(["make", "-s", *words], env)

    def word(
        self, *words: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run what make runs: `python -m practice` with these words, forked where that can be.

        Then so is each app it starts: see tests/support/forked_practice.py.
        """
        if not fork.AVAILABLE:
            return self.new_python(*words, env=env)
        whole = {**self.env, **(env or {}), "PYTHONPATH": str(ROOT)}
        module = "tests.support.forked_practice"
        process = Forked(module, words, env=whole, cwd=self.root, apart=True)
        with process.stdout, process.stderr, ThreadPoolExecutor(2) as aside:
            try:
                errors = aside.submit(process.stderr.read)
                stdout = aside.submit(process.stdout.read)
                code = process.wait(50)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.kill()
            return subprocess.CompletedProcess(process.args, code, stdout.result(), errors.result())

    def new_python(
        self, *words: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m practice` with these words as a learner does: nothing is forked."""
        return self._run([sys.executable, "-m", "practice", *words], env)

    def _run(
        self, command: list[str], env: Mapping[str, str] | None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env={**self.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )


class Terminal(Process):
    """A command that goes on, whose screen is read while it does."""

    def __init__(self, desk: Desk, *command: str) -> None:
        super().__init__(command, env=desk.env, cwd=desk.root)

    def wait_for(self, words: str, times: int = 1) -> None:
        """Wait until the words are on the screen as often as this."""
        self.wait_for_log(rf"(?s)(?:{re.escape(words)}.*?){{{times}}}", 30)

    def interrupt(self) -> int:
        """Press Ctrl+C, and return the exit code."""
        self.signal(signal.SIGINT, group=True)
        return self.wait_for_exit(20)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
