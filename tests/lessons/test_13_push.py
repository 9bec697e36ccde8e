"""Lesson 13: what the page says of each step, over a real server."""

import asyncio
import importlib
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Generator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
)
from pathlib import Path
from types import ModuleType, SimpleNamespace

import httpx2
import pytest
import uvicorn
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support import client as clients
from tests.support import hostile
from tests.support.client import connect, refusal, stalled
from tests.support.clients import run_client
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve
from tests.support.speech import eventually

LESSON = ROOT / "lessons" / "13_push"
MAIN = "lessons.13_push.main:app"
GOODBYE = "The server restarts. Come back in a moment."
SHORT_PINGS = ("--ws-ping-interval", "1", "--ws-ping-timeout", "1")
FOR_EVER = "1000"

KILLED = {(1011, "keepalive ping timeout"), (1006, "")}
"""What a client reads whose pong was not read: 1011 as a rule. The server closes with bytes unread,
which resets the connection, and the reset may overtake the close frame."""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, on Linux")
each_implementation = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
# uvicorn's usual implementation in each run, the others in `make test ALL=1`.
usual_implementation = pytest.mark.parametrize(
    "implementation",
    [
        pytest.param(one, marks=[pytest.mark.thorough] if at else [])
        for at, one in enumerate(IMPLEMENTATIONS)
    ],
)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A database of the test's own, a clock that does not tick, a model that is fast."""
    return {
        "DATABASE": str(tmp_path / "answers.sqlite3"),
        "TICK_SECONDS": "1000",
        "LOOK_UP_SECONDS": "0",
        "TOKEN_SECONDS": "0",
    }


def program(name: str, *options: str, env: dict[str, str]) -> AbstractContextManager[Server]:
    return serve(f"lessons.13_push.{name}:app", *options, env=env)


@contextmanager
def variant(
    name: str, changes: dict[str, str], *options: str, folder: Path, env: dict[str, str]
) -> Generator[Server]:
    """Serve a program with a few lines changed, as the page says or warns of."""
    copied = folder / "variant"
    shutil.copytree(LESSON, copied)
    path = copied / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in source
        source = source.replace(old, new)
    path.write_text(source, encoding="utf-8")
    with serve(f"variant.{name}:app", *options, env=env, cwd=folder) as server:
        yield server


def says(websocket: ClientConnection, text: str, *answers: str) -> None:
    """Say something, and hear exactly these answers."""
    websocket.send(text)
    assert [websocket.recv(timeout=10) for _ in answers] == [*answers]


def hears_until(websocket: ClientConnection, last: str) -> list[str]:
    heard = [str(websocket.recv(timeout=10))]
    while heard[-1] != last:
        heard.append(str(websocket.recv(timeout=10)))
    return heard


def heard(websocket: ClientConnection) -> list[str]:
    """Return what comes until the connection ends."""
    messages: list[str] = []
    try:
        while True:
            messages.append(str(websocket.recv(timeout=10)))
    except ConnectionClosed:
        return messages


def status(server: Server) -> dict[str, int]:
    return httpx2.get(f"{server.url}/status").json()


def assert_leaves(server: Server, rest: int) -> None:
    eventually(
        lambda: status(server)["connections"] == rest,
        lambda: f"{status(server)}, {rest} connections expected.",
        seconds=10,
    )


def load(name: str) -> ModuleType:
    """Return a module of the lesson, new and not shared with any other test."""
    module = f"lessons.13_push.{name}"
    sys.modules.pop(module, None)
    return importlib.import_module(module)


# The finished lesson.


