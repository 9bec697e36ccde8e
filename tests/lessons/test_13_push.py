"""Lesson 13: what the page says, over a real server."""

import asyncio
import importlib
import json
import os
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
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
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve
from tests.support.speech import eventually

PUSH = "lessons.13_push.main:app"
NAIVE = "lessons.13_push.naive:app"
GOODBYE = "The server restarts. Come back in a moment."
SHORT_PINGS = ("--ws-ping-interval", "1", "--ws-ping-timeout", "1")
FOR_EVER = "1000"

KILLED = {(1011, "keepalive ping timeout"), (1006, "")}
"""What a client is told whose pong was not read: 1011 as a rule. The server closes with bytes
unread, which resets the connection, and the reset may overtake the close frame."""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, on Linux")
each_implementation = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A database of the test's own, a clock that does not tick, an instrument that is fast."""
    database = str(tmp_path / "readings.sqlite3")
    return {"DATABASE": database, "TICK_SECONDS": "1000", "MEASURE_SECONDS": "0"}


@contextmanager
def variant(
    name: str, old: str, new: str, *options: str, folder: Path, env: dict[str, str]
) -> Generator[Server]:
    """Serve main or naive with one thing changed, as the page says or warns of."""
    copied = folder / "variant"
    shutil.copytree(ROOT / "lessons" / "13_push", copied)
    path = copied / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    assert source.count(old) == 1
    path.write_text(source.replace(old, new), encoding="utf-8")
    with serve(f"variant.{name}:app", *options, env=env, cwd=folder) as server:
        yield server


def says(websocket: ClientConnection, text: str, *answers: str) -> None:
    """Say something, and hear exactly these answers."""
    websocket.send(text)
    assert [websocket.recv(timeout=10) for _ in answers] == [*answers]


def heard(websocket: ClientConnection) -> list[str]:
    """Return what comes until the connection ends."""
    messages: list[str] = []
    try:
        while True:
            messages.append(str(websocket.recv(timeout=10)))
    except ConnectionClosed:
        return messages


def members(server: Server) -> int:
    return httpx2.get(f"{server.url}/members").json()["members"]


def assert_leaves(server: Server, rest: int) -> None:
    eventually(
        lambda: members(server) == rest,
        lambda: f"{members(server)} members, {rest} expected.",
        seconds=10,
    )


def load(name: str) -> ModuleType:
    """Return a module of the lesson, new and not shared with any other test."""
    module = f"lessons.13_push.{name}"
    sys.modules.pop(module, None)
    return importlib.import_module(module)


@each_implementation
def test_each_client_is_pushed_what_it_watches_and_nothing_else(
    implementation: str, env: dict[str, str]
) -> None:
    with (
        serve(PUSH, "--ws", implementation, env=env) as server,
        connect(f"{server.ws}/ws") as snow,
        connect(f"{server.ws}/ws") as wind,
        connect(f"{server.ws}/ws") as neither,
    ):
        says(snow, "watch snow", "You watch snow.")
        says(wind, "watch snow", "You watch snow.")
        says(wind, "watch wind", "You watch wind.")
        says(wind, "forget snow", "You forget snow.")
        says(neither, "measure snow", "You measure snow.")
        assert str(snow.recv(timeout=10)).startswith("snow: ")
        says(snow, "measure wind", "You measure wind.")
        assert str(wind.recv(timeout=10)).startswith("wind: ")

        # Whatever had been pushed to somebody else would come before the answer.
        for websocket in (snow, wind, neither):
            says(websocket, "hello", "Unknown: hello")


def test_the_clock_ticks_for_those_who_watch_it(env: dict[str, str]) -> None:
    with (
        serve(PUSH, env={**env, "TICK_SECONDS": "0.01"}) as server,
        connect(f"{server.ws}/ws") as watching,
        connect(f"{server.ws}/ws") as other,
    ):
        says(watching, "watch clock", "You watch clock.")
        assert [str(watching.recv(timeout=10))[:12] for _ in range(3)] == ["clock: Tick "] * 3

        says(other, "hello", "Unknown: hello")


