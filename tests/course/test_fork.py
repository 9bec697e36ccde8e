"""A process that the tests fork is to its module what `python -m` is."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support import fork
from tests.support.fork import Forked

pytestmark = pytest.mark.skipif(
    not fork.POSSIBLE, reason="only Linux has a fork that servers survive"
)

TELLS = """
import json, os, sys, time
print(json.dumps({
    "name": __name__,
    "argv": sys.argv[1:],
    "cwd": os.getcwd(),
    "path": sys.path,
    "environ": dict(os.environ),
    "zone": time.strftime("%Z"),
    "leads": os.getpgrp() == os.getpid(),
    "stdin": sys.stdin.read(),
    "written": "\\u00fc",
}))
"""


@contextmanager
def running(
    folder: Path,
    source: str,
    *arguments: str,
    apart: bool = False,
    env: Mapping[str, str] | None = None,
) -> Generator[Forked]:
    """Run a module of this source in the folder, and end it."""
    (folder / "told.py").write_text(source, encoding="utf-8")
    process = Forked("told", arguments, env={**os.environ, **(env or {})}, cwd=folder, apart=apart)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait(10)
        process.stdout.close()
        process.stderr.close()


def test_it_finds_what_a_new_python_finds(tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    env = {"PYTHONPATH": str(extra), "TZ": "UTC-9", "MINE": "1"}

    with running(tmp_path, TELLS, "a b", "--c", env=env) as process:
        told = json.loads(process.stdout.read())
        assert process.wait(10) == 0
    new = subprocess.run(
        [sys.executable, "-m", "told", "a b", "--c"],
        cwd=tmp_path,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )

    assert told == json.loads(new.stdout)
    assert told["leads"]
    assert told["path"][:2] == [str(tmp_path), str(extra)]


def test_it_ends_as_a_new_python_does(tmp_path: Path) -> None:
    for source, code in (
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("1 / 0", 1),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ):
        with running(tmp_path, source) as process:
            assert process.wait(10) == code


def test_an_error_is_on_the_last_line_and_apart_if_it_shall(tmp_path: Path) -> None:
    source = "print('before', flush=True)\n1 / 0"

    with running(tmp_path, source) as process:
        lines = process.stdout.read().splitlines()
    with running(tmp_path, source, apart=True) as process:
        apart = process.stdout.read(), process.stderr.read().splitlines()

    assert lines[:2] == ["before", "Traceback (most recent call last):"]
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert apart == ("before\n", lines[1:])


def test_what_it_has_imported_is_not_what_another_finds(tmp_path: Path) -> None:
    """Each begins with what was preloaded, and sees its own folder's files as they are now."""
    for word in ("first", "second"):
        (tmp_path / word).mkdir()
        (tmp_path / word / "beside.py").write_text(f"word = {word!r}")
        with running(tmp_path / word, "import beside; print(beside.word)") as process:
            assert process.stdout.read() == f"{word}\n"


def test_it_still_runs_for_whoever_asks_too_early(tmp_path: Path) -> None:
    with running(tmp_path, "import time; print(1, flush=True); time.sleep(60)") as process:
        assert process.stdout.readline() == "1\n"
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.terminate()
        assert process.wait(10) == -signal.SIGTERM
        process.terminate()  # It is gone, and its id may be another's.


def test_it_reads_what_is_written_to_it(tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text("print(input() + '!')", encoding="utf-8")
    process = Forked("told", [], env=os.environ, cwd=tmp_path, stdin=True)
    try:
        assert process.stdin
        with process.stdin, process.stdout:
            process.stdin.write("word\n")
            process.stdin.flush()
            assert process.stdout.read() == "word!\n"
    finally:
        process.kill()
        process.wait(10)
