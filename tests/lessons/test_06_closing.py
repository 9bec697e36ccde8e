"""Lesson 6: what the page says, over a real server."""

import pytest

from tests.support.client import closing, connect, refusal
from tests.support.server import Server, complaints, serve

ENDINGS = {
    "bye": (1000, "Bye."),
    "close 1003 Why": (1003, "Why"),
    "close 1008 Why": (1008, "Why"),
    "close 1009 Why": (1009, "Why"),
    "close 1011 Why": (1011, "Why"),
    "close 1013 Why": (1013, "Why"),
    "close 4000 Why": (4000, "Why"),
    f"close 1000 {'é' * 100}": (1000, "é" * 61),
    "close 100": (1011, "The server failed."),
    "close 1006": (1011, "The server failed."),
    f"close {'9' * 5000}": (1011, "The server failed."),
    "twice": (1000, "Once."),
    "return": (1000, "That was all."),
    "raise": (1011, "The server failed."),
    "raise WebSocketException": (1008, "This is against the rules."),
    "raise HTTPException": (1011, "The server failed."),
}


@pytest.mark.parametrize("text", ENDINGS, ids=lambda text: text[:24])
def test_ends_with_the_code_and_tells_the_others(server: Server, text: str) -> None:
    with connect(f"{server.ws}/ws/1") as one, connect(f"{server.ws}/ws/2") as two:
        two.send(text)

        assert closing(two) == ENDINGS[text]
        assert one.recv() == "Client #2 left the chat"


def test_chats_as_long_as_nobody_asks_for_an_end(server: Server) -> None:
    with connect(f"{server.ws}/ws/1") as websocket:
        for text in ("hello", "", "close", "close it", "close ²"):
            websocket.send(text)

            assert websocket.recv() == f"You wrote: {text}"


def test_refuses_by_close_with_403_and_without_the_reason(server: Server) -> None:
    response = refusal(f"{server.ws}/ws/1?refusal=close")

    assert (response.status_code, response.body) == (403, b"")


def test_refuses_by_denial_response_with_status_header_and_body(server: Server) -> None:
    response = refusal(f"{server.ws}/ws/1?refusal=denial")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "3600")
    assert response.body == b'{"detail":"Closed on Sundays."}'


def test_refuses_by_http_exception_with_status_header_and_body(server: Server) -> None:
    response = refusal(f"{server.ws}/ws/1?refusal=exception")

    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert response.body == b'{"detail":"Sign in first."}'


def test_logs_a_bug_in_one_line_and_nothing_else() -> None:
    with serve("lessons.06_closing.main:app") as server:
        for text in ENDINGS:
            with connect(f"{server.ws}/ws/1") as websocket:
                websocket.send(text)
                closing(websocket)
        log = server.stop()

    assert "Client #1 met a bug: ZeroDivisionError('This is a bug.')" in log
    assert complaints(log) == []


NAIVE = {
    "bye": "ProtocolError: invalid status code",
    "close 1006": "ProtocolError: invalid status code",
    f"close 1000 {'é' * 100}": "ProtocolError: control frame too long",
    "return": "accepted",
    "raise": "ZeroDivisionError: This is a bug.",
    "raise HTTPException": "RuntimeError: Expected ASGI message 'websocket.send'",
}


@pytest.mark.parametrize("text", NAIVE, ids=lambda text: text[:24])
def test_naive_ends_without_a_close_frame(naive: Server, text: str) -> None:
    with connect(f"{naive.ws}/ws/1") as websocket:
        websocket.send(text)

        assert closing(websocket) == (1006, "")
    naive.wait_for_log(NAIVE[text])


def test_naive_logs_an_error_though_the_client_saw_1000(naive: Server) -> None:
    with connect(f"{naive.ws}/ws/1") as websocket:
        websocket.send("twice")

        assert closing(websocket) == (1000, "Once.")
    naive.wait_for_log('Cannot call "send" once a close message has been sent')


@pytest.mark.parametrize("way", ["bug", "return"])
def test_naive_answers_500_when_it_ends_before_it_accepts(naive: Server, way: str) -> None:
    assert refusal(f"{naive.ws}/ws/1?refusal={way}").status_code == 500