def test_the_last_reading_comes_at_once_also_after_a_restart(env: dict[str, str]) -> None:
    with serve(PUSH, env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "watch snow", "You watch snow.")
        says(websocket, "measure snow", "You measure snow.")
        reading = str(websocket.recv(timeout=10))
        server.stop()

    with serve(PUSH, env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "watch snow", "You watch snow.", reading)
        assert httpx2.get(f"{server.url}/readings").json() == {"snow": reading[6:]}


async def test_what_was_pushed_meanwhile_is_newer_than_what_was_stored() -> None:
    module = load("main")
    client = module.Client()
    texts = iter(["watch snow"])

    async def receive_text() -> str:
        if (text := next(texts, None)) is None:
            raise WebSocketDisconnect
        return text

    async def last(topic: str) -> str:
        client.push(topic, "2 cm")
        return "1 cm"

    with pytest.raises(WebSocketDisconnect):
        await module.listen(
            SimpleNamespace(receive_text=receive_text),
            client,
            module.Feed(),
            SimpleNamespace(last=last),
            SimpleNamespace(),
        )

    lines = [client.lines.get_nowait() for _ in range(client.lines.qsize())]
    assert lines == ["You watch snow.", "snow: 2 cm"]


def test_no_more_lines_wait_for_a_client_than_its_queue_holds() -> None:
    module = load("main")
    feed = module.Feed()
    with feed.client() as slow:
        slow.watched["clock"] = None
        for number in range(1000):
            feed.publish("clock", f"Tick {number}")

        assert slow.lines.qsize() == module.MOST_LINES == 100
    assert feed.clients == set()


@each_implementation
def test_who_leaves_is_noticed_though_nothing_is_sent(
    implementation: str, env: dict[str, str]
) -> None:
    with serve(PUSH, "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/ws") as stays, connect(f"{server.ws}/ws") as vanishes:
            for websocket in (stays, vanishes):
                says(websocket, "watch snow", "You watch snow.")
            assert members(server) == 2

            clients.vanish(vanishes)
            assert_leaves(server, 1)
        assert_leaves(server, 0)
        assert complaints(server.stop()) == []


@each_implementation
def test_listens_to_all_while_an_instrument_is_read(
    implementation: str, env: dict[str, str]
) -> None:
    """The instrument never answers: whatever waited for it would wait for ever."""
    slow = {**env, "MEASURE_SECONDS": FOR_EVER}
    with serve(PUSH, "--ws", implementation, env=slow) as server:
        with connect(f"{server.ws}/ws") as measuring, connect(f"{server.ws}/ws") as other:
            says(measuring, "measure snow", "You measure snow.")
            says(measuring, "measure wind", "One measurement at a time.")
            says(measuring, "watch snow", "You watch snow.")
            says(other, "watch snow", "You watch snow.")
            assert httpx2.get(f"{server.url}/readings").json() == {}
        # Also that somebody left who has something measured.
        assert_leaves(server, 0)


def test_naive_lets_everybody_wait_for_the_instrument(env: dict[str, str]) -> None:
    slow = {**env, "MEASURE_SECONDS": FOR_EVER}
    with serve(NAIVE, env=slow) as server, connect(f"{server.ws}/ws") as measuring:
        says(measuring, "measure snow", "You measure snow.")
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.get(f"{server.url}/", timeout=1)
        # It would not answer a close frame either.
        clients.vanish(measuring)


async def test_what_is_measured_for_a_client_that_is_gone_goes_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its thread goes on to its end: nothing can stop it."""
    module = load("main")
    begun, go_on, ended = asyncio.Event(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    saved = []

    def read_instrument(_: str) -> str:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        loop.call_soon_threadsafe(ended.set)
        return "1 cm"

    async def save(topic: str, reading: str) -> None:
        saved.append((topic, reading))

    monkeypatch.setattr(module, "read_instrument", read_instrument)
    measuring = asyncio.create_task(
        module.measure("snow", module.Feed(), SimpleNamespace(save=save))
    )
    await begun.wait()
    measuring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await measuring
    go_on.set()
    await ended.wait()

    assert saved == []


def test_thirty_measurements_leave_the_threads_of_others_alone() -> None:
    """All thirty are read at the same time, and a file could still be written meanwhile."""
    module = load("main")
    together, go_on = threading.Barrier(31), threading.Event()

    def read_instrument(_: str) -> str:
        together.wait(10)
        go_on.wait(10)
        return "1 cm"

    async def save(_: str, __: str) -> None: ...

    async def measure_at_once() -> None:
        store = SimpleNamespace(save=save)
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            for _ in range(30):
                tasks.create_task(module.measure("snow", module.Feed(), store))
            # It takes one of asyncio's own threads, and comes together with the thirty.
            await asyncio.to_thread(together.wait, 10)
            go_on.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read_instrument", read_instrument)
        asyncio.run(measure_at_once())


@each_implementation
def test_an_upload_beside_it_does_not_wait_for_the_instruments(
    implementation: str, env: dict[str, str], tmp_path: Path
) -> None:
    """As in `make run`, where lessons 13 and 14 are served by one process."""
    (tmp_path / "both.py").write_text("""
