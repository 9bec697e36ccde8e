"""Run a lesson's clients, `lessons/NN_name/clients/*.py`, as a reader runs them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.server import ROOT

SECONDS = 60.0
"""How long a client may take, against whatever program of its lesson; a reader waits beside it."""


@dataclass(frozen=True)
class Ran:
    """What a client printed, and what it ended with."""

    stdout: str
    stderr: str
    exit_code: int

    @property
    def sentence(self) -> str:
        """The one sentence that the client printed.

        Raises:
            AssertionError: it failed, or it printed something else.
        """
        assert self.exit_code == 0, f"It ended with {self.exit_code}: {self.stderr[-2000:]}"
        assert not self.stderr, f"It printed an error: {self.stderr[-2000:]}"
        return one_sentence(self.stdout)


def one_sentence(printed: str) -> str:
    """Return what was printed, which must be one line that ends as a sentence does.

    Raises:
        AssertionError: it is not.
    """
    lines = printed.splitlines()
    assert len(lines) == 1, f"Not one line but {len(lines)}: {printed[-2000:]!r}"
    assert lines[0].endswith("."), f"No full stop at the end: {lines[0]!r}"
    return lines[0]


def clients(lesson: Path) -> list[Path]:
    """Return the clients of the lesson in this folder."""
    return sorted((lesson / "clients").glob("*.py"))


def run_client(path: Path, *arguments: str, seconds: float = SECONDS) -> Ran:
    """Run a client from the project's root, as `python lessons/…/clients/vanish.py ws://…`.

    Raises:
        AssertionError: it had not ended after `seconds`.
    """
    # A proxy of the system's is no way to a server on this machine.
    env = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    try:
        done = subprocess.run(
            [sys.executable, path, *arguments],
            cwd=ROOT,
            env={**env, "PYTHONPATH": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(
            f"{path.name} had not ended after {seconds:g} s; it printed {error.stdout!r}."
        ) from None
    return Ran(done.stdout, done.stderr, done.returncode)


def assert_says_why(path: Path, address: str) -> None:
    """Run a client where no lesson answers: it fails with one sentence that names the address.

    Raises:
        AssertionError: it does not.
    """
    ran = run_client(path, address)
    assert ran.exit_code == 1, f"{path.name} ended with {ran.exit_code} where nobody answers."
    assert not ran.stdout, f"{path.name} had a result where nobody answers: {ran.stdout!r}"
    assert "Traceback" not in ran.stderr, f"{path.name} ends in a traceback: {ran.stderr[-2000:]}"
    assert address in one_sentence(ran.stderr), f"{path.name} names no address: {ran.stderr!r}"
