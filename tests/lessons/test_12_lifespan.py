"""Lesson 12: what the page says of each step, over a real server."""

import asyncio
import importlib
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType, SimpleNamespace

import httpx2
import pytest
from pydantic import ValidationError
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support.client import closing, connect, stalled
from tests.support.server import IMPLEMENTATIONS, ROOT, complaints, serve

LESSON = "lessons.12_lifespan.{}:app"
MAIN = LESSON.format("main")
STEPS = ("step_1", "step_2", "step_3", "main")
GOODBYE = "The server restarts. Come back in a moment."
QUIET = {"TICK_SECONDS": "1000"}

# However slow the machine is, the goodbye has time to reach everybody.
PATIENT = {**QUIET, "GOODBYE_TIMEOUT": "60"}

# uvicorn's usual implementation in each run, the others in `make test ALL=1`.
EACH = [
    pytest.param(one, marks=[pytest.mark.thorough] if at else [])
    for at, one in enumerate(IMPLEMENTATIONS)
]


def says(websocket: ClientConnection, text: str) -> None:
    websocket.send(text)
    while websocket.recv(timeout=10) != f"You wrote: {text}":
        pass


def heard(websocket: ClientConnection) -> list[str]:
    """Return what comes until the connection ends."""
    messages: list[str] = []
    try:
        while True:
            messages.append(str(websocket.recv(timeout=10)))
    except ConnectionClosed:
        return messages


def load(name: str) -> ModuleType:
    """Return a module of the lesson, new and not shared with any other test."""
    module = f"lessons.12_lifespan.{name}"
    sys.modules.pop(module, None)
    return importlib.import_module(module)


def load_naive() -> ModuleType:
    with pytest.warns(DeprecationWarning, match="on_event is deprecated"):
        return load("naive")


# Step 1: state instead of globals.


def test_naive_never_runs_its_startup_handler_and_shows_its_source() -> None:
    with serve(LESSON.format("naive"), env=QUIET) as server:
        answer = httpx2.get(f"{server.url}/status", headers={"Accept": "text/html"})
        assert answer.status_code == 500
        assert "KeyError" in answer.text
        assert "naive.py" in answer.text
        server.wait_for_log("KeyError: 'started'")


@pytest.mark.parametrize(
    "program", [pytest.param(one, marks=pytest.mark.thorough) for one in STEPS[:-1]] + ["main"]
)
def test_http_and_websocket_find_the_same_state(program: str) -> None:
    with (
        serve(LESSON.format(program), env=QUIET) as server,
        connect(f"{server.ws}/ws/1") as websocket,
    ):
        says(websocket, "hello")
        status = httpx2.get(f"{server.url}/status").json()

        assert status["connections"] == 1
        assert status["started"].endswith("+00:00")


@pytest.mark.parametrize("program", STEPS)
async def test_an_app_that_starts_twice_has_two_managers(program: str) -> None:
    app = load(program).app
    managers = []
    for _ in range(2):
        async with app.router.lifespan_context(app) as state:
            managers.append(state["manager"])

    assert managers[0] is not managers[1]


# Step 2: a ticker that does not drift.


class Clock:
    """A clock that moves when somebody sleeps or works, and never by itself."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += max(seconds, 0)


class Over(BaseException):
    """The ticker has sent what was to be sent."""


async def when_ticked(module: ModuleType, monkeypatch: pytest.MonkeyPatch, *work: float) -> list:
    """Return what is sent at which time, if each sending takes so many seconds."""
    clock, sent, rest = Clock(), [], iter(work)

    async def broadcast(text: str) -> None:
        sent.append((text, round(clock.now - 100, 6)))
        seconds = next(rest, None)
        if seconds is None:
            raise Over
        clock.now += seconds

    monkeypatch.setattr(module.asyncio, "sleep", clock.sleep)
    monkeypatch.setattr(module, "monotonic", clock.monotonic)
    if hasattr(module, "manager"):
        monkeypatch.setattr(module.manager, "broadcast", broadcast)
        ticking = module.tick()
    else:
        ticking = module.tick(SimpleNamespace(broadcast=broadcast))
    with pytest.raises(Over):
        await ticking
    return sent


@pytest.mark.parametrize("load_program", [load_naive, lambda: load("step_1")])
async def test_naive_and_step_1_tick_later_and_later(
    load_program: Callable[[], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await when_ticked(load_program(), monkeypatch, 0.3, 0.3, 0.3)

    assert sent == [
        ("Tick 1, 0.00 s late", 1),
        ("Tick 2, 0.30 s late", 2.3),
        ("Tick 3, 0.60 s late", 3.6),
        ("Tick 4, 0.90 s late", 4.9),
    ]


@pytest.mark.parametrize("program", STEPS[1:])
async def test_a_tick_is_on_time_however_long_the_sending_takes(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await when_ticked(load(program), monkeypatch, 0.3, 0.7, 0.3)

    assert sent == [(f"Tick {number}, 0.00 s late", number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("program", STEPS[1:])
async def test_ticks_that_are_overdue_are_left_out(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await when_ticked(load(program), monkeypatch, 2.5, 0)

    assert [at for _, at in sent] == [1, 4, 5]
    assert [text.partition(",")[0] for text, _ in sent] == ["Tick 1", "Tick 4", "Tick 5"]


class Fails:
    """A manager whose second broadcast fails, and whose third is the last."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def broadcast(self, text: str) -> None:
        """Send."""
        self.sent.append(text)
        if len(self.sent) == 2:
            raise AssertionError("It fails.")
        if len(self.sent) == 3:
            raise Over