from importlib import import_module
from fastapi import FastAPI

push = import_module("lessons.13_push.main").app
app = FastAPI(lifespan=push.router.lifespan_context)
app.mount("/13", push)
app.mount("/14", import_module("lessons.14_binary.main").app)
""")
    env = {
        **env,
        "MEASURE_SECONDS": FOR_EVER,
        "UPLOADS": str(tmp_path / "uploads"),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path))),
    }
    begin = {"type": "begin", "name": "a", "size": 5, "sha256": sha256(b"hello").hexdigest()}
    with (
        serve("both:app", "--ws", implementation, env=env, cwd=tmp_path) as server,
        ExitStack() as stack,
    ):
        for _ in range(30):
            measuring = stack.enter_context(connect(f"{server.ws}/13/ws"))
            says(measuring, "measure snow", "You measure snow.")
        uploading = stack.enter_context(connect(f"{server.ws}/14/upload"))
        uploading.send(json.dumps(begin))
        assert json.loads(uploading.recv(timeout=10))["type"] == "ready"
        uploading.send(b"hello")
        assert json.loads(uploading.recv(timeout=10))["type"] == "uploaded"
        server.signal(signal.SIGKILL)


PATIENT = "reading = await asyncio.to_thread(read_instrument, topic)"


@each_implementation
def test_short_pings_do_not_end_a_client_that_waits_for_an_instrument(
    implementation: str, env: dict[str, str]
) -> None:
    slow = {**env, "MEASURE_SECONDS": "5"}
    with (
        serve(PUSH, "--ws", implementation, *SHORT_PINGS, env=slow) as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        says(websocket, "watch snow", "You watch snow.")
        websocket.send("measure snow")
        websocket.send("hello")
        websocket.send("hello")

        lines = [str(websocket.recv(timeout=20)) for _ in range(4)]
        assert lines[:3] == ["You measure snow.", "Unknown: hello", "Unknown: hello"]
        assert lines[3].startswith("snow: ")


@each_implementation
def test_naive_is_killed_by_its_pings_while_it_works(
    implementation: str, env: dict[str, str], tmp_path: Path
) -> None:
    """Also with a thread: what is not received holds up the answer to the ping."""
    slow = {**env, "MEASURE_SECONDS": "5"}
    options = ("--ws", implementation, *SHORT_PINGS)
    old = "reading = read_instrument(topic)"
    with (
        variant("naive", old, PATIENT, *options, folder=tmp_path, env=slow) as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        says(websocket, "watch snow", "You watch snow.")
        websocket.send("measure snow")
        websocket.send("hello")

        if implementation == "websockets":
            assert websocket.recv(timeout=20) == "You measure snow."
            # The answer to the second message comes after five seconds of five pings.
            lines = [str(websocket.recv(timeout=20)) for _ in range(2)]
            assert sorted(line.partition(" ")[0] for line in lines) == ["You", "snow:"]
        else:
            assert clients.closing(websocket) in KILLED


@each_implementation
def test_naive_that_only_speaks_is_killed_by_one_message(
    implementation: str, env: dict[str, str]
) -> None:
    ticking = {**env, "TICK_SECONDS": "1"}
    with (
        serve(NAIVE, "--ws", implementation, *SHORT_PINGS, env=ticking) as server,
        connect(f"{server.ws}/speak/clock") as websocket,
    ):
        websocket.send("hello")

        if implementation == "websockets":
            assert all(websocket.recv(timeout=10) for _ in range(6))
        else:
            assert clients.closing(websocket) in KILLED


def test_by_default_it_takes_forty_seconds() -> None:
    config = uvicorn.Config("app")

    assert (config.ws_ping_interval, config.ws_ping_timeout) == (20, 20)


@each_implementation
def test_naive_that_only_speaks_never_hears_that_its_client_left(
    implementation: str, env: dict[str, str]
) -> None:
    """So the server cannot stop: it waits for a task that waits for a reading."""
    with serve(NAIVE, "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/speak/snow") as websocket:
            websocket.close()
        server.signal(signal.SIGTERM)

        server.wait_for_log(r"Waiting for background tasks to complete")
        assert server.exit_code is None


@each_implementation
def test_naive_does_not_catch_the_end_in_a_group(implementation: str, env: dict[str, str]) -> None:
    with serve(NAIVE, "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/both/snow") as websocket:
            websocket.close()
        server.wait_for_log(r"ExceptionGroup: unhandled errors in a TaskGroup \(1 sub-exception\)")
        server.wait_for_log(r"starlette\.websockets\.WebSocketDisconnect: ")


def test_iter_text_would_leave_the_writer_alone(env: dict[str, str], tmp_path: Path) -> None:
    old = "    while True:\n        text = (await websocket.receive_text())[:MAX_MESSAGE_LENGTH]\n"
    new = "    async for text in websocket.iter_text():\n"
    with variant("main", old, new, folder=tmp_path, env=env) as server:
        with connect(f"{server.ws}/ws") as websocket:
            says(websocket, "watch snow", "You watch snow.")
        # Once this is answered, the reader has been told that the client is gone.
        assert httpx2.get(f"{server.url}/").status_code == 200
        server.signal(signal.SIGTERM)

        server.wait_for_log(r"Waiting for background tasks to complete")
        assert server.exit_code is None


def test_naive_leaves_a_task_behind_that_nobody_owns(env: dict[str, str]) -> None:
    """Python finds it whenever it looks for what is in nobody's hands."""
    lost = "Task was destroyed but it is pending!"
    with serve(NAIVE, env=env) as server:
        for _ in range(500):
            with connect(f"{server.ws}/ws") as websocket:
                says(websocket, "watch snow", "You watch snow.")
            if lost in server.log:
                break

        server.wait_for_log(rf"{lost}\n.*speak")


