"""The words of the exercises, as a learner types them."""

import os
import pty
import shutil
import socket
import subprocess
import sys

import httpx2
import pytest

from practice import progress
from practice.exercise import names
from tests.exercises.conftest import Desk, Terminal
from tests.support.nightly import some_in_each_run

WAITING = "Waiting for you to save."


def test_the_first_check_makes_a_copy_and_says_where(desk: Desk) -> None:
    ended = desk.make("check", "E=01")
    exercise = desk.exercise("01")

    # A check that fails is no fault of make's.
    assert ended.returncode == 0
    assert not ended.stderr
    assert "Your copy is work/01_echo/." in ended.stdout
    assert exercise.main.read_bytes() == exercise.starter.read_bytes()
    assert sorted(path.name for path in exercise.work.iterdir()) == ["index.html", "main.py"]
    assert "make hint E=01" in ended.stdout


def test_a_solved_exercise_leads_to_the_next(desk: Desk) -> None:
    desk.solve("1")

    ended = desk.make("check", "E=1")

    assert ended.returncode == 0
    assert "All 6 checks pass. Next: make check E=02" in ended.stdout
    assert "  done       01_echo" in desk.make("progress").stdout


def test_a_new_python_says_what_a_forked_one_says(desk: Desk) -> None:
    """A learner's app is never forked, and most tests fork it: the one stands for the other."""
    desk.solve("03")

    ended = desk.new_python("check", "03")

    assert ended.stdout == desk.word("check", "03").stdout
    assert ended.returncode == 0
    assert not ended.stderr


@pytest.mark.parametrize(
    "word",
    some_in_each_run(["check", "exercise", "hint", "solution", "skip", "reset"], ["check"]),
)
@pytest.mark.parametrize(
    ("start", "fault"),
    [
        ("", "Say which exercise, as in E=01."),
        ("99", "There is no exercise 99."),
    ],
)
def test_an_unknown_exercise_is_answered_by_those_there_are(
    desk: Desk, word: str, start: str, fault: str
) -> None:
    words = [word, f"E={start}"] if start else [word]

    ended = desk.make(*words)

    assert ended.returncode != 0
    assert ended.stderr.startswith(f"{fault} The exercises are:\n  00_http\n  01_echo")
    assert not (desk.root / "work").exists()


def test_hints_come_one_by_one_and_then_there_are_no_more(desk: Desk) -> None:
    hints = desk.exercise("03").hints()

    shown = [desk.make("hint", "E=03").stdout for _ in range(len(hints) + 2)]

    for number, hint in enumerate(hints, 1):
        assert shown[number - 1] == f"Hint {number} of {len(hints)}\n\n{hint}\n"
    assert all(text.startswith(f"You have seen all {len(hints)} hints") for text in shown[-2:])
    assert f"({len(hints)} hints seen)" in desk.make("progress").stdout


def test_the_solution_is_shown_and_nothing_is_changed(desk: Desk) -> None:
    desk.write("01", "# mine\n")

    ended = desk.make("solution", "E=01")

    assert ended.returncode == 0
    assert "--- work/01_echo/main.py\n+++ exercises/01_echo/solution/main.py" in ended.stdout
    assert "\n-# mine\n" in ended.stdout
    assert desk.exercise("01").main.read_text(encoding="utf-8") == "# mine\n"


def test_a_solution_of_several_files_shows_each_that_differs(desk: Desk) -> None:
    desk.solve("05")
    desk.write("05", "Kar", "templates/hut.html")

    shown = desk.make("solution", "E=05").stdout

    theirs = "exercises/05_templates/solution/templates/hut.html"
    assert f"--- work/05_templates/templates/hut.html\n+++ {theirs}" in shown
    assert "main.py" not in shown
    assert "Nothing in work/05_templates/templates/hut.html has\nchanged." in shown


def test_a_reset_keeps_the_templates_too(desk: Desk) -> None:
    desk.write("05", "Kar", "templates/hut.html")

    shown = desk.make("reset", "E=05").stdout

    assert "What you had is kept as work/05_templates/templates/hut.html.1.\n" in shown
    starter = desk.exercise("05").folder / "templates/hut.html"
    assert (desk.exercise("05").work / "templates/hut.html").read_bytes() == starter.read_bytes()


def test_the_solution_can_be_seen_before_one_begins(desk: Desk) -> None:
    ended = desk.make("solution", "E=01", "YES=1")

    assert "--- exercises/01_echo/main.py" in ended.stdout
    assert not (desk.root / "work").exists()


