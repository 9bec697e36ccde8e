"""Lesson 4: what the page says, over a real server."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import WebSocket
from websockets.sync.client import ClientConnection

from tests.support.client import closing, connect
from tests.support.server import Server, serve


def exchange(websocket: ClientConnection, message: str | bytes) -> dict[str, Any]:
    websocket.send(message)
    return json.loads(websocket.recv())


def test_tells_everybody_what_one_says(server: Server) -> None:
    with connect(f"{server.ws}/ws") as one, connect(f"{server.ws}/ws") as two:
        said = exchange(one, '{"type": "say", "text": "hello"}')

        assert (said["type"], said["text"]) == ("said", "hello")
        assert json.loads(two.recv()) == said


def test_sends_a_time_that_programs_can_read(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        said = exchange(websocket, '{"type": "say", "text": "hello"}')

    assert datetime.fromisoformat(said["at"]) <= datetime.now(UTC)


def test_rolls_a_die_with_the_sides_asked_for(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        rolled = exchange(websocket, '{"type": "roll", "sides": 2}')
        usual = exchange(websocket, '{"type": "roll"}')

    assert rolled["value"] in (1, 2)
    assert usual["sides"] == 6


def test_tells_who_left(server: Server) -> None:
    with connect(f"{server.ws}/ws") as one:
        with connect(f"{server.ws}/ws") as two:
            client = exchange(two, '{"type": "say", "text": "bye"}')["client"]
            assert json.loads(one.recv())["text"] == "bye"
        left = json.loads(one.recv())

    assert (left["type"], left["client"]) == ("left", client)


WRONG = {
    "binary": (b'{"type": "say", "text": "x"}', "Send text, not bytes."),
    "empty": ("", "This is not JSON: EOF while parsing a value"),
    "broken": ('{"type": "say"', "This is not JSON: EOF while parsing an object"),
    "not JSON": ("hello", "This is not JSON: expected value"),
    "deep": ("[" * 200_000, "This is not JSON: recursion limit exceeded"),
    "NaN": ("NaN", "This is not JSON: expected value"),
    "NaN inside": ('{"type": "roll", "sides": NaN}', "This is not JSON: expected value"),
    "too large for a number": ('{"type": "roll", "sides": 1e999}', "sides: Input should be a"),
    "half a character": ('{"type": "say", "text": "\\ud800"}', "This is not JSON: unexpected end"),
    "a list": ("[]", "Input should be a valid dictionary"),
    "no type": ("{}", "Unable to extract tag using discriminator 'type'"),
    "unknown type": ('{"type": "shout"}', "Input tag 'shout' found using 'type' does not match"),
    "missing field": ('{"type": "say"}', "text: Field required"),
    "wrong field": ('{"type": "say", "text": 5}', "text: Input should be a valid string"),
    "number as text": ('{"type": "roll", "sides": "6"}', "sides: Input should be a valid integer"),
    "too small": ('{"type": "roll", "sides": 1}', "sides: Input should be greater than or equal"),
}


@pytest.mark.parametrize("name", WRONG)
def test_answers_a_wrong_message_and_listens_on(server: Server, name: str) -> None:
    message, detail = WRONG[name]
    with connect(f"{server.ws}/ws") as websocket:
        error = exchange(websocket, message)
        said = exchange(websocket, '{"type": "say", "text": "still here"}')

    assert error["type"] == "error"
    assert error["detail"].startswith(detail)
    assert said["text"] == "still here"


def test_keeps_its_answer_short_when_the_message_is_long(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        error = exchange(websocket, json.dumps({"type": "x" * 1_000_000}))

    assert len(error["detail"]) == 200


DEADLY = {
    "binary": (b"{}", "KeyError: 'text'"),
    "not JSON": ("hello", "json.decoder.JSONDecodeError"),
    "deep": ("[" * 200_000, "RecursionError"),
    "no type": ("{}", "KeyError: 'type'"),
    "unknown type": ('{"type": "shout"}', "UnboundLocalError"),
    "a time": ('{"type": "time"}', "TypeError: Object of type datetime is not JSON serializable"),
}


@pytest.mark.parametrize("name", DEADLY)
def test_naive_dies_of(naive: Server, name: str) -> None:
    message, error = DEADLY[name]
    with connect(f"{naive.ws}/ws") as websocket:
        websocket.send(message)

        assert closing(websocket) == (1006, "")
    naive.wait_for_log(error)


def test_naive_sends_what_no_browser_can_parse() -> None:
    with serve("lessons.04_json.naive:app") as naive, connect(f"{naive.ws}/ws") as websocket:
        websocket.send('{"type": "say", "text": NaN}')

        assert '"text":NaN' in str(websocket.recv())


async def receive(call: str, message: dict[str, str | bytes]) -> str:
    """Return the name of the error a call meets with a message, or what it gives."""
    inbox = [{"type": "websocket.connect"}, {"type": "websocket.receive", **message}]

    async def next_message() -> Any:  # noqa: ANN401 - ASGI messages are dictionaries
        return inbox.pop(0)

    async def ignore(_: object) -> None: ...

    websocket = WebSocket({"type": "websocket"}, next_message, ignore)
    await websocket.accept()
    try:
        return repr(await getattr(websocket, call)())
    except Exception as error:  # noqa: BLE001 - its name is what the page says
        return type(error).__name__


@pytest.mark.parametrize(
    ("call", "message", "outcome"),
    [
        ("receive_text", {"bytes": b"x"}, "KeyError"),
        ("receive_bytes", {"text": "x"}, "KeyError"),
        ("receive_json", {"bytes": b"{}"}, "KeyError"),
        ("receive_json", {"text": "hello"}, "JSONDecodeError"),
        ("receive_json", {"text": "[" * 200_000}, "RecursionError"),
        ("receive", {"text": "x"}, "{'type': 'websocket.receive', 'text': 'x'}"),
    ],
)
async def test_each_call_receives_one_kind_of_message(
    call: str, message: dict[str, str | bytes], outcome: str
) -> None:
    assert await receive(call, message) == outcome
