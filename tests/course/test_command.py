"""`python -m course` and `python -m course.run_lesson` say in one sentence what is wrong."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from course.find_lesson import UnknownLessonError, find
from tests.course.conftest import CourseCommand
from tests.support.client import stalled
from tests.support.server import ROOT, Uvicorn
from tests.support.speech import FOLDERS


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of ours that is to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "word"),
    [(["course"], "make run"), (["course.run_lesson", "01"], "make lesson L=01")],
)
def test_a_taken_port_is_named_with_the_way_out(command: list[str], word: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run(*command, "--port", str(port))

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {port} is in use; try: {word} PORT={port + 1}")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["http", "-1", "65536", "9" * 5000, "٣", "8000.0", " 8000"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    ended = run("course", f"--port={port}")

    assert ended.returncode == 1
    assert f"{port!r} is no port" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "host", ["host.invalid", "192.0.2.1", "a" * 70 + ".example", "2001:db8::1"]
)
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    ended = run("course", "--host", host, "--port", "0")

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{host} is no address of this machine")
    assert ended.stderr.count("\n") == 1


def test_says_where_the_course_is_when_it_answers() -> None:
    with (
        CourseCommand("--port", "0") as command,
        connect(f"{command.ws}/live/01_echo/ws", proxy=None),
    ):
        assert f"The course is running on {command.url} (Ctrl+C ends it)" in command.log


def test_an_interrupt_ends_it_though_clients_are_connected() -> None:
    with (
        CourseCommand("--port", "0") as command,
        connect(f"{command.ws}/live/01_echo/ws", proxy=None) as client,
    ):
        command.signal(signal.SIGINT)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=5)
        code = command.wait_for_exit()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert code == 0
    assert "Traceback" not in command.log


@pytest.mark.parametrize("name", FOLDERS)
def test_finds_a_lesson_by_its_number(name: str) -> None:
    assert find(name[:2]) == find(name[:2].lstrip("0") or "0") == find(name) == name


@pytest.mark.parametrize(
    ("start", "fault"),
    [
        ("", "Say which lesson, as in L=03."),
        ("99", "There is no lesson 99."),
        ("../", "There is no lesson ../."),
    ],
)
def test_an_unknown_lesson_is_answered_by_those_there_are(start: str, fault: str) -> None:
    with pytest.raises(UnknownLessonError) as unknown:
        find(start)

    assert str(unknown.value).startswith(fault)
    assert all(name in str(unknown.value) for name in FOLDERS)


def test_two_lessons_of_one_number_are_both_named(tmp_path: Path) -> None:
    for name in ("03_manager", "03_other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.py").touch()

    with pytest.raises(
        UnknownLessonError, match="L=3 is more than one lesson: 03_manager, 03_other"
    ):
        find("3", tmp_path)


def test_a_lesson_without_a_naive_version_says_so() -> None:
    without = [n for n in FOLDERS if not (ROOT / "lessons" / n / "naive.py").exists()]
    if not without:
        pytest.skip("Every lesson has a naive version.")

    ended = run("course.run_lesson", without[0], "--naive", "--port", "0")

    assert ended.returncode == 1
    assert ended.stderr == f"Lesson {without[0]} has no naive.py.\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--step", "1", "--naive"], "Say NAIVE=1 or STEP=1, not both"),
        (["--step", "9"], "Lesson 01_echo has no step 9. Its steps are step_1, step_2."),
    ],
)
def test_a_step_that_cannot_be_run_is_said_in_a_sentence(options: list[str], words: str) -> None:
    ended = run("course.run_lesson", "01", *options, "--port", "0")

    assert ended.returncode == 1
    assert ended.stderr.startswith(words)
    assert ended.stderr.count("\n") == 1


def test_a_step_runs_with_reload(tmp_path: Path) -> None:
    """In a copy of `course/`, whose lesson has a step."""
    shutil.copytree(ROOT / "course", tmp_path / "course")
    folder = tmp_path / "lessons" / "01_echo"
    shutil.copytree(ROOT / "lessons" / "01_echo", folder)
    shutil.copy(folder / "main.py", folder / "step_1.py")
    command = [sys.executable, "-m", "course.run_lesson", "01", "--step", "1", "--port", "0"]

    with Uvicorn(command, cwd=tmp_path) as server:
        server.wait_for_log("Application startup complete")
        assert "$ uvicorn lessons.01_echo.step_1:app --reload" in server.log


def test_make_passes_the_step_on_and_takes_none_from_the_environment() -> None:
    def said(*variables: str) -> str:
        return subprocess.run(
            ["make", "-n", "lesson", "L=03", *variables],
            cwd=ROOT,
            env={**os.environ, "STEP": "7"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "--step '2'" in said("STEP=2")
    assert "--step ''" in said()


def test_a_second_interrupt_calls_no_lesson_broken() -> None:
    with CourseCommand("--port", "0") as command, stalled(command.port, "/live/03_manager/ws/1"):
        command.signal(signal.SIGINT)
        command.wait_for_log("Shutting down")
        command.signal(signal.SIGINT)
        command.wait_for_exit()

    assert "does not run" not in command.log
