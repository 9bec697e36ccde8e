"""Whatever a learner's app does, the answer is a sentence, and it comes within seconds."""

import signal
import subprocess
import time
from textwrap import dedent

import pytest

from tests.exercises.conftest import Desk

HEAD = """\
import os, time
from fastapi import FastAPI, WebSocket
app = FastAPI()
@app.get("/")
async def page() -> str:
    return "here"
@app.websocket("/ws")
async def station(websocket: WebSocket) -> None:
    await websocket.accept()
"""
GREETS = '    await websocket.send_text("Station here. Go ahead.")\n'

FAULTS = {
    "a syntax error": (
        "app = (1,\ndef x():\n    pass\n",
        ["Python cannot read work/01_echo/main.py, line 1: '(' was never closed.", "app = (1,"],
    ),
    "a colon left out": (
        HEAD + "    while True\n        pass\n",
        ["line 10: expected ':'.", "             while True\n                       ^"],
    ),
    "a tab among blanks": (HEAD + "\tpass\n", ["line 10: ", "indent"]),
    "a null byte": ("app = 1\0\n", ["Python cannot read work/01_echo/main.py"]),
    "no app": ("from fastapi import FastAPI\n", ['work/01_echo/main.py has no "app"']),
    "an empty file": ("", ['work/01_echo/main.py has no "app"']),
    "an unknown module": (
        "import nowhere\n",
        ["Your app does not start: ModuleNotFoundError at line 1", "No module named 'nowhere'"],
    ),
    "an unknown name": (
        "app = FastApi()\n",
        ["Your app does not start: NameError at line 1", "app = FastApi()"],
    ),
    "an error at startup": (
        dedent("""\
            from contextlib import asynccontextmanager
            from fastapi import FastAPI
            @asynccontextmanager
            async def lifespan(app):
                raise OSError("no mast")
                yield
            app = FastAPI(lifespan=lifespan)
        """),
        ["Your app does not start: OSError at line 5 of work/01_echo/main.py: no mast"],
    ),
    "an exit at import": ("raise SystemExit(3)\n", ["Your app ended before it served anybody."]),
    "an endless loop at import": (
        HEAD + "while True:\n    pass\n",
        ["Your app does not start: it is not ready after", "It stands at line"],
    ),
    "an endless loop in a handler": (
        HEAD + "    while True:\n        pass\n",
        ["Your app is frozen: it answers nobody. It stands at line"],
    ),
    "a long sleep in a handler": (
        HEAD + "    time.sleep(60)\n",
        ["Your app is frozen", "It stands at line 10, 'time.sleep(60)'."],
    ),
    "a short sleep in a handler": (
        HEAD + "    time.sleep(0.8)\n",
        [
            "[note] Your app stood still for 0.8 seconds, and everybody waited: it was at line 10",
            "'time.sleep(0.8)'.",
        ],
    ),
    "long work in a handler": (
        HEAD
        + "    end = time.process_time() + 0.7\n"
        + "    while time.process_time() < end:\n        str(end)\n",
        ["[note] Your app stood still for", "and everybody waited: it was at line 1"],
    ),
    "an error in a handler": (
        HEAD + '    raise ValueError("fog")\n',
        ["breaks the connection off (1006)", "Its log has an error: ValueError at line 10", "fog"],
    ),
    "an error in a group": (
        HEAD.replace("import os", "import asyncio, os")
        + "    async with asyncio.TaskGroup() as group:\n        group.create_task(fall())\n"
        + 'async def fall() -> None:\n    raise ValueError("group")\n',
        ["Its log has an error:", "at line 13 of work/01_echo/main.py: group"],
    ),
    "an error in a thread": (
        HEAD.replace("import os", "import threading, os")
        + "    threading.Thread(target=fall).start()\n    await websocket.receive()\n"
        + 'def fall() -> None:\n    raise ValueError("deep\\nfog")\n',
        ["Its log has an error: ValueError at line 13 of work/01_echo/main.py: deep raise"],
    ),
    "an error that is logged": (
        HEAD.replace("import os", "import logging, os")
        + '    try:\n        int("fog")\n    except ValueError:\n'
        + '        logging.getLogger("hut").exception("Lost.")\n',
        ["Its log has an error: ValueError at line 11 of work/01_echo/main.py: invalid literal"],
    ),
    "an exit in a handler": (
        HEAD + "    os._exit(7)\n",
        ["Your app ended by itself (exit code 7)."],
    ),
    "a missing await": (
        HEAD + GREETS.replace("await ", ""),
        ["[note] You call send_text() without await, so it never runs."],
    ),
    "no endpoint": (
        "from fastapi import FastAPI\napp = FastAPI()\n",
        ["Your app refuses the handshake of /ws with HTTP 403."],
    ),
    "no accept": (
        HEAD.replace("    await websocket.accept()\n", "    pass\n"),
        ["Your app refuses the handshake of /ws with HTTP 500."],
    ),
    "a handshake that is never answered": (
        HEAD.replace("    await websocket.accept()\n", "    await websocket.receive()\n")
        + "    await websocket.receive()\n",
        ["Nobody answers the handshake of /ws."],
    ),
    "bytes in place of text": (
        HEAD + '    await websocket.send_bytes(b"hello")\n',
        ["Your app sends the bytes b'hello', and should send text."],
    ),
    "a close in place of text": (
        HEAD + '    await websocket.close(4000, "No.")\n',
        ["Your app closes the connection (4000 No.), and should say something."],
    ),
}