def test_background_tasks_never_run_for_a_websocket(env: dict[str, str]) -> None:
    with serve(NAIVE, env=env) as server:
        with connect(f"{server.ws}/ws") as websocket:
            says(websocket, "watch snow", "You watch snow.")
            says(websocket, "measure snow", "You measure snow.")
            assert str(websocket.recv(timeout=10)).startswith("snow: ")

        assert httpx2.get(f"{server.url}/readings").json() == {}
        server.stop()
    with closing(sqlite3.connect(env["DATABASE"])) as database:
        assert database.execute("SELECT * FROM readings").fetchall() == []


def test_background_tasks_run_for_a_request(tmp_path: Path) -> None:
    (tmp_path / "both_ways.py").write_text("""
from fastapi import BackgroundTasks, FastAPI, WebSocket

app = FastAPI()

@app.get("/{who}")
async def get(who: str, tasks: BackgroundTasks):
    tasks.add_task(print, "ran for", who)

@app.websocket("/{who}")
async def talk(websocket: WebSocket, who: str, tasks: BackgroundTasks):
    await websocket.accept()
    tasks.add_task(print, "ran for", who)
    await websocket.close()
""")
    with serve("both_ways:app", cwd=tmp_path) as server:
        with connect(f"{server.ws}/websocket") as websocket:
            assert clients.closing(websocket)[0] == 1000
        httpx2.get(f"{server.url}/request")
        server.wait_for_log("ran for request")
        log = server.stop()

    assert "ran for websocket" not in log


@each_implementation
def test_naive_gives_out_its_database_to_two_clients_and_nobody_else(
    implementation: str, env: dict[str, str]
) -> None:
    with (
        serve(NAIVE, "--ws", implementation, env=env) as server,
        connect(f"{server.ws}/ws"),
        connect(f"{server.ws}/ws"),
    ):
        assert refusal(f"{server.ws}/ws").status_code == 500
        assert httpx2.get(f"{server.url}/readings").status_code == 500
        assert "TimeoutError" in server.log


