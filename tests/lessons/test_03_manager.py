"""Lesson 3: what the page says of each step, over a real server."""

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import httpx2
import pytest
from websockets.asyncio.client import connect

from tests.support.client import closing, refusal, stalled
from tests.support.client import connect as connect_sync
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve

LESSON = ROOT / "lessons" / "03_manager"
STEPS = ("step_1", "step_2", "step_3", "main")
LATER = sorted(path.parent.name for path in (ROOT / "lessons").glob("*/manager.py"))


@dataclass
class Run:
    """What a client program printed, and the errors that the server logged meanwhile."""

    printed: str
    errors: list[str]


def run(client: str, program: str, implementation: str = "websockets-sansio") -> Run:
    """Run a program of clients/ against a program of the lesson, both as the page does."""
    with serve(f"lessons.03_manager.{program}:app", "--ws", implementation) as server:
        done = subprocess.run(
            [sys.executable, LESSON / "clients" / f"{client}.py", server.ws],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return Run(done.stdout.strip(), complaints(server.stop()))


def test_answers_the_sender_and_tells_the_others(server: Server) -> None:
    with connect_sync(f"{server.ws}/ws/1") as one, connect_sync(f"{server.ws}/ws/2") as two:
        one.send("hello")

        assert one.recv() == "You wrote: hello"
        assert two.recv() == "Client #1 says: hello"

        two.send("good day")

        assert two.recv() == "You wrote: good day"
        assert one.recv() == "Client #2 says: good day"


def test_says_once_who_left(server: Server) -> None:
    with connect_sync(f"{server.ws}/ws/1") as one:
        with connect_sync(f"{server.ws}/ws/2"):
            pass
        assert one.recv() == "Client #2 left the chat"
        one.send("anyone?")
        assert one.recv() == "You wrote: anyone?"


def test_refuses_a_client_id_that_is_not_a_number(server: Server) -> None:
    assert refusal(f"{server.ws}/ws/seven").status_code == 403


def test_naive_logs_a_traceback_for_nearly_each_that_leaves_together() -> None:
    left = run("leave_together", "naive")

    assert left.printed == "Twenty clients have left. Look at the server's log."
    assert len(left.errors) >= 10
    assert "await self.broadcast" not in left.errors[0]
    assert "in broadcast\n    await connection.send_text(message)" in left.errors[0]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("program", STEPS)
def test_twenty_leave_together_and_the_log_stays_empty(program: str, implementation: str) -> None:
    left = run("leave_together", program, implementation)

    assert left.printed == "Twenty clients have left. Look at the server's log."
    assert left.errors == []


async def test_twenty_leave_together_and_each_is_announced_once(server: Server) -> None:
    async with connect(f"{server.ws}/ws/1", proxy=None) as stays:
        urls = [f"{server.ws}/ws/{client_id}" for client_id in range(100, 120)]
        crowd = await asyncio.gather(*(connect(url, proxy=None) for url in urls))
        await asyncio.gather(*(client.close() for client in crowd))
        announced = [await stays.recv() for _ in crowd]

    assert sorted(announced) == [
        f"Client #{client_id} left the chat" for client_id in range(100, 120)
    ]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_naive_cuts_off_a_speaker_because_others_vanished(implementation: str) -> None:
    printed = run("vanish", "naive", implementation).printed

    assert printed.startswith("The speaker was cut off in ")
    assert printed != "The speaker was cut off in 0 of 30 rounds."


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("program", STEPS)
def test_a_speaker_outlives_those_who_vanish(program: str, implementation: str) -> None:
    vanished = run("vanish", program, implementation)

    assert vanished.printed == "The speaker was cut off in 0 of 30 rounds."
    assert vanished.errors == []


def test_step_1_forgets_nobody_who_left_by_an_error() -> None:
    with (
        serve("lessons.03_manager.step_1:app") as server,
        connect_sync(f"{server.ws}/ws/1") as one,
    ):
        with connect_sync(f"{server.ws}/ws/7") as seven:
            seven.send(bytes([1, 2, 3]))
            assert closing(seven) == (1006, "")
        server.wait_for_log("KeyError: 'text'")
        one.send("anyone?")

        # The next words are the answer: nobody said that client 7 had left.
        assert [one.recv(), one.recv()] == ["You wrote: anyone?", "Client #1 says: anyone?"]


@pytest.mark.parametrize("program", ["step_2", "step_3", "main"])
def test_says_who_left_by_sending_bytes(program: str) -> None:
    with (
        serve(f"lessons.03_manager.{program}:app") as server,
        connect_sync(f"{server.ws}/ws/1") as one,
        connect_sync(f"{server.ws}/ws/7") as seven,
    ):
        seven.send(bytes([1, 2, 3]))

        assert closing(seven) == (1003, "Send text, not bytes.")
        assert one.recv() == "Client #7 left the chat"
        one.send("hello")
        assert one.recv() == "You wrote: hello"


@pytest.mark.parametrize("program", ["naive", "step_1", "step_2"])
def test_falls_silent_behind_a_client_that_does_not_read(program: str) -> None:
    printed = run("stop_reading", program).printed

    assert printed.startswith("The listener received ")
    assert printed != "The listener received 200 of 200 messages."


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("program", ["step_3", "main"])
def test_nobody_waits_for_a_client_that_does_not_read(program: str, implementation: str) -> None:
    printed = run("stop_reading", program, implementation).printed

    assert printed == "The listener received 200 of 200 messages."


def test_says_once_that_a_client_which_does_not_read_has_left(server: Server) -> None:
    with (
        connect_sync(f"{server.ws}/ws/1") as one,
        connect_sync(f"{server.ws}/ws/2") as two,
        stalled(server.port, "/ws/99"),
    ):
        # Far more than the network holds for a client that does not read.
        for number in range(100):
            one.send(f"{number} " + "x" * 65_536)
            while not str(one.recv()).startswith("You wrote"):
                pass
        heard = [two.recv() for _ in range(101)]

    assert heard.count("Client #99 left the chat") == 1
    heard.remove("Client #99 left the chat")
    assert [text.split()[3] for text in heard] == [str(number) for number in range(100)]


def test_step_3_cuts_off_speakers_who_meet_at_one_client_under_the_older_implementation() -> None:
    spoken = run("speak_together", "step_3", "websockets")

    assert spoken.printed in {f"{number} of 4 speakers were cut off." for number in (1, 2, 3)}
    assert "AssertionError" in "".join(spoken.errors)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_speakers_who_meet_at_one_client_wait_for_each_other(implementation: str) -> None:
    spoken = run("speak_together", "main", implementation)

    assert spoken.printed == "0 of 4 speakers were cut off."
    assert spoken.errors == []


@pytest.mark.parametrize("name", LATER)
def test_later_lessons_have_the_manager_to_the_letter(name: str) -> None:
    main = (LESSON / "main.py").read_text("utf-8")
    start, end = "# Starlette has two ways", "\n\nmanager = ConnectionManager()"
    own = (ROOT / "lessons" / name / "manager.py").read_text("utf-8")

    assert main[main.index(start) : main.index(end)].strip() in own


def test_an_endpoint_that_does_not_receive_never_learns_that_its_client_left(
    tmp_path: Path,
) -> None:
    (tmp_path / "app.py").write_text(
        dedent(
            """
            import asyncio
            from fastapi import FastAPI, WebSocket

            app = FastAPI()
            waiting = set()

            @app.get("/waiting")
            async def count():
                return len(waiting)

            @app.websocket("/ws")
            async def wait(websocket: WebSocket):
                await websocket.accept()
                waiting.add(websocket)
                try:
                    await asyncio.Event().wait()
                finally:
                    waiting.discard(websocket)
            """
        )
    )
    with serve("app:app", "--timeout-graceful-shutdown", "1", cwd=tmp_path) as server:
        with connect_sync(f"{server.ws}/ws"):
            pass
        assert httpx2.get(f"{server.url}/waiting").json() == 1


def test_naive_tells_the_sender_twice(naive: Server) -> None:
    with connect_sync(f"{naive.ws}/ws/1") as one:
        one.send("hello")

        assert one.recv() == "You wrote: hello"
        assert one.recv() == "Client #1 says: hello"