@each_implementation
def test_answers_stops_and_pushes_at_once(implementation: str, env: dict[str, str]) -> None:
    env |= {"TOKEN_SECONDS": "0.1", "TICK_SECONDS": "0.1"}
    with (
        program("main", "--ws", implementation, env=env) as server,
        connect(f"{server.ws}/ws") as one,
        connect(f"{server.ws}/ws") as other,
    ):
        says(one, "hello", "Unknown: hello")
        one.send("subscribe clock")
        hears_until(one, "You are subscribed to clock.")
        one.send("ask Why?")
        kinds = set()
        while kinds != {"token", "clock"}:
            kinds.add(str(one.recv(timeout=10)).partition(":")[0])
        one.send("ask Again?")
        hears_until(one, "One question at a time.")
        one.send("stop")
        hears_until(one, "end: stopped")
        # Nothing of the answer comes after its end.
        one.send("unsubscribe clock")
        rest = hears_until(one, "You are not subscribed to clock.")
        says(one, "hello", "Unknown: hello")
        assert [text for text in rest if text.startswith("token")] == []

        # What one has asked for, the other does not get.
        says(other, "stop", "Unknown: stop")
        other.send("ask Why?")
        tokens = hears_until(other, "end: done")
        assert tokens[:2] == ["token: Why?", "token: That"]
        assert tokens[-2] == "token: ends."
        assert httpx2.get(f"{server.url}/answers").json() == ["Why?"]


def test_an_answer_is_kept_over_a_restart(env: dict[str, str]) -> None:
    for _ in range(2):
        with program("main", env=env) as server, connect(f"{server.ws}/ws") as websocket:
            websocket.send("ask Why?")
            hears_until(websocket, "end: done")
            server.stop()
    with program("main", env=env) as server:
        assert httpx2.get(f"{server.url}/answers").json() == ["Why?", "Why?"]


def test_a_slow_client_misses_ticks_and_no_tokens() -> None:
    module = load("pubsub")
    topics = module.Topics()
    with topics.outbox() as slow:
        topics.subscribe("clock", slow)
        for number in range(1000):
            topics.publish("clock", f"Tick {number}")
        assert slow.qsize() == module.OUTBOX_SIZE == 100
    assert topics.subscribers == {"clock": set()}


async def test_an_answer_waits_for_room_in_the_outbox() -> None:
    module, topics = load("main"), load("pubsub")

    async def generate(_: str):  # noqa: ANN202 - a generator of a test.
        for number in range(150):
            yield str(number)

    @asynccontextmanager
    async def session():  # noqa: ANN202 - a session of a test.
        yield SimpleNamespace(execute=nothing)

    async def nothing(*_: object) -> None: ...

    with pytest.MonkeyPatch.context() as patch, topics.Topics().outbox() as outbox:
        patch.setattr(module, "look_up", str)
        patch.setattr(module, "generate", generate)
        task = asyncio.create_task(module.answer("Why?", outbox, SimpleNamespace(session=session)))
        got = [await outbox.get() for _ in range(151)]
        await task
    assert got == [*(f"token: {number}" for number in range(150)), "end: done"]


def test_what_is_unknown_is_sent_back_in_short(env: dict[str, str]) -> None:
    with program("main", env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "x" * 2000, f"Unknown: {'x' * 1000}")
        says(websocket, "subscribe news", "Unknown: subscribe news")
        says(websocket, "ask", "Unknown: ask")
        says(websocket, "stop", "Unknown: stop")


@usual_implementation
def test_who_leaves_is_noticed_though_nothing_is_sent(
    implementation: str, env: dict[str, str]
) -> None:
    with program("main", "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/ws") as stays, connect(f"{server.ws}/ws") as vanishes:
            for websocket in (stays, vanishes):
                says(websocket, "subscribe clock", "You are subscribed to clock.")
            assert status(server)["connections"] == 2
            clients.vanish(vanishes)
            assert_leaves(server, 1)
        assert_leaves(server, 0)
        assert complaints(server.stop()) == []


def test_a_client_that_does_not_read_is_dropped(env: dict[str, str]) -> None:
    """Its writer waits a second for it, and no other client does."""
    with program("main", env=env) as server, stalled(server.port, "/ws") as socket:
        try:
            for _ in range(200):
                socket.sendall(hostile.frame(b"x" * 1000) * 65)
        except OSError:
            pass  # A reset says that it is dropped, or it reads nothing of it.
        assert_leaves(server, 0)


