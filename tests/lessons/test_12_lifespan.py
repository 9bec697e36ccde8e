"""Lesson 12: what the page says, over a real server."""

import asyncio
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace

import httpx2
import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support.client import closing, connect, stalled
from tests.support.server import IMPLEMENTATIONS, ROOT, serve
from tests.support.speech import eventually

LIFESPAN = "lessons.12_lifespan.main:app"
NAIVE = "lessons.12_lifespan.naive:app"
GOODBYE = "The server restarts. Come back in a moment."
QUIET = {"TICK_SECONDS": "1000"}


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


@contextmanager
def disk(path: Path) -> Generator[int]:
    """A journal whose writer waits until somebody reads, and the end that reads."""
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield reader
    finally:
        os.close(reader)


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

    # Within one second, a machine under load may not have spoken to all of them.
    env = {**QUIET, "GOODBYE_TIMEOUT": "60"}
    with serve(LIFESPAN, "--ws", implementation, env=env) as server:
        tasks = [asyncio.create_task(talk(f"{server.ws}/ws/{n}")) for n in range(1, 11)]
        for _ in tasks:
            await inside.acquire()
        server.signal(signal.SIGTERM)
        ended = await asyncio.gather(*tasks)
        server.wait_for_exit()

    assert {end[1:] for end in ended} == {(1012, "The server restarts.")}
    assert all(GOODBYE in messages for messages, *_ in ended)
    assert server.exit_code == -signal.SIGTERM
    assert "Traceback" not in server.log


def test_naive_says_goodbye_when_everybody_has_gone() -> None:
    with serve(NAIVE, env=QUIET) as server, connect(f"{server.ws}/ws/1") as websocket:
        says(websocket, "hello")
        server.signal(signal.SIGTERM)

        assert heard(websocket) == []
        assert closing(websocket) == (1012, "")


