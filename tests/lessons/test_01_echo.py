"""Lesson 1: what the page says, over a real server."""

from pathlib import Path

import fastapi
import httpx2
import starlette.websockets

from tests.support.client import closing, connect, refusal
from tests.support.server import Server, complaints, serve


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


def test_logs_no_error_when_a_client_leaves() -> None:
    with serve("lessons.01_echo.main:app") as server:
        with connect(f"{server.ws}/ws") as websocket:
            websocket.send("hello")

        assert complaints(server.stop()) == []


def test_naive_logs_an_error_when_a_client_leaves(naive: Server) -> None:
    with connect(f"{naive.ws}/ws"):
        pass

    naive.wait_for_log(r"ERROR: +Exception in ASGI application")
    naive.wait_for_log(r"WebSocketDisconnect: \(<?.*1000")


def test_naive_drops_a_client_that_sends_bytes(naive: Server) -> None:
    with connect(f"{naive.ws}/ws") as websocket:
        websocket.send(b"hello")

        assert closing(websocket) == (1006, "")
    naive.wait_for_log("KeyError: 'text'")


def test_naive_page_looks_for_its_server_on_port_8000(naive: Server) -> None:
    assert 'new WebSocket("ws://localhost:8000/ws")' in httpx2.get(naive.url).text


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