def test_a_connection_is_lent_for_a_message_and_no_longer(env: dict[str, str]) -> None:
    with serve(PUSH, env=env) as server, ExitStack() as stack:
        crowd = [stack.enter_context(connect(f"{server.ws}/ws")) for _ in range(20)]
        for websocket in crowd:
            says(websocket, "watch snow", "You watch snow.")

        assert httpx2.get(f"{server.url}/readings").status_code == 200
        says(crowd[0], "measure snow", "You measure snow.")
        readings = {websocket.recv(timeout=10) for websocket in crowd}
        assert len(readings) == 1


def test_a_second_ctrl_c_does_not_wait_for_the_goodbye(env: dict[str, str]) -> None:
    """The lifespan is cut short, and closes the database all the same: its threads would go on."""
    with serve(PUSH, env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "watch snow", "You watch snow.")
        server.signal(signal.SIGINT)
        server.signal(signal.SIGINT)

        assert clients.closing(websocket)[0] in {1012, 1006}
        assert server.wait_for_exit() in {0, -signal.SIGINT}


@each_implementation
def test_bytes_are_closed_with_1003(implementation: str, env: dict[str, str]) -> None:
    with serve(PUSH, "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/ws") as websocket:
            websocket.send(b"\xff")
            assert clients.closing(websocket) == (1003, "Send text, not bytes.")
        assert complaints(server.stop()) == []


@each_implementation
def test_a_database_that_fails_is_told_to_the_client(
    implementation: str, env: dict[str, str]
) -> None:
    with serve(PUSH, "--ws", implementation, env=env) as server:
        with closing(sqlite3.connect(env["DATABASE"])) as database:
            database.execute("DROP TABLE readings")
        for text in ("watch snow", "measure snow"):
            with connect(f"{server.ws}/ws") as websocket:
                websocket.send(text)
                assert clients.closing(websocket) == (1011, "The database does not answer.")
        log = server.stop()

    assert "no such table: readings" in log
    assert "Traceback" not in log


def test_a_client_that_does_not_read_is_dropped(env: dict[str, str]) -> None:
    """Its writer waits a second for it, and no other client does."""
    with serve(PUSH, env=env) as server, stalled(server.port, "/ws") as socket:
        try:
            for _ in range(200):
                socket.sendall(hostile.frame(b"x" * 1000) * 65)
        except OSError:
            pass  # It is told by a reset that it is dropped, or reads nothing of it.
        assert_leaves(server, 0)


@linux
@each_implementation
def test_what_waits_for_a_client_takes_little_memory(
    implementation: str, env: dict[str, str]
) -> None:
    """A hundred lines of a megabyte would be a hundred megabytes."""
    with (
        serve(PUSH, "--ws", implementation, env=env) as server,
        stalled(server.port, "/ws") as socket,
    ):
        before = server.peak_memory
        try:
            for _ in range(100):
                socket.sendall(hostile.frame(b"x" * 1_000_000))
        except OSError:
            pass  # It is dropped.

        assert server.peak_memory - before < 40_000_000


def test_what_is_unknown_is_sent_back_in_short(env: dict[str, str]) -> None:
    with serve(PUSH, env=env) as server, connect(f"{server.ws}/ws") as websocket:
        says(websocket, "x" * 2000, f"Unknown: {'x' * 1000}")


@each_implementation
def test_everybody_hears_goodbye_and_1012_whatever_they_wait_for(
    implementation: str, env: dict[str, str]
) -> None:
    busy = {**env, "MEASURE_SECONDS": "1", "TICK_SECONDS": "0.001", "GOODBYE_TIMEOUT": "60"}
    with serve(PUSH, "--ws", implementation, env=busy) as server, ExitStack() as stack:
        crowd = [stack.enter_context(connect(f"{server.ws}/ws")) for _ in range(8)]
        for websocket in crowd:
            says(websocket, "measure snow", "You measure snow.")
            websocket.send("watch clock")
        server.signal(signal.SIGTERM)
        for websocket in crowd:
            assert GOODBYE in heard(websocket)
            assert clients.closing(websocket) == (1012, "The server restarts.")
        server.wait_for_exit()

    assert server.exit_code == -signal.SIGTERM
    assert "Traceback" not in server.log
