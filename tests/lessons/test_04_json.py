"""Lesson 4: what the page says of each step, over a real server."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import WebSocket
from websockets.sync.client import ClientConnection

from tests.support.client import closing, connect
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve

LESSON = ROOT / "lessons" / "04_json"
STEPS = ("step_1", "step_2", "step_3", "main")

UNREADABLE = "The listener got a message that is not JSON."
READABLE = "The listener could read every message."


def run(client: str, program: str, implementation: str = "websockets-sansio") -> tuple[str, str]:
    """Run a program of clients/ as the page does, and return what it printed, and the log."""
    with serve(f"lessons.04_json.{program}:app", "--ws", implementation) as server:
        done = subprocess.run(
            [sys.executable, LESSON / "clients" / f"{client}.py", server.ws],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip(), server.stop()


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


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_naive_passes_on_what_is_not_json(implementation: str) -> None:
    assert run("send_nan", "naive", implementation)[0] == UNREADABLE


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("program", STEPS)
def test_everybody_can_read_what_the_server_sends(program: str, implementation: str) -> None:
    assert run("send_nan", program, implementation)[0] == READABLE


OUTCOMES = {
    "naive": (12, 0, 0, 0),
    "step_1": (2, 1, 9, 0),
    "step_2": (1, 0, 11, 0),
    "step_3": (0, 0, 12, 0),
    "main": (0, 0, 0, 12),
}
"""How many of the twelve wrong messages are cut off, accepted, closed with a reason, answered."""


@pytest.mark.parametrize("program", OUTCOMES)
def test_what_becomes_of_twelve_wrong_messages(program: str) -> None:
    printed, log = run("send_wrong", program)

    cut_off, accepted, closed, answered = OUTCOMES[program]
    assert printed == (
        f"Cut off: {cut_off}, accepted: {accepted},"
        f" closed with a reason: {closed}, answered: {answered}."
    )
    assert bool(complaints(log)) == bool(cut_off)


CLOSED = [
    ("step_1", "hello", (1007, "Send JSON.")),
    ("step_1", b"{}", (1003, "Send text, not bytes.")),
    ("step_1", '{"type": "say"}', (1003, "Send text, not bytes.")),
    ("step_1", '{"type": "roll", "sides": 0}', (1007, "Send JSON.")),
    ("step_1", '{"type": "roll", "sides": "6"}', (1006, "")),
    ("step_2", '{"type": "say", "text": 5}', (1007, "Send one of the messages, as JSON.")),
    ("step_2", '{"type": "roll", "sides": 0}', (1007, "Send one of the messages, as JSON.")),
    ("step_2", '{"type": "shout"}', (1003, "Send text, not bytes.")),
    ("step_2", "[]", (1006, "")),
    ("step_3", "[]", (1007, "Send one of the messages, as JSON.")),
    ("step_3", '{"type": "shout"}', (1007, "Send one of the messages, as JSON.")),
    ("step_3", '{"type": "say"}', (1007, "Send one of the messages, as JSON.")),
]


@pytest.mark.parametrize(("program", "message", "end"), CLOSED)
def test_a_step_closes_after_a_wrong_message(
    program: str, message: str | bytes, end: tuple[int, str]
) -> None:
    with (
        serve(f"lessons.04_json.{program}:app") as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        websocket.send(message)

        assert closing(websocket) == end


def test_step_1_tells_everybody_a_number_where_a_text_is_due() -> None:
    with serve("lessons.04_json.step_1:app") as server, connect(f"{server.ws}/ws") as one:
        assert exchange(one, '{"type": "say", "text": 5}')["text"] == 5


def test_step_1_writes_null_for_what_json_has_no_word_for() -> None:
    with serve("lessons.04_json.step_1:app") as server, connect(f"{server.ws}/ws") as one:
        assert exchange(one, '{"type": "say", "text": 1e999}')["text"] is None


@pytest.mark.parametrize("program", STEPS)
def test_every_event_has_a_time_and_says_who_left(program: str) -> None:
    with (
        serve(f"lessons.04_json.{program}:app") as server,
        connect(f"{server.ws}/ws") as one,
    ):
        with connect(f"{server.ws}/ws") as two:
            said = exchange(two, '{"type": "say", "text": "bye"}')
            assert json.loads(one.recv()) == said
        left = json.loads(one.recv())

    assert (left["type"], left["client"]) == ("left", said["client"])
    for event in (said, left):
        assert datetime.fromisoformat(event["at"]) <= datetime.now(UTC)


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
