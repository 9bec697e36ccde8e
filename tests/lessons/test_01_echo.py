"""Lesson 1: what the page says, over a real server."""

import subprocess
import sys
from pathlib import Path

import fastapi
import httpx2
import pytest
import starlette.websockets

from tests.support.client import closing, connect, refusal
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve

LESSON = ROOT / "lessons" / "01_echo"
PROGRAMS = ("naive", "step_1", "step_2", "main")

each_implementation = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)


def errors_after_leaving(program: str, implementation: str) -> list[str]:
    """Return what the server logs when a client leaves while nobody is speaking."""
    with serve(f"lessons.01_echo.{program}:app", "--ws", implementation) as server:
        with connect(f"{server.ws}/ws") as websocket:
            websocket.send("hello")
            assert websocket.recv() == "Message text was: hello"
        return complaints(server.stop())


def errors_after_hanging_up(program: str, implementation: str) -> list[str]:
    """Return what the server logs when the page's program leaves before it is answered."""
    with serve(f"lessons.01_echo.{program}:app", "--ws", implementation) as server:
        done = subprocess.run(
            [sys.executable, LESSON / "clients" / "hang_up.py", server.ws],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.startswith("The client has left before its answers came.")
        return complaints(server.stop())


def test_sends_each_text_back(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        websocket.send("hello")
        websocket.send("")

        assert websocket.recv() == "Message text was: hello"
        assert websocket.recv() == "Message text was: "


def test_closes_with_1003_when_it_gets_bytes(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        websocket.send(b"hello")

        assert closing(websocket) == (1003, "Send text, not bytes.")


@each_implementation
@pytest.mark.parametrize("program", ["naive", "step_1"])
def test_logs_an_error_when_a_client_leaves_a_loop_that_only_receives(
    program: str, implementation: str
) -> None:
    (error,) = errors_after_leaving(program, implementation)

    assert "Exception in ASGI application" in error
    assert "text = await websocket.receive_text()" in error
    assert "WebSocketDisconnect: (" in error


@each_implementation
@pytest.mark.parametrize("program", ["step_2", "main"])
def test_logs_no_error_when_a_client_leaves(program: str, implementation: str) -> None:
    assert errors_after_leaving(program, implementation) == []


@each_implementation
def test_step_2_logs_an_error_when_a_client_leaves_before_its_answer(implementation: str) -> None:
    (error,) = errors_after_hanging_up("step_2", implementation)

    assert 'in echo\n    await websocket.send_text(f"Message text was: {text}")' in error
    assert "WebSocketDisconnect" in error


@each_implementation
def test_logs_no_error_when_a_client_leaves_before_its_answer(implementation: str) -> None:
    assert errors_after_hanging_up("main", implementation) == []


@each_implementation
@pytest.mark.parametrize("program", PROGRAMS[:-1])
def test_drops_a_client_that_sends_bytes_until_the_last_step(
    program: str, implementation: str
) -> None:
    with serve(f"lessons.01_echo.{program}:app", "--ws", implementation) as server:
        with connect(f"{server.ws}/ws") as websocket:
            websocket.send(b"hello")

            assert closing(websocket) == (1006, "")
        server.wait_for_log("KeyError: 'text'")


def test_naive_page_looks_for_its_server_on_port_8000(naive: Server) -> None:
    assert 'new WebSocket("ws://localhost:8000/ws")' in httpx2.get(naive.url).text


@pytest.mark.parametrize("program", PROGRAMS[1:])
def test_each_step_serves_the_page_that_finds_its_server(program: str) -> None:
    with serve(f"lessons.01_echo.{program}:app") as server:
        page = httpx2.get(server.url).text

    assert page == (LESSON / "index.html").read_text("utf-8")
    assert 'new WebSocket("ws")' in page


def test_messages_arrive_whole_and_in_order(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        for number in range(500):
            websocket.send(f"{number} " + "x" * number)
            assert websocket.recv() == f"Message text was: {number} " + "x" * number


def test_fastapi_and_starlette_have_one_websocket_class() -> None:
    assert fastapi.WebSocket is starlette.websockets.WebSocket


def test_without_a_websocket_library_every_handshake_gets_404(tmp_path: Path) -> None:
    for library in ("websockets", "wsproto"):
        (tmp_path / f"{library}.py").write_text("raise ImportError('not installed')")

    with serve("lessons.01_echo.main:app", env={"PYTHONPATH": str(tmp_path)}) as server:
        assert refusal(f"{server.ws}/ws").status_code == 404
        server.wait_for_log("No supported WebSocket library detected")