def test_the_solution_of_a_solved_exercise_is_no_news(desk: Desk) -> None:
    desk.solve("01")

    assert desk.make("solution", "E=01").stdout == (
        "work/01_echo/main.py is the solution, to the letter.\n"
    )


def test_reset_keeps_what_was_there_each_time(desk: Desk) -> None:
    exercise = desk.exercise("01")
    for text in ("# first\n", "# second\n"):
        desk.write("01", text)
        desk.make("reset", "E=01")

    ended = desk.make("reset", "E=01")

    assert ended.stdout == "work/01_echo/main.py is the starter.\n"
    assert exercise.main.read_bytes() == exercise.starter.read_bytes()
    assert (exercise.work / "main.py.1").read_text(encoding="utf-8") == "# first\n"
    assert (exercise.work / "main.py.2").read_text(encoding="utf-8") == "# second\n"


def test_nothing_of_the_learners_is_overwritten_by_any_other_word(desk: Desk) -> None:
    desk.write("01", "# mine\n")
    (desk.exercise("01").work / "notes.txt").write_text("mine too")

    for word in ("check", "hint", "solution", "skip", "progress"):
        desk.make(word, "E=01")

    assert desk.exercise("01").main.read_text(encoding="utf-8") == "# mine\n"
    assert (desk.exercise("01").work / "notes.txt").read_text() == "mine too"


def test_progress_tells_done_tried_skipped_and_not_begun(desk: Desk) -> None:
    desk.solve("01")
    desk.make("check", "E=01")
    desk.make("skip", "E=00")
    desk.make("skip", "E=02")

    shown = desk.make("progress").stdout

    assert "  done       01_echo\n" in shown
    assert "  skipped    02_depends\n" in shown
    assert "  not begun  03_manager\n" in shown
    # What was skipped waits until the rest is done.
    assert f"1 of {len(names())} done. Next: make check E=03" in shown

    desk.make("check", "E=02")

    assert "  tried      02_depends\n" in desk.make("progress").stdout


@pytest.mark.thorough
def test_done_stays_done(desk: Desk) -> None:
    desk.solve("01")
    desk.make("check", "E=01")
    desk.write("01", "")
    desk.make("check", "E=01")

    assert "nothing to skip" in desk.make("skip", "E=01").stdout
    assert "  done       01_echo\n" in desk.make("progress").stdout


@pytest.mark.parametrize(
    "text",
    some_in_each_run(
        ["{", "", "[]", '{"01_echo": 1}', '{"01_echo": {"state": "lost", "hints": 0}}'], ["{"]
    ),
)
def test_a_broken_progress_file_is_kept_aside_and_said(desk: Desk, text: str) -> None:
    where = progress.path(desk.root)
    where.parent.mkdir()
    where.write_text(text)

    ended = desk.make("hint", "E=01")

    assert ended.returncode == 0
    assert ended.stdout.startswith("Hint 1 of ")
    assert ended.stderr == (
        "Your progress could not be read and starts again; see work/progress.json.1.\n"
    )
    assert (where.parent / "progress.json.1").read_text() == text
    assert progress.load(desk.root).of("01_echo").hints == 1


def test_progress_is_written_whole_or_not_at_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make("hint", "E=01")
    monkeypatch.setattr("practice.progress.Progress.model_dump_json", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError), progress.change(desk.root) as known:
        known.of("01_echo").hints = 3
    monkeypatch.undo()

    assert progress.load(desk.root).of("01_echo").hints == 1


def test_marks_need_no_colour_and_a_pipe_gets_none(desk: Desk) -> None:
    ended = desk.make("check", "E=02")

    assert "[pass] " in ended.stdout
    assert "[fail] " in ended.stdout
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_colour_unless_it_says_no(
    desk: Desk, no_colour: str, *, coloured: bool
) -> None:
    here, there = pty.openpty()
    with os.fdopen(here, "rb", buffering=0) as screen:
        subprocess.run(
            ["make", "-s", "solution", "E=01", "YES=1"],
            cwd=desk.root,
            env={**desk.env, "NO_COLOR": no_colour},
            stdout=there,
            timeout=30,
            check=True,
        )
        shown = screen.read(65_536)
        os.close(there)

    assert (b"\x1b[32m+" in shown) is coloured


def test_watch_checks_once_more_for_each_save(desk: Desk) -> None:
    with Terminal(desk, "make", "-s", "check", "E=01", "WATCH=1") as terminal:
        terminal.wait_for(WAITING)
        assert terminal.log.count("[fail]") == 1

        desk.solve("01")
        terminal.wait_for(WAITING, times=2)
        assert "All 6 checks pass." in terminal.log

        desk.write("01", "app = (\n")
        terminal.wait_for(WAITING, times=3)

        terminal.interrupt()

    assert terminal.log.count("Exercise 01_echo:") == 3
    assert "'(' was never closed" in terminal.log
    assert "Traceback" not in terminal.log