async def test_a_tick_that_fails_is_logged_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module, manager, clock = load("main"), Fails(), Clock()
    monkeypatch.setattr(module.asyncio, "sleep", clock.sleep)
    monkeypatch.setattr(module, "monotonic", clock.monotonic)
    with pytest.raises(Over):
        await module.tick(manager)

    assert len(manager.sent) == 3
    (record,) = caplog.records
    assert record.getMessage() == "Tick 2 did not reach everybody."
    assert "AssertionError: It fails." in caplog.text


async def test_step_1_ends_its_ticker_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module, manager, clock = load("step_1"), Fails(), Clock()
    monkeypatch.setattr(module.asyncio, "sleep", clock.sleep)
    ticker = asyncio.create_task(module.tick(manager))
    await asyncio.wait([ticker])

    assert isinstance(ticker.exception(), AssertionError)
    assert len(manager.sent) == 2
    assert caplog.records == []


def test_ticks_reach_everybody() -> None:
    with (
        serve(MAIN, env={"TICK_SECONDS": "0.01"}) as server,
        connect(f"{server.ws}/ws/1") as one,
        connect(f"{server.ws}/ws/2") as other,
    ):
        ticks = [str(one.recv(timeout=10)) for _ in range(2)]
        first, second = (int(text.split()[1].rstrip(",")) for text in ticks)

        assert second > first > 0
        assert str(other.recv(timeout=10)).startswith("Tick ")


@pytest.mark.parametrize("implementation", EACH)
def test_the_clock_goes_on_when_a_tick_meets_a_client_that_does_not_read(
    implementation: str,
) -> None:
    env = {"TICK_SECONDS": "0.05"}
    options = ("--ws", implementation, "--timeout-graceful-shutdown", "1")
    with (
        serve(MAIN, *options, env=env) as server,
        stalled(server.port, "/ws/1"),
        connect(f"{server.ws}/ws/2", max_size=None, max_queue=None) as speaker,
        connect(f"{server.ws}/ws/3", max_size=None, max_queue=None) as other,
    ):
        # Enough to fill what lies between the server and the client that does not read.
        for n in range(8):
            speaker.send(f"{n}{'x' * 1_000_000}")
        while str(other.recv(timeout=10)) != "Client #1 left the chat":
            pass
        for _ in range(3):
            while not str(other.recv(timeout=10)).startswith("Tick "):
                pass


# Step 3: settings that do not guess.


async def test_step_2_ends_its_ticker_when_a_tick_takes_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TICK_SECONDS", "0")
    with pytest.raises(ZeroDivisionError):
        await load("step_2").tick(SimpleNamespace())


