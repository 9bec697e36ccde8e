"""Lesson 8: what the page says of each step, over a real server."""

import json
import re
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
from tests.support.clients import run_client
from tests.support.contract import all_complaints
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve

LESSON = ROOT / "lessons" / "08_routers"
PROGRAMS = ("naive", "step_1", "step_2", "step_3.main", "main")
HELLO = '{"type": "say", "text": "hello"}'

FLIP = """
from secrets import choice
from typing import Literal

from pydantic import BaseModel

from ..messages import Client, dispatcher


class Flip(BaseModel):
    type: Literal["flip"]


class Flipped(BaseModel):
    type: Literal["flipped"] = "flipped"
    client: int
    side: str


@dispatcher.on(Flip)
async def flip(_: Flip, client: Client) -> None:
    side = choice(["heads", "tails"])
    await client.broadcast(Flipped(client=client.number, side=side))
"""

BUG = """
from typing import Literal

from pydantic import BaseModel

from ..messages import Client, dispatcher


class Bug(BaseModel):
    type: Literal["bug"]
    code: str


@dispatcher.on(Bug)
async def bug(message: Bug, client: Client) -> None:
    exec(message.code)
"""

ADMIN = """
from fastapi import APIRouter, Depends, Request, WebSocket

from .messages import manager


async def log_host(request: Request) -> None:
    print("Asked at", request.headers["host"])


router = APIRouter(prefix="/admin", dependencies=[Depends(log_host)])


@router.get("/clients")
async def count_clients() -> int:
    return len(manager.connections)


@router.websocket("/ws")
async def watch_clients(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json(len(manager.connections))
    await websocket.close()
"""


def exchange(websocket: ClientConnection, message: str | bytes) -> dict[str, Any]:
    websocket.send(message)
    return json.loads(websocket.recv())


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the lesson, to which a test adds what a reader would."""
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(LESSON, tmp_path / "08_routers", ignore=ignored)


def edit(path: Path, old: str, new: str) -> None:
    """Replace text in a file of the copy."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def add_feature(copied: Path, name: str, source: str) -> None:
    """Do what the page says: save a feature, and add it to the import in main.py."""
    (copied / "features" / f"{name}.py").write_text(source, "utf-8")
    edit(copied / "main.py", "import roll, say", f"import {name}, roll, say")


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


@pytest.mark.parametrize("folder", [LESSON, LESSON / "step_3"])
def test_manager_is_that_of_lesson_4_to_the_letter(folder: Path) -> None:
    before = (ROOT / "lessons/04_json/manager.py").read_text("utf-8")

    assert (folder / "manager.py").read_text("utf-8") == before


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_is_the_same_chat(program: str) -> None:
    with (
        serve(f"lessons.08_routers.{program}:app") as server,
        connect(f"{server.ws}/ws/chat") as one,
    ):
        with connect(f"{server.ws}/ws/chat") as two:
            said = exchange(two, HELLO)
            assert json.loads(one.recv()) == said
        left = json.loads(one.recv())

    assert (left["type"], left["client"]) == ("left", said["client"])


