"""Lesson 8: what the page says, over a real server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import WebSocket, WebSocketDisconnect
from websockets.sync.client import ClientConnection

from tests.support.client import closing, connect, refusal
from tests.support.contract import all_complaints
from tests.support.pages import run_program
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve
from tests.support.speech import odd_lines

LESSON = ROOT / "lessons" / "08_routers"
HELLO = '{"type": "say", "text": "hello"}'

SHOUT = """
from typing import Literal

from pydantic import BaseModel

from ..messages import Client, table


class Shout(BaseModel):
    type: Literal["shout"]
    text: str


class Shouted(BaseModel):
    type: Literal["shouted"] = "shouted"
    text: str


@table.on(Shout)
async def shout(message: Shout, client: Client) -> None:
    await client.tell_all(Shouted(text=message.text.upper()))
"""

BUGS = {
    # Not the KeyError of a binary message, and not the ValueError of a bad one.
    "a key that is missing": ("{}[message.text]", "KeyError('x')"),
    "a number that is none": ("str(int(message.text))", 'ValueError("invalid literal for int()'),
    # Pydantic says it in several lines.
    "an event that is none": ("5", "1 validation error for Shouted text Input should be a valid"),
    "a group": (
        "[].x if not message else (_ for _ in ()).throw(ExceptionGroup('two', [OSError()]))",
        "ExceptionGroup('two', [OSError()])",
    ),
}


def exchange(websocket: ClientConnection, message: str | bytes) -> dict[str, Any]:
    websocket.send(message)
    return json.loads(websocket.recv())


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the lesson, to which a test adds what a reader would."""
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(LESSON, tmp_path / "08_routers", ignore=ignored)