def test_what_was_said_is_in_the_journal_when_the_server_is_gone(tmp_path: Path) -> None:
    """Also what is still on its way to a slow disk, and that a client left at the very end."""
    journal = tmp_path / "journal"
    with disk(journal) as reader, ExitStack() as stack:
        env = {**QUIET, "JOURNAL": str(journal)}
        # A cut by the server after a second would show: the last lines come after it.
        server = stack.enter_context(serve(LIFESPAN, "--timeout-graceful-shutdown", "1", env=env))
        clients = [stack.enter_context(connect(f"{server.ws}/ws/{n}")) for n in (1, 2)]
        for client in clients:
            says(client, "hello")
        server.signal(signal.SIGTERM)
        assert [closing(client)[0] for client in clients] == [1012, 1012]
        server.wait_for_log("Waiting for application shutdown")
        server.wait_for_exit()
        noted = os.read(reader, 65_536).decode().splitlines()

    assert [line.partition(" ")[2] for line in noted[:2]] == [
        "'Client #1 says: hello'",
        "'Client #2 says: hello'",
    ]
    left = {f"'Client #{n} left the chat'" for n in (1, 2)}
    assert {line.partition(" ")[2] for line in noted[2:]} == left


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_nobody_can_write_a_line_of_the_journal_in_the_name_of_another(
    implementation: str, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.txt"
    env = {**QUIET, "JOURNAL": str(journal)}
    with serve(LIFESPAN, "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/ws/1") as websocket:
            for text in ("a\n2026-01-01 Client #7 says: b", "\x1b[2Jc", "d\u2028e", "é"):
                says(websocket, text)
        server.stop()
    noted = journal.read_text(encoding="utf-8").splitlines()

    assert [line.partition(" ")[2] for line in noted] == [
        r"'Client #1 says: a\n2026-01-01 Client #7 says: b'",
        r"'Client #1 says: \x1b[2Jc'",
        r"'Client #1 says: d\u2028e'",
        "'Client #1 says: é'",
        "'Client #1 left the chat'",
    ]


def test_naive_forgets_what_it_has_not_written_yet(tmp_path: Path) -> None:
    journal = tmp_path / "journal.txt"
    env = {**QUIET, "JOURNAL": str(journal)}
    with serve(NAIVE, env=env) as server, connect(f"{server.ws}/ws/1") as websocket:
        says(websocket, "hello")
        server.stop()

    assert not journal.exists()


def test_a_journal_that_cannot_be_written_ends_no_conversation(tmp_path: Path) -> None:
    env = {**QUIET, "JOURNAL": str(tmp_path / "no" / "folder")}
    with serve(LIFESPAN, env=env) as server:
        with connect(f"{server.ws}/ws/1") as websocket:
            says(websocket, "hello")
            says(websocket, "again")
        log = server.stop()

    assert "Not in the journal" in log
    assert "Traceback" not in log


def test_a_client_that_does_not_read_delays_the_goodbye_of_nobody() -> None:
    """The server gives it up by its own option; nothing the app does could cut it off."""
    env = {**QUIET, "GOODBYE_TIMEOUT": "60"}
    with (
        serve(LIFESPAN, "--timeout-graceful-shutdown", "1", env=env) as server,
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
    with serve(LIFESPAN, env=QUIET) as server, connect(f"{server.ws}/ws/1") as websocket:
        says(websocket, "hello")
        server.signal(signal.SIGINT)
        server.signal(signal.SIGINT)

        assert closing(websocket)[0] in {1012, 1006}
        assert server.wait_for_exit() in {0, -signal.SIGINT}


def test_ticks_reach_everybody() -> None:
    with (
        serve(LIFESPAN, env={"TICK_SECONDS": "0.01"}) as server,
        connect(f"{server.ws}/ws/1") as one,
        connect(f"{server.ws}/ws/2") as other,
    ):
        first = int(str(one.recv(timeout=10)).removeprefix("Tick "))
        second = int(str(one.recv(timeout=10)).removeprefix("Tick "))

        assert second > first > 0
        assert str(other.recv(timeout=10)).startswith("Tick ")


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_the_clock_goes_on_when_a_tick_meets_a_client_that_does_not_read(
    implementation: str, tmp_path: Path
) -> None:
    """A tick that failed would end the lifespan, and leave a server that never stops."""
    journal = tmp_path / "journal.txt"
    env = {"TICK_SECONDS": "0.05", "JOURNAL": str(journal)}
    options = ("--ws", implementation, "--timeout-graceful-shutdown", "1")
    with (
        serve(LIFESPAN, *options, env=env) as server,
        stalled(server.port, "/ws/1"),
        connect(f"{server.ws}/ws/2", max_size=None, max_queue=None) as speaker,
        connect(f"{server.ws}/ws/3", max_size=None, max_queue=None) as other,
    ):
        # Enough to fill what lies between the server and the client that does not read.
        for n in range(8):
            speaker.send(f"{n}{'x' * 1_000_000}")
        eventually(
            lambda: httpx2.get(f"{server.url}/members").json()["members"] <= 2,
            lambda: "The client that does not read is still a member.",
            10,
        )
        says(other, "hello")
        for _ in range(3):
            while not str(other.recv(timeout=10)).startswith("Tick "):
                pass
        server.stop()

    assert "'Client #3 left the chat'" in journal.read_text(encoding="utf-8")


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


def load(name: str) -> ModuleType:
    """Return a module of the lesson, new and not shared with any other test."""
    module = f"lessons.12_lifespan.{name}"
    sys.modules.pop(module, None)
    return importlib.import_module(module)


async def when_ticked(module: ModuleType, monkeypatch: pytest.MonkeyPatch, *work: float) -> list:
    """Return what is sent at which time, if each sending takes so many seconds."""
    clock, sent, rest = Clock(), [], iter(work)

    class Over(BaseException):
        pass

    async def broadcast(text: str) -> None:
        sent.append((text, round(clock.now - 100, 6)))
        seconds = next(rest, None)
        if seconds is None:
            raise Over
        clock.now += seconds

    monkeypatch.setattr(module.asyncio, "sleep", clock.sleep)
    if hasattr(module, "ticks"):
        monkeypatch.setattr(module, "monotonic", clock.monotonic)
        ticking = module.tick(SimpleNamespace(broadcast=broadcast))
    else:
        monkeypatch.setattr(module, "broadcast", broadcast)
        ticking = module.ticker()
    with pytest.raises(Over):
        await ticking
    return sent


async def test_a_tick_is_on_time_however_long_the_sending_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = await when_ticked(load("main"), monkeypatch, 0.3, 0.3, 0.3)

    assert sent == [("Tick 1", 1), ("Tick 2", 2), ("Tick 3", 3), ("Tick 4", 4)]


async def test_a_tick_that_is_missed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = await when_ticked(load("main"), monkeypatch, 2.5, 0)

    assert sent == [("Tick 1", 1), ("Tick 4", 4), ("Tick 5", 5)]


async def test_a_tick_that_fails_is_logged_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module, sent = load("main"), []

    async def ticks(_: float) -> AsyncGenerator[int]:
        for number in (1, 2, 3):
            yield number

    async def broadcast(text: str) -> None:
        sent.append(text)
        if text == "Tick 2":
            raise AssertionError("Two at once.")

    monkeypatch.setattr(module, "ticks", ticks)
    await module.tick(SimpleNamespace(broadcast=broadcast))

    assert sent == ["Tick 1", "Tick 2", "Tick 3"]
    (record,) = caplog.records
    assert record.getMessage() == "Tick 2 did not reach everybody."
    assert "AssertionError: Two at once." in caplog.text


async def test_naive_ticks_later_and_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(DeprecationWarning, match="on_event is deprecated"):
        module = load("naive")
    assert module.TICK_SECONDS == 1

    sent = await when_ticked(module, monkeypatch, 0.3, 0.3, 0.3)

    assert sent == [("Tick 1", 1), ("Tick 2", 2.3), ("Tick 3", 3.6), ("Tick 4", 4.9)]


@pytest.mark.parametrize(
    ("environment", "status"), [("production", 404), ("development", 200), (None, 404)]
)
def test_only_development_has_docs(environment: str | None, status: int) -> None:
    env = {"ENVIRONMENT": environment} if environment else {}
    with serve(LIFESPAN, env={**QUIET, **env}) as server:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert httpx2.get(f"{server.url}{path}").status_code == status
        if environment == "development":
            # As the page says: without a network they are blank.
            assert 'src="https://' in httpx2.get(f"{server.url}/docs").text


@pytest.mark.parametrize("word", ["prod-latest", "contest", "dev", "Development", ""])
def test_a_word_that_is_neither_is_an_error_at_the_start(word: str) -> None:
    with (
        pytest.raises(AssertionError, match="environment"),
        serve(LIFESPAN, env={"ENVIRONMENT": word}),
    ):
        pass


def test_naive_takes_latest_for_a_test_and_shows_its_source() -> None:
    """And what its startup handler should have filled is empty: beside a lifespan it never runs."""
    env = {**QUIET, "SERVICE_NAME": "prod-latest"}
    with serve(NAIVE, env=env) as server:
        assert httpx2.get(f"{server.url}/docs").status_code == 200
        answer = httpx2.get(f"{server.url}/items/lamp", headers={"Accept": "text/html"})

    assert answer.status_code == 500
    assert "items[name]" in answer.text
    assert "KeyError" in answer.text


def test_http_and_websocket_find_the_same_state() -> None:
    with serve(LIFESPAN, env=QUIET) as server, connect(f"{server.ws}/ws/1") as websocket:
        says(websocket, "hello")

        assert httpx2.get(f"{server.url}/members").json() == {"members": 1}


def test_the_signal_handlers_are_left_alone_outside_the_main_thread() -> None:
    """TestClient runs an app in another thread, where no signal may be handled."""
    program = f"""
import signal
from importlib import import_module
from fastapi.testclient import TestClient
before = signal.getsignal(signal.SIGTERM)
with TestClient(import_module({LIFESPAN.partition(":")[0]!r}).app) as client:
    assert client.get("/members").json() == {{"members": 0}}
    assert signal.getsignal(signal.SIGTERM) is before
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.stdout == "done\n", done.stderr
