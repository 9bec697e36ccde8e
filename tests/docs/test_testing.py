"""The page on testing: its two ways to test an endpoint, and what one of them cannot see."""

from importlib import import_module

from fastapi.testclient import TestClient

from tests.support.client import closing, connect
from tests.support.server import Server, serve
from tests.support.wire import NAIVE, WAYS, Way, in_test_client, program

app = import_module("lessons.01_echo.main").app


def test_an_endpoint_answers() -> None:
    with TestClient(app).websocket_connect("/ws") as websocket:
        websocket.send_text("hello")

        assert websocket.receive_text() == "Message text was: hello"


def test_a_server_answers() -> None:
    with (
        serve("lessons.01_echo.main:app") as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        websocket.send("hello")

        assert websocket.recv() == "Message text was: hello"


def both(way: Way) -> tuple[str, str]:
    """Return what TestClient and what a program on the wire are told."""
    with serve(f"{NAIVE}:app") as server:
        return in_test_client(way), program(server, way)


def test_only_test_client_sees_the_reason_of_a_refusal() -> None:
    assert both(WAYS["B1"]) == ("1008 Nobody will read this.", "HTTP 403")


def test_only_test_client_sees_a_code_that_may_not_be_sent() -> None:
    assert both(WAYS["A10"]) == ("5000", "1006")


def test_only_test_client_sees_a_reason_of_500_bytes() -> None:
    assert both(Way(text=f"close 1000 {'x' * 500}")) == (f"1000 {'x' * 500}", "1006")


def test_only_test_client_sees_an_http_exception_after_accept() -> None:
    assert both(WAYS["A7"]) == ("HTTP 400 and a body", "1006")


def test_only_test_client_waits_for_an_endpoint_that_returned() -> None:
    assert both(WAYS["A5"]) == ("waits for ever", "1006")


def test_only_test_client_gets_an_answer_to_20_megabytes() -> None:
    message = "x" * 20_000_000
    with TestClient(app).websocket_connect("/ws") as websocket:
        websocket.send_text(message)
        assert len(websocket.receive_text()) > len(message)

    with serve("lessons.01_echo.main:app") as server:
        assert code_of(server, message) == 1009


def code_of(server: Server, message: str) -> int:
    with connect(f"{server.ws}/ws") as websocket:
        websocket.send(message)
        return closing(websocket)[0]