@linux
@usual_implementation
def test_what_waits_for_a_client_takes_little_memory(
    implementation: str, env: dict[str, str]
) -> None:
    """A hundred messages of a megabyte would be a hundred megabytes."""
    with (
        program("main", "--ws", implementation, env=env) as server,
        stalled(server.port, "/ws") as socket,
    ):
        before = server.peak_memory
        try:
            for _ in range(100):
                socket.sendall(hostile.frame(b"x" * 1_000_000))
        except OSError:
            pass  # It is dropped.

        assert server.peak_memory - before < 40_000_000


@each_implementation
def test_bytes_are_closed_with_1003(implementation: str, env: dict[str, str]) -> None:
    for name in ("main",) if implementation != IMPLEMENTATIONS[0] else ("naive", "step_1", "main"):
        with program(name, "--ws", implementation, env=env) as server:
            with connect(f"{server.ws}/ws") as websocket:
                websocket.send(b"\xff")
                assert clients.closing(websocket) == (1003, "Send text, not bytes.")
            assert complaints(server.stop()) == []


@usual_implementation
def test_everybody_hears_goodbye_and_1012_whatever_they_wait_for(
    implementation: str, env: dict[str, str]
) -> None:
    env |= {"TOKEN_SECONDS": "0.001", "TICK_SECONDS": "0.01", "GOODBYE_TIMEOUT": "60"}
    with program("main", "--ws", implementation, env=env) as server, ExitStack() as stack:
        crowd = [stack.enter_context(connect(f"{server.ws}/ws")) for _ in range(6)]
        for websocket in crowd:
            says(websocket, "subscribe clock", "You are subscribed to clock.")
            websocket.send("ask Why?")
        server.signal(signal.SIGTERM)
        for websocket in crowd:
            assert GOODBYE in heard(websocket)
            assert clients.closing(websocket) == (1012, "The server restarts.")
        server.wait_for_exit()

    assert server.exit_code == -signal.SIGTERM
    assert "Traceback" not in server.log


def test_a_second_ctrl_c_does_not_wait_for_the_goodbye(env: dict[str, str]) -> None:
    """The lifespan is cut short, and closes the database all the same: its threads would go on."""
    with program("main", env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "hello", "Unknown: hello")
        server.signal(signal.SIGINT)
        server.signal(signal.SIGINT)

        assert clients.closing(websocket)[0] in {1012, 1006}
        assert server.wait_for_exit() in {0, -signal.SIGINT}