WRONG = {
    "binary": (HELLO.encode(), "Send text, not bytes."),
    "empty": ("", "This is not JSON: EOF while parsing a value"),
    "not JSON": ("hello", "This is not JSON: expected value"),
    "deep": ("[" * 200_000, "This is not JSON: recursion limit exceeded"),
    "NaN inside": ('{"type": "roll", "sides": NaN}', "This is not JSON: expected value"),
    "a list": ("[]", "Input should be a valid dictionary"),
    "no type": ("{}", "Unable to extract tag using discriminator 'type'"),
    "unknown type": (
        '{"type": "flip"}',
        "Input tag 'flip' found using 'type' does not match any of the expected tags: 'roll',",
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


@pytest.mark.parametrize(
    ("program", "cut_off"),
    [("naive", 5), ("step_1", 1), ("step_2", 0), ("step_3.main", 0), ("main", 0)],
)
def test_how_many_wrong_messages_cut_their_client_off(program: str, cut_off: int) -> None:
    with serve(f"lessons.08_routers.{program}:app") as server:
        ran = run_client(LESSON / "clients" / "send_wrong.py", server.ws)
        log = server.stop()

    assert ran.sentence == f"{cut_off} of 5 clients were cut off."
    assert bool(complaints(log)) == bool(cut_off)


def test_naive_does_not_learn_why_a_client_left() -> None:
    with serve("lessons.08_routers.naive:app") as server:
        run_client(LESSON / "clients" / "leave.py", server.ws)
        server.wait_for_log("Client #1 left, and nobody knows why.")

        assert not complaints(server.log)
        assert "4001" not in server.log


@pytest.mark.parametrize("program", ["naive", "step_1"])
def test_a_message_without_a_branch_repeats_the_last_event(program: str) -> None:
    with serve(f"lessons.08_routers.{program}:app") as server:
        with connect(f"{server.ws}/ws/chat") as websocket:
            rolled = exchange(websocket, '{"type": "roll", "sides": 1000}')

            assert exchange(websocket, '{"type": "flip"}') == rolled
        with connect(f"{server.ws}/ws/chat") as websocket:
            websocket.send('{"type": "flip"}')

            assert closing(websocket) == (1006, "")
        server.wait_for_log("UnboundLocalError: cannot access local variable 'event'")


def test_a_message_more_is_one_file_more_and_a_name_in_the_imports(copied: Path) -> None:
    add_feature(copied, "flip", FLIP)

    with serve_copy(copied) as server, connect(f"{server.ws}/ws/chat") as websocket:
        flipped = exchange(websocket, '{"type": "flip"}')
        said = exchange(websocket, HELLO)
        error = exchange(websocket, '{"type": "whisper"}')

    assert flipped["side"] in ("heads", "tails")
    assert said["text"] == "hello"
    assert error["detail"].endswith("expected tags: 'flip', 'roll', 'say'")
    assert sorted(changed(copied)) == ["features/flip.py", "main.py"]


def test_a_feature_that_is_not_imported_is_an_unknown_type(copied: Path) -> None:
    (copied / "features" / "flip.py").write_text(FLIP, "utf-8")
    edit(copied / "main.py", "import roll, say", "import say")

    with serve_copy(copied) as server, connect(f"{server.ws}/ws/chat") as websocket:
        for name in ("flip", "roll"):
            error = exchange(websocket, f'{{"type": "{name}"}}')
            assert error["detail"].startswith(f"Input tag '{name}'")
            assert error["detail"].endswith("expected tags: 'say'")
        assert exchange(websocket, HELLO)["text"] == "hello"


def test_a_message_more_in_a_feature_touches_its_file_alone(copied: Path) -> None:
    roll = copied / "features" / "roll.py"
    flip = FLIP.partition("import Client, dispatcher\n")[2].replace("choice", "min")
    roll.write_text(roll.read_text("utf-8") + flip, "utf-8")

    with serve_copy(copied) as server, connect(f"{server.ws}/ws/chat") as websocket:
        flipped = exchange(websocket, '{"type": "flip"}')
        rolled = exchange(websocket, '{"type": "roll"}')

    assert flipped["side"] == "heads"
    assert rolled["sides"] == 6
    assert changed(copied) == ["features/roll.py"]


TWICE = {
    "the same model": (
        "from .roll import Roll\n@dispatcher.on(Roll)\nasync def cheat(message, client): ...\n",
        "TypeError: Roll has two handlers.",
    ),
    "another model of the same type": (
        FLIP.partition("import Client, dispatcher\n")[2].replace('["flip"]', '["roll"]'),
        "TypeError: Value 'roll' for discriminator 'type' mapped to multiple choices",
    ),
}


@pytest.mark.parametrize("how", TWICE)
def test_two_handlers_of_one_type_stop_the_start(copied: Path, how: str) -> None:
    source, words = TWICE[how]
    # By its name it is imported after roll.py.
    (copied / "features" / "second.py").write_text(
        FLIP.partition("class Flip")[0] + source, "utf-8"
    )
    edit(copied / "main.py", "import roll, say", "import roll, say, second")

    command = [sys.executable, "-m", "uvicorn", "08_routers.main:app", "--port", "0"]
    ended = subprocess.run(command, cwd=copied.parent, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert words in ended.stderr
    assert "second.py" in ended.stderr


BUGS = {
    # Not the KeyError of a binary message, and not the ValueError of a bad one.
    "{}['x']": "KeyError: 'x'",
    "int('x')": "ValueError: invalid literal for int() with base 10: 'x'",
    "Bug(type='bug')": "pydantic_core._pydantic_core.ValidationError: 1 validation error for Bug",
    "raise ExceptionGroup('two', [OSError()])": "ExceptionGroup: two (1 sub-exception)",
}


def test_a_bug_in_a_handler_costs_an_answer_and_its_traceback_is_logged(copied: Path) -> None:
    add_feature(copied, "bug", BUG)

    with serve_copy(copied) as server:
        with connect(f"{server.ws}/ws/chat") as one, connect(f"{server.ws}/ws/chat") as two:
            for code in BUGS:
                error = exchange(one, json.dumps({"type": "bug", "code": code}))
                assert error == {"type": "error", "detail": "The server failed."}
            said = exchange(one, HELLO)
            assert json.loads(two.recv()) == said
        log = server.stop()

    assert log.count("The handler of Bug failed.\n") == len(BUGS)
    assert log.count('features/bug.py", line ') == len(BUGS)
    for line in BUGS.values():
        assert line in log


ON_EACH = [
    pytest.param(one, marks=[pytest.mark.thorough] if one != "websockets-sansio" else [])
    for one in IMPLEMENTATIONS
]


@pytest.mark.parametrize("implementation", ON_EACH)
def test_a_client_that_leaves_a_handler_is_no_bug(copied: Path, implementation: str) -> None:
    wait = "await client.websocket.receive_text()"
    add_feature(copied, "bug", BUG.replace("exec(message.code)", wait))

    with serve_copy(copied, "--ws", implementation) as server:
        with connect(f"{server.ws}/ws/chat") as one, connect(f"{server.ws}/ws/chat") as two:
            two.send('{"type": "bug", "code": ""}')
            two.close()
            assert json.loads(one.recv())["type"] == "left"
        assert not all_complaints(server.stop())


def test_step_3_does_not_notice_a_handler_in_the_wrong_place(copied: Path) -> None:
    edit(copied / "step_3" / "chat.py", "Roll: roll", "Roll: say")

    with (
        serve("08_routers.step_3.main:app", cwd=copied.parent) as server,
        connect(f"{server.ws}/ws/chat") as websocket,
    ):
        error = exchange(websocket, '{"type": "roll"}')
        server.wait_for_log("AttributeError: 'Roll' object has no attribute 'text'")

    assert error == {"type": "error", "detail": "The server failed."}


DEADLY = {
    "binary": (b"{}", "KeyError: 'text'"),
    "not JSON": ("hello", "json.decoder.JSONDecodeError"),
    "unknown type": ('{"type": "shout"}', "ValidationError"),
}


@pytest.mark.parametrize("implementation", ON_EACH)
def test_naive_dies_of_a_wrong_message(implementation: str) -> None:
    with serve("lessons.08_routers.naive:app", "--ws", implementation) as server:
        for message, error in DEADLY.values():
            with connect(f"{server.ws}/ws/chat") as websocket:
                websocket.send(message)
                assert closing(websocket) == (1006, "")
            server.wait_for_log(re.escape(error))


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


def admin_of(copied: Path) -> str:
    """Add the page's second router to step 3, and return the module of its app."""
    step = copied / "step_3"
    (step / "admin.py").write_text(ADMIN, "utf-8")
    edit(step / "main.py", "import chat", "import admin, chat")
    edit(
        step / "main.py",
        "app.include_router(chat.router)\n",
        "app.include_router(chat.router)\napp.include_router(admin.router)\n",
    )
    return "08_routers.step_3.main:app"


def test_settings_of_a_router_hold_for_its_websockets_but_for_tags(copied: Path) -> None:
    with serve(admin_of(copied), cwd=copied.parent) as server:
        admin = httpx2.get(f"{server.url}/admin/clients", trust_env=False)
        schema = httpx2.get(f"{server.url}/openapi.json", trust_env=False).json()

        assert (admin.status_code, admin.json()) == (200, 0)
        assert sorted(schema["paths"]) == ["/", "/admin/clients"]
        assert '"chat"' not in json.dumps(schema)  # The tag of the router of the WebSocket.
        assert refusal(f"{server.ws}/admin/ws").status_code == 500
        server.wait_for_log(
            r"TypeError: log_host\(\) missing 1 required positional argument: 'request'"
        )


def test_a_dependency_for_both_asks_for_an_http_connection(copied: Path) -> None:
    app = admin_of(copied)
    admin = copied / "step_3" / "admin.py"
    edit(admin, "Request, WebSocket\n", "WebSocket\nfrom fastapi.requests import HTTPConnection\n")
    edit(admin, "request: Request", "request: HTTPConnection")

    with serve(app, cwd=copied.parent) as server, connect(f"{server.ws}/admin/ws") as websocket:
        assert websocket.recv() == "0"
        assert closing(websocket)[0] == 1000


def test_a_router_alone_is_no_app(copied: Path) -> None:
    admin_of(copied)
    with serve("08_routers.step_3.admin:router", cwd=copied.parent) as server:
        answer = httpx2.get(f"{server.url}/admin/clients", trust_env=False)

        assert answer.status_code == 500


def test_two_commas_are_no_import() -> None:
    with pytest.raises(SyntaxError):
        compile("from routers import api,, ws", "main.py", "exec")


def test_files_that_import_each_other_at_their_top_do_not_start(copied: Path) -> None:
    edit(copied / "step_3" / "chat.py", "from .errors", "from .main import app\nfrom .errors")

    command = [
        sys.executable,
        "-c",
        "import importlib; importlib.import_module('08_routers.step_3.main')",
    ]
    ended = subprocess.run(command, cwd=copied.parent, capture_output=True, text=True, check=False)

    assert "ImportError: cannot import name 'app' from partially initialized module" in ended.stderr