def test_the_exercise_runs_in_a_browser_from_the_learners_copy(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Terminal(desk, "make", "-s", "exercise", "E=01", f"PORT={port}") as terminal:
        terminal.wait_for("Application startup complete.")

        page = httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False)

    assert "The hut line" in page.text
    assert "Your copy is work/01_echo/." in terminal.log


def test_a_taken_port_is_named_with_the_way_out(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = desk.make("exercise", "E=01", f"PORT={port}")

    assert ended.returncode != 0
    assert f"Port {port} is in use; try: make exercise E=01 PORT={port + 1}" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_help_names_each_command_and_its_options(desk: Desk) -> None:
    ended = desk.word("--help", env={"COLUMNS": "100"})
    check = desk.word("check", "--help", env={"COLUMNS": "100"})

    assert ended.returncode == check.returncode == 0
    for word in ("check", "run", "hint", "solution", "skip", "reset", "progress"):
        assert f" {word} " in ended.stdout
    assert "--watch" in check.stdout


@pytest.mark.parametrize("word", ["progress", "check"])
def test_a_reader_that_ends_early_is_no_error(desk: Desk, word: str) -> None:
    start = [] if word == "progress" else ["02"]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nobody:
        ended = subprocess.run(
            [sys.executable, "-m", "practice", word, *start],
            cwd=desk.root,
            env=desk.env,
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr == ""


def test_work_as_a_file_is_named(desk: Desk) -> None:
    (desk.root / "work").write_text("")

    for words in (["check", "01"], ["progress"]):
        ended = desk.word(*words)
        assert ended.returncode == 2
        assert ended.stderr.startswith("work is a file")


def test_a_solution_is_not_shown_to_who_has_not_begun(desk: Desk) -> None:
    ended = desk.make("solution", "E=01")

    assert ended.returncode == 0
    assert "You have not begun exercise 01_echo" in ended.stdout
    assert "---" not in ended.stdout


def test_a_reset_exercise_is_not_begun(desk: Desk) -> None:
    desk.solve("01")
    desk.word("check", "01")

    for start in ("01", "02"):
        desk.word("reset", start)

    shown = desk.word("progress").stdout
    assert "  not begun  01_echo\n" in shown
    assert "  not begun  02_depends\n" in shown


def test_0_is_off(desk: Desk) -> None:
    desk.solve("01")

    assert "Waiting" not in desk.make("check", "E=01", "WATCH=0").stdout


def test_a_failed_check_and_a_watch_end_without_a_word_of_makes(desk: Desk) -> None:
    with Terminal(desk, "make", "-s", "check", "E=02", "WATCH=1") as terminal:
        terminal.wait_for(WAITING)
        terminal.interrupt()

    assert "Error" not in terminal.log
    assert "***" not in terminal.log
    assert desk.word("check", "02").returncode == 1


@pytest.mark.thorough
def test_watch_goes_on_after_the_copy_was_deleted_and_reset(desk: Desk) -> None:
    with Terminal(desk, "make", "-s", "check", "E=02", "WATCH=1") as terminal:
        terminal.wait_for(WAITING)
        shutil.rmtree(desk.exercise("02").work)
        terminal.wait_for("is missing.")
        seen = terminal.log.count(WAITING)
        terminal.wait_for(WAITING, times=max(seen, 2))
        desk.word("reset", "02")
        terminal.wait_for("[pass]", times=2)
        seen = terminal.log.count(WAITING)
        desk.solve("02")
        terminal.wait_for("checks pass. Next: make check E=03")


@pytest.mark.thorough
def test_an_app_in_an_endless_loop_is_stopped_by_a_save_and_by_ctrl_c(desk: Desk) -> None:
    # Signals are uvicorn's by the time that a lifespan runs, and uvicorn waits for the loop.
    loop = (
        "async def app(scope, receive, send):\n"
        "    print('looping', flush=True)\n"
        "    while True:\n        pass\n"
    )
    desk.solve("01")
    with Terminal(desk, "make", "-s", "exercise", "E=01", "PORT=0") as terminal:
        terminal.wait_for("Application startup complete.")
        desk.write("01", loop)
        terminal.wait_for("looping")
        desk.solve("01")
        terminal.wait_for("Your app does not end by itself, so it is stopped.")
        terminal.wait_for("Application startup complete.", times=2)
        desk.write("01", loop)
        terminal.wait_for("looping", times=2)
        terminal.interrupt()

    assert "Traceback" not in terminal.log