IDLE = {"long work in a handler"}
"""What is measured in processor time, which a run of all tests on two cores does not leave it."""


@pytest.mark.parametrize(
    "fault",
    [pytest.param(one, marks=[pytest.mark.thorough] if one in IDLE else []) for one in FAULTS],
)
def test_a_fault_is_a_sentence_within_seconds(fault: str, desk: Desk) -> None:
    source, words = FAULTS[fault]
    desk.write("01", source)
    begun = time.monotonic()

    ended = desk.word("check", "01")

    assert ended.returncode == 1
    assert time.monotonic() - begun < 25
    assert "Traceback" not in ended.stdout + ended.stderr
    assert not ended.stderr
    assert ended.stdout.count("[fail]") == 1
    said = " ".join(ended.stdout.split())
    for part in words:
        # A caret stands below its place, so there the blanks count.
        assert part in (ended.stdout if "^" in part else said)


def test_what_is_printed_is_shown_beside_the_check_during_which_it_was(desk: Desk) -> None:
    solved = desk.exercise("01").solution.read_text(encoding="utf-8")
    accept = "    await websocket.accept()\n"
    assert accept in solved
    loud = 'print("a hut calls", end=" ")\n    print("\\n".join(["now"] + ["wind"] * 11))'
    desk.write("01", solved.replace(accept, f"{accept}    {loud}\n"))

    ended = desk.word("check", "01")

    assert ended.returncode == 0, ended.stdout
    printed = (
        "       > a hut calls now\n" + "       > wind\n" * 9 + " " * 9 + "… and 2 lines more.\n"
    )
    first, *_ = ended.stdout.split("  [pass] ")[1:]
    assert first == f"The station greets a hut before the hut says anything.\n{printed}"
    assert '{"' not in ended.stdout


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process.")
def test_a_machine_that_stands_still_is_not_the_learners_fault(desk: Desk) -> None:
    desk.write(
        "01",
        HEAD
        + "    import subprocess\n"
        + "    at = os.getpid()\n"
        + "    stop = f'kill -STOP {at}; sleep 0.8; kill -CONT {at}'\n"
        + "    begun = time.monotonic()\n"
        + "    subprocess.Popen(['sh', '-c', stop])\n"
        + "    time.sleep(0.2)\n"
        + "    await websocket.send_text(f'stood {time.monotonic() - begun > 0.6}')\n",
    )

    ended = desk.word("check", "01")

    assert "stood True" in ended.stdout
    assert "[note]" not in ended.stdout


def test_nothing_of_a_frozen_app_is_left_running(desk: Desk) -> None:
    pids = desk.root / "pids"
    desk.write(
        "01",
        HEAD
        + "    import subprocess, sys\n"
        + "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        + f"    open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        + "    while True:\n        pass\n",
    )

    ended = desk.word("check", "01")

    assert "Your app is frozen" in ended.stdout
    for pid in pids.read_text().split():
        assert not alive(int(pid))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be asked about does not."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_a_missing_file_is_named_with_the_way_back(desk: Desk) -> None:
    exercise = desk.exercise("02")
    exercise.begin()
    exercise.main.unlink()

    ended = desk.word("check", "02")

    assert ended.returncode == 1
    assert "work/02_depends/main.py is missing." in ended.stdout
    assert "`make reset E=02` puts the starter there." in ended.stdout
    assert not exercise.main.exists()
