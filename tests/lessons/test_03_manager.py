"""Lesson 3: what the page says, over a real server."""

import asyncio
from pathlib import Path
from textwrap import dedent

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection as ClientConnectionSync

from tests.support.client import closing, refusal, stalled
from tests.support.client import connect as connect_sync
from tests.support.pages import run_program
from tests.support.server import IMPLEMENTATIONS, Server, complaints, serve


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


def test_says_who_left_after_sending_bytes(server: Server) -> None:
    with connect_sync(f"{server.ws}/ws/1") as one, connect_sync(f"{server.ws}/ws/2") as two:
        two.send(b"hello")

        assert closing(two) == (1003, "Send text, not bytes.")
        assert one.recv() == "Client #2 left the chat"


@pytest.mark.parametrize("client_id", ["0", "-3", "abc", "1.5", "%207", "1_000", "9" * 26, "1%20"])
def test_refuses_a_client_id_that_is_not_a_plain_number(server: Server, client_id: str) -> None:
    assert refusal(f"{server.ws}/ws/{client_id}").status_code == 403


async def recv_until(websocket: ClientConnection, text: str) -> None:
    async with asyncio.timeout(10):
        while await websocket.recv() != text:
            pass


async def survives(server: Server, rounds: int) -> int:
    """Return in how many rounds a sender outlived a member that vanished as it spoke."""
    survived = 0
    for _ in range(rounds):
        async with connect(f"{server.ws}/ws/1", proxy=None) as sender:
            dead = await connect(f"{server.ws}/ws/2", proxy=None)
            dead.transport.abort()
            try:
                for text in ("first", "second"):
                    await sender.send(text)
                    await recv_until(sender, f"You wrote: {text}")
                survived += 1
            except ConnectionClosed:
                pass
    return survived


async def leave_together(server: Server) -> None:
    """Connect clients 100 to 119, and close them all at once."""
    urls = [f"{server.ws}/ws/{client_id}" for client_id in range(100, 120)]
    crowd = await asyncio.gather(*(connect(url, proxy=None) for url in urls))
    await asyncio.gather(*(client.close() for client in crowd))


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_a_sender_outlives_members_that_vanish(implementation: str) -> None:
    with serve("lessons.03_manager.main:app", "--ws", implementation) as server:
        assert await survives(server, 30) == 30
        assert complaints(server.stop()) == []


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_twenty_leave_together_and_each_is_told_of_once(implementation: str) -> None:
    with serve("lessons.03_manager.main:app", "--ws", implementation) as server:
        async with connect(f"{server.ws}/ws/1", proxy=None) as stays:
            await leave_together(server)
            told = [await stays.recv() for _ in range(20)]

        assert sorted(told) == [
            f"Client #{client_id} left the chat" for client_id in range(100, 120)
        ]
        assert complaints(server.stop()) == []


def test_a_member_that_does_not_read_is_dropped_and_nobody_misses_a_message(
    server: Server,
) -> None:
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


async def test_naive_ends_a_sender_because_another_client_vanished(naive: Server) -> None:
    async with asyncio.timeout(40):
        while await survives(naive, 1):
            pass


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_naive_logs_errors_when_twenty_leave_together(implementation: str) -> None:
    with serve("lessons.03_manager.naive:app", "--ws", implementation) as server:
        run_program("03_manager", server.port)

        assert server.stop().count("Exception in ASGI application") > 0


def test_an_endpoint_that_does_not_receive_is_not_told_that_its_client_left(
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
            async def first(websocket: WebSocket):
                await websocket.accept()
                waiting.add(websocket)
                try:
                    await asyncio.Event().wait()
                finally:
                    waiting.discard(websocket)

            @app.websocket("/ws")
            async def second(websocket: WebSocket):
                raise AssertionError("never reached")
            """
        )
    )
    with serve("app:app", "--timeout-graceful-shutdown", "1", cwd=tmp_path) as server:
        with connect_sync(f"{server.ws}/ws"):
            pass
        # The first of two endpoints with one path got the client, and knows nothing of its end.
        assert httpx2.get(f"{server.url}/waiting").json() == 1


def flood(websocket: ClientConnectionSync) -> None:
    """Say more than the network holds for a client that does not read."""
    for _ in range(200):
        websocket.send("x" * 65_536)
        # The sender's own copy of the broadcast comes after those of the members before it.
        while not str(websocket.recv(timeout=2)).startswith("Client"):
            pass


def test_naive_falls_silent_behind_a_member_that_does_not_read() -> None:
    with (
        serve("lessons.03_manager.naive:app") as naive,
        stalled(naive.port, "/ws/99"),
        connect_sync(f"{naive.ws}/ws/1") as one,
        pytest.raises(TimeoutError),
    ):
        flood(one)


def test_naive_tells_the_sender_twice(naive: Server) -> None:
    with connect_sync(f"{naive.ws}/ws/1") as one:
        one.send("hello")

        assert one.recv() == "You wrote: hello"
        assert one.recv() == "Client #1 says: hello"