@pytest.mark.parametrize(
    ("program", "env", "status"),
    [
        ("naive", {}, 200),
        ("step_2", {"SERVICE_NAME": "contest"}, 200),
        ("step_2", {"SERVICE_NAME": "device"}, 200),
        ("step_3", {}, 404),
        ("main", {}, 404),
        ("main", {"ENVIRONMENT": "production"}, 404),
        ("main", {"ENVIRONMENT": "development"}, 200),
    ],
)
async def test_who_has_docs(
    program: str, env: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    app = (load_naive() if program == "naive" else load(program)).app
    assert app.debug == (status == 200)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://lesson") as client:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert (await client.get(path)).status_code == status
        if status == 200:
            # As the page says: without a network they are blank.
            assert 'src="https://' in (await client.get("/docs")).text


@pytest.mark.parametrize("program", ["step_3", "main"])
@pytest.mark.parametrize("word", ["prod", "prod-latest", "contest", "dev", "Development", ""])
def test_a_word_that_is_neither_is_an_error_at_the_start(
    program: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", word)
    with pytest.raises(ValidationError, match="Input should be 'development' or 'production'"):
        load(program)


@pytest.mark.parametrize("program", ["step_3", "main"])
@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", ""])
def test_a_tick_that_takes_no_time_is_an_error_at_the_start(
    program: str, seconds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICK_SECONDS", seconds)
    with pytest.raises(ValidationError, match="tick_seconds"):
        load(program)


def test_uvicorn_says_which_setting_is_wrong() -> None:
    with (
        pytest.raises(AssertionError, match=r"tick_seconds\n +Input should be greater than 0"),
        serve(LESSON.format("step_3"), env={"TICK_SECONDS": "0"}),
    ):
        pass


# Step 4: a goodbye that arrives.


@pytest.mark.parametrize("program", ["naive", "step_3"])
def test_before_step_4_goodbye_is_said_when_everybody_has_gone(program: str) -> None:
    with (
        serve(LESSON.format(program), env=QUIET) as server,
        connect(f"{server.ws}/ws/1") as websocket,
    ):
        says(websocket, "hello")
        server.signal(signal.SIGTERM)

        assert heard(websocket) == []
        assert closing(websocket) == (1012, "")


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_everybody_who_talks_hears_goodbye_and_1012(implementation: str) -> None:
    """Ten clients that never stop talking; however slow the machine, each is told the reason."""
    inside = asyncio.Semaphore(0)

    async def talk(url: str) -> tuple[list[str], int, str]:
        messages: list[str] = []
        async with connect_async(url, proxy=None) as websocket:
            inside.release()
            try:
                while True:
                    await websocket.send("hello")
                    while (message := str(await websocket.recv())) != "You wrote: hello":
                        messages.append(message)
            except ConnectionClosed:
                # It may have come to light in sending, with words of the server's still unread.
                with suppress(ConnectionClosed):
                    while True:
                        messages.append(str(await websocket.recv()))
            return messages, websocket.close_code or 0, websocket.close_reason or ""

    with serve(MAIN, "--ws", implementation, env=PATIENT) as server:
        tasks = [asyncio.create_task(talk(f"{server.ws}/ws/{n}")) for n in range(1, 11)]
        for _ in tasks:
            await inside.acquire()
        server.signal(signal.SIGTERM)
        ended = await asyncio.gather(*tasks)
        server.wait_for_exit()

    assert {end[1:] for end in ended} == {(1012, "The server restarts.")}
    assert all(GOODBYE in messages for messages, *_ in ended)
    assert server.exit_code == -signal.SIGTERM
    assert complaints(server.log) == []


async def test_the_goodbye_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOODBYE_TIMEOUT", "0.01")
    module = load("main")

    async def wait_forever(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "notify_and_close", wait_forever)
    await module.notify_and_close_all(SimpleNamespace(connections={"one": None}))


async def test_who_connects_during_the_goodbye_hears_it_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module, notified = load("main"), []
    manager = SimpleNamespace(connections={"one": None, "two": None})

    async def notify_and_close(_: object, websocket: str) -> None:
        notified.append(websocket)
        del manager.connections[websocket]
        if websocket == "one":
            manager.connections["late"] = None
        await asyncio.sleep(0)

    monkeypatch.setattr(module, "notify_and_close", notify_and_close)
    await module.notify_and_close_all(manager)

    assert notified == ["one", "two", "late"]


def test_a_client_that_does_not_read_delays_the_goodbye_of_nobody() -> None:
    """The server gives it up by its own option; nothing the app does could cut it off."""
    with (
        serve(MAIN, "--timeout-graceful-shutdown", "1", env=PATIENT) as server,
        stalled(server.port, "/ws/1"),
        connect(f"{server.ws}/ws/2", max_size=None) as websocket,
    ):
        # Enough to fill what lies between the server and the client that does not read.
        for n in range(8):
            says(websocket, f"{n}{'x' * 1_000_000}")
        server.signal(signal.SIGTERM)

        assert heard(websocket)[-1] == GOODBYE
        assert closing(websocket) == (1012, "The server restarts.")
        server.wait_for_exit()


def test_a_second_ctrl_c_does_not_wait_for_the_goodbye() -> None:
    with serve(MAIN, env=QUIET) as server, connect(f"{server.ws}/ws/1") as websocket:
        says(websocket, "hello")
        server.signal(signal.SIGINT)
        server.signal(signal.SIGINT)

        assert closing(websocket)[0] in {1012, 1006}
        assert server.wait_for_exit() in {0, -signal.SIGINT}


SHUTDOWN = """
import asyncio
import signal
from importlib import import_module

shutdown = import_module("lessons.12_lifespan.shutdown")
order = []


def server(number, _):
    order.append("server")


async def fail():
    order.append("goodbye")
    raise ValueError("It fails.")


async def main():
    signal.signal(signal.SIGTERM, server)
    with shutdown.on_shutdown_signal(fail):
        signal.raise_signal(signal.SIGTERM)
        while len(order) < 2:
            await asyncio.sleep(0)
        signal.raise_signal(signal.SIGTERM)
    with shutdown.on_shutdown_signal(fail):
        pass
    assert signal.getsignal(signal.SIGTERM) is server


asyncio.run(main())
print(*order)
"""

THREAD = f"""
import signal
from importlib import import_module
from fastapi.testclient import TestClient
before = signal.getsignal(signal.SIGTERM)
with TestClient(import_module({MAIN.partition(":")[0]!r}).app) as client:
    assert client.get("/status").json()["connections"] == 0
    assert signal.getsignal(signal.SIGTERM) is before
print("done")
"""


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        # The server stops though the goodbye fails, and at once when it is asked again.
        pytest.param(SHUTDOWN, "goodbye server server\n", id="handlers are given back"),
        # TestClient runs an app in another thread, where no signal may be handled.
        pytest.param(THREAD, "done\n", id="handlers are left alone in another thread"),
    ],
)
def test_signal_handlers(program: str, printed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.stdout == printed, done.stderr