@pytest.mark.parametrize(
    ("environment", "found"), [(None, 404), ("production", 404), ("development", 200)]
)
def test_only_development_has_docs(
    environment: str | None, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if environment:
        monkeypatch.setenv("ENVIRONMENT", environment)
    load("settings")
    app = load("state").create_app()
    assert (app.openapi_url is not None) == app.debug == (found == 200)


# Step 1: two tasks.


def test_naive_hears_stop_when_the_answer_is_over(env: dict[str, str]) -> None:
    env |= {"TOKEN_SECONDS": "0.01"}
    with program("naive", env=env) as server, connect(f"{server.ws}/ws") as websocket:
        websocket.send("ask Why?")
        assert websocket.recv(timeout=10) == "token: Why?"
        websocket.send("stop")
        assert hears_until(websocket, "end: done")[-2] == "token: ends."
        assert websocket.recv(timeout=10) == "Unknown: stop"


@pytest.mark.parametrize("name", ["step_1", "step_2", "step_3"])
def test_a_step_hears_stop_in_the_middle_of_an_answer(name: str, env: dict[str, str]) -> None:
    env |= {"TOKEN_SECONDS": "1000"}
    with program(name, env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "ask Why?")
        says(websocket, "ask Again?", "One question at a time.")
        says(websocket, "stop", "end: stopped")
        says(websocket, "stop", "Unknown: stop")


@each_implementation
def test_naive_is_killed_by_its_pings_while_it_works(
    implementation: str, env: dict[str, str]
) -> None:
    """What is not received holds up the pong; the deprecated implementation alone goes on."""
    env |= {"TOKEN_SECONDS": "0.12"}
    with (
        program("naive", "--ws", implementation, *SHORT_PINGS, env=env) as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        websocket.send("ask Why?")
        websocket.send("hello")

        if implementation == "websockets":
            hears_until(websocket, "Unknown: hello")
        else:
            assert clients.closing(websocket) in KILLED


@usual_implementation
def test_short_pings_do_not_end_a_client_that_waits(
    implementation: str, env: dict[str, str]
) -> None:
    env |= {"TOKEN_SECONDS": "0.1"}
    with (
        program("main", "--ws", implementation, *SHORT_PINGS, env=env) as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        websocket.send("ask Why?")
        websocket.send("hello")
        hears_until(websocket, "Unknown: hello")
        hears_until(websocket, "end: done")


def test_by_default_it_takes_forty_seconds() -> None:
    config = uvicorn.Config("app")

    assert (config.ws_ping_interval, config.ws_ping_timeout) == (20, 20)


# Step 2: who ends whom.


@pytest.mark.parametrize(
    ("name", "left"), [("naive", 2), ("step_1", 2), ("step_2", 0), ("step_3", 0), ("main", 0)]
)
def test_tasks_that_are_left_of_clients_who_have_gone(
    name: str, left: int, env: dict[str, str]
) -> None:
    env |= {"TOKEN_SECONDS": "0.3"}
    with program(name, "--timeout-graceful-shutdown", "1", env=env) as server:
        printed = run_client(LESSON / "clients" / "leave.py", server.ws).sentence
    assert printed == f"Two clients have left, and {left} of their tasks still run."


def test_except_without_a_star_does_not_look_into_a_group(
    env: dict[str, str], tmp_path: Path
) -> None:
    with variant("step_2", {"except*": "except"}, folder=tmp_path, env=env) as server:
        with connect(f"{server.ws}/ws") as websocket:
            says(websocket, "hello", "Unknown: hello")
        server.wait_for_log(r"ExceptionGroup: unhandled errors in a TaskGroup \(1 sub-exception\)")


@usual_implementation
def test_a_reader_that_ends_without_an_exception_ends_nobody(
    implementation: str, env: dict[str, str], tmp_path: Path
) -> None:
    changes = {
        "while True:\n        text = (await websocket.receive_text())[:MAX": (
            "async for text in websocket.iter_text():\n        text = text[:MAX"
        )
    }
    options = ("--ws", implementation)
    with variant("step_2", changes, *options, folder=tmp_path, env=env) as server:
        with connect(f"{server.ws}/ws") as websocket:
            says(websocket, "hello", "Unknown: hello")
        server.signal(signal.SIGTERM)
        server.wait_for_log("Waiting for background tasks to complete")
        assert server.exit_code is None
        server.signal(signal.SIGINT)
        server.signal(signal.SIGINT)
        server.wait_for_exit()


# Step 3: a call that blocks.


@pytest.mark.parametrize("name", ["naive", "step_2"])
def test_before_step_3_everybody_waits_for_what_is_looked_up(
    name: str, env: dict[str, str]
) -> None:
    env |= {"LOOK_UP_SECONDS": FOR_EVER}
    with program(name, env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "hello", "Unknown: hello")
        websocket.send("ask Why?")
        # It cannot answer in the time that it sleeps.
        eventually(lambda: times_out(server), lambda: "It answers.", 10)
        # It would not answer a close frame either.
        clients.vanish(websocket)
        server.signal(signal.SIGKILL)


def times_out(server: Server) -> bool:
    try:
        httpx2.get(f"{server.url}/", timeout=0.5)
    except httpx2.ReadTimeout:
        return True
    return False


@each_implementation
def test_nobody_waits_for_what_is_looked_up(implementation: str, env: dict[str, str]) -> None:
    """It is never found: whoever waited for it would wait for ever."""
    env |= {"LOOK_UP_SECONDS": FOR_EVER}
    with program("main", "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/ws") as asking, connect(f"{server.ws}/ws") as other:
            asking.send("ask Why?")
            says(asking, "ask Again?", "One question at a time.")
            says(other, "hello", "Unknown: hello")
            says(asking, "stop", "end: stopped")
            asking.send("ask Again?")
            says(asking, "hello", "Unknown: hello")
            assert httpx2.get(f"{server.url}/answers").json() == []
        # Also that somebody left who waits for it.
        assert_leaves(server, 0)
        server.signal(signal.SIGKILL)


async def test_what_is_found_for_a_client_that_is_gone_goes_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its thread goes on to its end: nothing can stop it."""
    module = load("main")
    begun, go_on, ended = asyncio.Event(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    outbox: asyncio.Queue[str] = asyncio.Queue()

    def look_up(_: str) -> str:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        loop.call_soon_threadsafe(ended.set)
        return "Found."

    monkeypatch.setattr(module, "look_up", look_up)
    answering = asyncio.create_task(module.answer("Why?", outbox, SimpleNamespace()))
    await begun.wait()
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    go_on.set()
    await ended.wait()

    assert outbox.empty()


def test_thirty_questions_leave_the_threads_of_others_alone() -> None:
    """All thirty are looked up at the same time, and a file could still be written meanwhile."""
    module = load("main")
    together, go_on = threading.Barrier(31), threading.Event()

    def look_up(_: str) -> str:
        together.wait(10)
        go_on.wait(10)
        raise WebSocketDisconnect

    async def ask_at_once() -> None:
        async with asyncio.timeout(20):
            answers = [
                asyncio.create_task(module.answer("Why?", asyncio.Queue(), SimpleNamespace()))
                for _ in range(30)
            ]
            # It takes one of asyncio's own threads, and comes together with the thirty.
            await asyncio.to_thread(together.wait, 10)
            go_on.set()
            ended = await asyncio.gather(*answers, return_exceptions=True)
        assert {type(error) for error in ended} == {WebSocketDisconnect}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "look_up", look_up)
        asyncio.run(ask_at_once())


# Step 4: the session.


@pytest.mark.parametrize("name", ["naive", "step_3"])
def test_before_step_4_two_clients_have_the_whole_database(name: str, env: dict[str, str]) -> None:
    with (
        program(name, env=env) as server,
        connect(f"{server.ws}/ws") as one,
        connect(f"{server.ws}/ws"),
    ):
        assert refusal(f"{server.ws}/ws").status_code == 500
        assert httpx2.get(f"{server.url}/answers").status_code == 500
        assert "TimeoutError" in server.log

        one.send("ask Why?")
        hears_until(one, "end: done")
        one.close()
        # Its session is free, and its background task has not run.
        eventually(
            lambda: httpx2.get(f"{server.url}/answers").status_code == 200,
            lambda: "No session is free.",
            10,
        )
        assert httpx2.get(f"{server.url}/answers").json() == []


def test_twenty_clients_share_two_connections(env: dict[str, str]) -> None:
    with program("main", env=env) as server, ExitStack() as stack:
        crowd = [stack.enter_context(connect(f"{server.ws}/ws")) for _ in range(20)]
        for websocket in crowd:
            websocket.send("ask Why?")
        for websocket in crowd:
            hears_until(websocket, "end: done")

        assert httpx2.get(f"{server.url}/answers").json() == ["Why?"] * 20


@usual_implementation
def test_a_client_reads_that_the_database_fails(implementation: str, env: dict[str, str]) -> None:
    with program("main", "--ws", implementation, env=env) as server:
        with closing(sqlite3.connect(env["DATABASE"])) as database:
            database.execute("DROP TABLE answers")
        with connect(f"{server.ws}/ws") as websocket:
            websocket.send("ask Why?")
            assert clients.closing(websocket) == (1011, "The database does not answer.")
        log = server.stop()

    assert "no such table: answers" in log
    assert "Traceback" not in log