def changed(copied: Path) -> list[str]:
    """Return the files in which a copy differs from the lesson."""
    paths = {
        path.relative_to(folder).as_posix(): None
        for folder in (LESSON, copied)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return [
        path
        for path in paths
        if not (LESSON / path).is_file()
        or not (copied / path).is_file()
        or (LESSON / path).read_bytes() != (copied / path).read_bytes()
    ]


def serve_copy(copied: Path, *options: str) -> Any:  # noqa: ANN401 - what serve() returns
    return serve("08_routers.main:app", *options, cwd=copied.parent)


def test_tells_everybody_what_one_says_and_rolls(server: Server) -> None:
    with connect(f"{server.ws}/ws/chat") as one, connect(f"{server.ws}/ws/chat") as two:
        said = exchange(one, HELLO)
        assert (said["type"], said["text"]) == ("said", "hello")
        assert json.loads(two.recv()) == said

        rolled = exchange(two, '{"type": "roll", "sides": 2}')
        assert rolled["value"] in (1, 2)
        assert json.loads(one.recv()) == rolled


def test_tells_who_left(server: Server) -> None:
    with connect(f"{server.ws}/ws/chat") as one:
        with connect(f"{server.ws}/ws/chat") as two:
            client = exchange(two, HELLO)["client"]
            assert json.loads(one.recv())["client"] == client
        left = json.loads(one.recv())

    assert (left["type"], left["client"]) == ("left", client)


def test_has_its_endpoint_below_the_prefix_of_its_router(server: Server) -> None:
    assert refusal(f"{server.ws}/chat").status_code == 403
    assert refusal(f"{server.ws}/ws").status_code == 403
    with connect(f"{server.ws}/ws/chat") as websocket:
        assert exchange(websocket, HELLO)["type"] == "said"


def test_manager_is_that_of_lesson_4_to_the_letter() -> None:
    manager = (LESSON / "manager.py").read_text("utf-8")
    before = (ROOT / "lessons/04_json/manager.py").read_text("utf-8")

    assert manager.startswith(before)


WRONG = {
    "binary": (HELLO.encode(), "Send text, not bytes."),
    "empty": ("", "This is not JSON: EOF while parsing a value"),
    "not JSON": ("hello", "This is not JSON: expected value"),
    "deep": ("[" * 200_000, "This is not JSON: recursion limit exceeded"),
    "NaN inside": ('{"type": "roll", "sides": NaN}', "This is not JSON: expected value"),
    "a list": ("[]", "Input should be a valid dictionary"),
    "no type": ("{}", "Unable to extract tag using discriminator 'type'"),
    "unknown type": (
        '{"type": "shout"}',
        "Input tag 'shout' found using 'type' does not match any of the expected tags: 'roll',",
    ),
    "missing field": ('{"type": "say"}', "text: Field required"),
    "too small": ('{"type": "roll", "sides": 1}', "sides: Input should be greater than or equal"),
}


@pytest.mark.parametrize("name", WRONG)
def test_answers_a_wrong_message_and_listens_on(server: Server, name: str) -> None:
    message, detail = WRONG[name]
    with connect(f"{server.ws}/ws/chat") as websocket:
        error = exchange(websocket, message)
        said = exchange(websocket, HELLO)

    assert error["type"] == "error"
    assert error["detail"].startswith(detail)
    assert said["text"] == "hello"


def test_a_message_more_is_one_file_more_and_no_other_file_touched(copied: Path) -> None:
    (copied / "features" / "shout.py").write_text(SHOUT)

    with serve_copy(copied) as server, connect(f"{server.ws}/ws/chat") as websocket:
        shouted = exchange(websocket, '{"type": "shout", "text": "hello"}')
        said = exchange(websocket, HELLO)
        error = exchange(websocket, '{"type": "whisper"}')

    assert shouted == {"type": "shouted", "text": "HELLO"}
    assert said["text"] == "hello"
    assert error["detail"].endswith("expected tags: 'roll', 'say', 'shout'")
    assert changed(copied) == ["features/shout.py"]


def test_a_message_more_in_a_feature_touches_its_file_alone(copied: Path) -> None:
    roll = copied / "features" / "roll.py"
    roll.write_text(roll.read_text("utf-8") + SHOUT.partition("import Client, table\n")[2])

    with serve_copy(copied) as server, connect(f"{server.ws}/ws/chat") as websocket:
        shouted = exchange(websocket, '{"type": "shout", "text": "hello"}')
        rolled = exchange(websocket, '{"type": "roll"}')

    assert shouted == {"type": "shouted", "text": "HELLO"}
    assert rolled["sides"] == 6
    assert changed(copied) == ["features/roll.py"]


def test_a_feature_less_is_one_file_less(copied: Path) -> None:
    (copied / "features" / "roll.py").unlink()

    with serve_copy(copied) as server, connect(f"{server.ws}/ws/chat") as websocket:
        error = exchange(websocket, '{"type": "roll"}')
        said = exchange(websocket, HELLO)

    assert error["detail"].endswith("expected tags: 'say'")
    assert said["text"] == "hello"


TWICE = {
    "the same model": (
        "from .roll import Roll\n@table.on(Roll)\nasync def cheat(message, client): ...\n",
        "TypeError: Roll has two handlers.",
    ),
    "another model of the same type": (
        SHOUT.partition("import Client, table\n")[2].replace('["shout"]', '["roll"]'),
        "TypeError: Value 'roll' for discriminator 'type' mapped to multiple choices",
    ),
}


@pytest.mark.parametrize("how", TWICE)
def test_two_handlers_of_one_type_stop_the_start(copied: Path, how: str) -> None:
    source, words = TWICE[how]
    head = SHOUT.partition("class Shout")[0]
    (copied / "features" / "second.py").write_text(head + source)

    command = [sys.executable, "-m", "uvicorn", "08_routers.main:app", "--port", "0"]
    ended = subprocess.run(command, cwd=copied.parent, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert words in ended.stderr
    assert "second.py" in ended.stderr


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_in_a_handler_costs_an_answer_and_a_line_of_the_log(copied: Path, bug: str) -> None:
    code, words = BUGS[bug]
    (copied / "features" / "shout.py").write_text(SHOUT.replace("message.text.upper()", code))

    with serve_copy(copied) as server:
        with connect(f"{server.ws}/ws/chat") as one, connect(f"{server.ws}/ws/chat") as two:
            error = exchange(one, '{"type": "shout", "text": "x"}')
            said = exchange(one, HELLO)
            heard = json.loads(two.recv())
        log = server.stop()

    assert error == {"type": "error", "detail": "The server failed."}
    assert said == heard
    (line,) = odd_lines(log)
    assert line.startswith(f"Shout: {words}")


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_client_that_leaves_a_handler_is_no_bug(copied: Path, implementation: str) -> None:
    ask = SHOUT.replace("message.text.upper()", "await client.websocket.receive_text()")
    (copied / "features" / "shout.py").write_text(ask)

    with serve_copy(copied, "--ws", implementation) as server:
        with connect(f"{server.ws}/ws/chat") as one, connect(f"{server.ws}/ws/chat") as two:
            two.send('{"type": "shout", "text": "x"}')
            two.close()
            assert json.loads(one.recv())["type"] == "left"
        assert not all_complaints(server.stop())


def test_naive_repeats_the_last_event_at_a_type_it_does_not_know(naive: Server) -> None:
    with connect(f"{naive.ws}/ws/chat") as websocket:
        rolled = exchange(websocket, '{"type": "roll", "sides": 1000000000}')

        assert exchange(websocket, '{"type": "shout"}') == rolled


DEADLY = {
    "binary": (b"{}", "KeyError: 'text'"),
    "not JSON": ("hello", "json.decoder.JSONDecodeError"),
    "no type": ("{}", "KeyError: 'type'"),
    "unknown type first": ('{"type": "shout"}', "UnboundLocalError"),
}


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("name", DEADLY)
def test_naive_dies_of_and_takes_the_next_speaker_along(name: str, implementation: str) -> None:
    message, error = DEADLY[name]
    with (
        serve("lessons.08_routers.naive:app", "--ws", implementation) as server,
        connect(f"{server.ws}/ws/chat") as one,
    ):
        with connect(f"{server.ws}/ws/chat") as two:
            two.send(message)
            assert closing(two) == (1006, "")
        server.wait_for_log(error)

        one.send(HELLO)

        assert closing(one) == (1006, "")


async def test_iter_json_keeps_code_and_reason_to_itself() -> None:
    leaves = {"type": "websocket.disconnect", "code": 4001, "reason": "Enough."}

    assert [message async for message in (await opened(leaves)).iter_json()] == []
    with pytest.raises(WebSocketDisconnect) as left:
        await (await opened(leaves)).receive_json()
    assert (left.value.code, left.value.reason) == (4001, "Enough.")


async def opened(news: dict[str, Any]) -> WebSocket:
    """Return an accepted WebSocket that receives `news`."""
    inbox = [{"type": "websocket.connect"}, news]

    async def next_message() -> Any:  # noqa: ANN401 - ASGI messages are dictionaries
        return inbox.pop(0)

    async def ignore(_: object) -> None: ...

    websocket = WebSocket({"type": "websocket"}, next_message, ignore)
    await websocket.accept()
    return websocket


def test_naive_does_not_learn_why_a_client_left() -> None:
    with serve("lessons.08_routers.naive:app") as server:
        run_program("08_routers", server.port)
        server.wait_for_log("Client #1 left, nobody knows why.")

        assert not complaints(server.log)
        assert "4001" not in server.log


def test_tags_of_a_router_say_nothing_of_a_websocket(naive: Server) -> None:
    schema = httpx2.get(f"{naive.url}/openapi.json", trust_env=False).json()

    assert sorted(schema["paths"]) == ["/", "/admin/clients"]
    assert "chat" not in json.dumps(schema)


def test_dependencies_of_a_router_hold_for_its_websockets(naive: Server) -> None:
    admin = httpx2.get(f"{naive.url}/admin/clients", trust_env=False)

    assert admin.status_code == 200
    assert refusal(f"{naive.ws}/admin/ws").status_code == 500
    naive.wait_for_log(
        r"TypeError: know_the_host\(\) missing 1 required positional argument: 'request'"
    )


def test_a_router_alone_is_no_app() -> None:
    with serve("lessons.08_routers.naive:admin") as server:
        answer = httpx2.get(f"{server.url}/admin/clients", trust_env=False)

        assert answer.status_code == 500


def test_two_commas_are_no_import() -> None:
    with pytest.raises(SyntaxError):
        compile("from routers import api,, ws", "main.py", "exec")
