"""Lesson 13: push. Listen and speak at once, to each client what is its own."""

import asyncio
import logging
import signal
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import (
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from pathlib import Path
from tempfile import gettempdir
from time import monotonic
from types import FrameType
from typing import Annotated, Literal, TypedDict

import aiosqlite
from fastapi import Depends, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import NonNegativeFloat, PositiveFloat
from pydantic_settings import BaseSettings
from starlette.requests import HTTPConnection

from .manager import CLIENT_GONE, SEND_TIMEOUT, ConnectionManager


class Settings(BaseSettings):
    """What differs from place to place, from the environment: ENVIRONMENT=..."""

    # Another word is an error at the start, and the default is the safe one.
    environment: Literal["development", "production"] = "production"
    tick_seconds: PositiveFloat = 1
    # How long the goodbye may take before the server stops all the same.
    goodbye_timeout: PositiveFloat = 1
    measure_seconds: NonNegativeFloat = 5
    database: Path = Path(gettempdir()) / "lesson_13_readings.sqlite3"


logger = logging.getLogger(__name__)
settings = Settings()

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# How many lines may wait for a client, and how many connections the database has.
MOST_LINES = 100
MOST_SESSIONS = 2

# How many characters of a message are looked at, and sent back if it is unknown.
MAX_MESSAGE_LENGTH = 1000

INSTRUMENTS = {"snow": "cm", "wind": "km/h"}
TOPICS = ("clock", *INSTRUMENTS)

# Threads for the instruments alone: asyncio's own are few, and files need them too.
instrument_threads = ThreadPoolExecutor(max_workers=32)


class Client:
    """What one client watches, and what is still to be sent to it."""

    def __init__(self) -> None:
        # By topic the last reading pushed, None before the first.
        self.watched: dict[str, str | None] = {}
        self.lines: asyncio.Queue[str] = asyncio.Queue(MOST_LINES)

    def push(self, topic: str, reading: str) -> None:
        """Pass on a reading of a topic, if the client watches it."""
        # A client that is so many lines behind misses this reading.
        if topic in self.watched and not self.lines.full():
            self.watched[topic] = reading
            self.lines.put_nowait(f"{topic}: {reading}")


class Feed:
    """Where readings come from, for all clients that are here."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()

    @contextmanager
    def client(self) -> Generator[Client]:
        """Add a client for as long as the block runs."""
        client = Client()
        self.clients.add(client)
        try:
            yield client
        finally:
            self.clients.discard(client)

    def publish(self, topic: str, reading: str) -> None:
        """Push a reading to those who watch its topic; wait for none of them."""
        for client in self.clients:
            client.push(topic, reading)


class Readings:
    """The last reading of each topic, in SQLite, over a few connections."""

    def __init__(self) -> None:
        self.free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[aiosqlite.Connection]:
        """Lend a connection to the block; nobody else has it meanwhile."""
        connection = await self.free.get()
        try:
            yield connection
        finally:
            self.free.put_nowait(connection)

    async def save(self, topic: str, reading: str) -> None:
        """Keep a reading in place of the last one."""
        async with self.session() as session:
            await session.execute(
                "INSERT OR REPLACE INTO readings VALUES (?, ?)", (topic, reading)
            )

    async def last(self, topic: str) -> str | None:
        """Return the last reading, None if there is none."""
        async with self.session() as session:
            rows = await session.execute_fetchall(
                "SELECT reading FROM readings WHERE topic = ?", (topic,)
            )
        return next((reading for (reading,) in rows), None)


@asynccontextmanager
async def open_readings(path: Path) -> AsyncGenerator[Readings]:
    """Open the database while the block runs."""
    readings = Readings()
    async with AsyncExitStack() as stack:
        for _ in range(MOST_SESSIONS):
            # Without isolation level: each statement is a transaction of its own.
            connecting = aiosqlite.connect(path, isolation_level=None)
            readings.free.put_nowait(await stack.enter_async_context(connecting))
        async with readings.session() as session:
            await session.execute(
                "CREATE TABLE IF NOT EXISTS readings (topic PRIMARY KEY, reading)"
            )
        yield readings


class State(TypedDict):
    """What lives as long as the app; every connection finds it in its `state`."""

    manager: ConnectionManager
    feed: Feed
    readings: Readings


async def ticks(seconds: float) -> AsyncGenerator[int]:
    """Yield 1 after `seconds`, 2 after twice as many; leave out what is missed."""
    start, number = monotonic(), 0
    while True:
        number = max(number + 1, int((monotonic() - start) / seconds) + 1)
        # Until the tick is due, not as long as a tick: delays do not add up.
        await asyncio.sleep(start + number * seconds - monotonic())
        yield number


async def tick(feed: Feed) -> None:
    async for number in ticks(settings.tick_seconds):
        feed.publish("clock", f"Tick {number}")


async def close(
    websocket: WebSocket, code: int = 1012, reason: str = "The server restarts."
) -> None:
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(code, reason)


async def farewell(manager: ConnectionManager) -> None:
    """Say goodbye to everybody, also to those who come meanwhile, and close."""
    with suppress(TimeoutError):
        async with asyncio.timeout(settings.goodbye_timeout):
            while told := list(manager.connections):
                await manager.broadcast(
                    "The server restarts. Come back in a moment."
                )
                await asyncio.gather(*map(close, told))


@contextmanager
def before_stop(act: Callable[[], Awaitable[None]]) -> Generator[None]:
    """Run `act` when the server is told to stop, and only then let it stop.

    The lifespan ends after the connections, so that would be too late.
    """
    if threading.current_thread() is not threading.main_thread():
        # Signals come to the main thread alone. TestClient uses another.
        yield
        return
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}

    def restore() -> None:
        for number, handler in handlers.items():
            signal.signal(number, handler)

    async def stop(number: int) -> None:
        try:
            await act()
        finally:
            signal.raise_signal(number)

    def hear(number: int, _: FrameType | None) -> None:
        # From here on the server hears itself: whoever asks twice does not wait.
        restore()
        asyncio.run_coroutine_threadsafe(stop(number), loop)

    for number in STOP_SIGNALS:
        signal.signal(number, hear)
    try:
        yield
    finally:
        restore()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
    manager, feed = ConnectionManager(), Feed()
    async with (
        open_readings(settings.database) as readings,
        asyncio.TaskGroup() as tasks,
    ):
        ticker = tasks.create_task(tick(feed))

        async def say_goodbye() -> None:
            ticker.cancel()
            await farewell(manager)

        with before_stop(say_goodbye):
            yield {"manager": manager, "feed": feed, "readings": readings}
        ticker.cancel()


def get_manager(connection: HTTPConnection) -> ConnectionManager:
    return connection.state.manager


def get_feed(connection: HTTPConnection) -> Feed:
    return connection.state.feed


def get_readings(connection: HTTPConnection) -> Readings:
    return connection.state.readings


Manager = Annotated[ConnectionManager, Depends(get_manager)]
Source = Annotated[Feed, Depends(get_feed)]
Store = Annotated[Readings, Depends(get_readings)]


async def get_session(readings: Store) -> AsyncGenerator[aiosqlite.Connection]:
    # For a request, which is over soon. A WebSocket would keep it to its end.
    async with readings.session() as session:
        yield session


Session = Annotated[aiosqlite.Connection, Depends(get_session)]

development = settings.environment == "development"
app = FastAPI(
    lifespan=lifespan,
    # A traceback in the browser, with its source, is for its author alone.
    debug=development,
    # Without a schema there is no /docs and no /redoc either.
    openapi_url="/openapi.json" if development else None,
)


def read_instrument(topic: str) -> str:
    """Read it as its driver does, which knows nothing of asyncio and blocks."""
    time.sleep(settings.measure_seconds)
    return f"{int(time.time()) % 100} {INSTRUMENTS[topic]}"


async def measure(topic: str, feed: Feed, readings: Readings) -> None:
    # In a thread it does not block the event loop.
    loop = asyncio.get_running_loop()
    reading = await loop.run_in_executor(instrument_threads, read_instrument, topic)
    await readings.save(topic, reading)
    feed.publish(topic, reading)


async def listen(
    websocket: WebSocket,
    client: Client,
    feed: Feed,
    readings: Readings,
    tasks: asyncio.TaskGroup,
) -> None:
    """Do what the client says, and be back at once for its next word or its end."""
    measuring: asyncio.Task[None] | None = None
    # Not iter_text(): it ends without a word, and the writer would wait for ever.
    while True:
        text = (await websocket.receive_text())[:MAX_MESSAGE_LENGTH]
        match text.split(" "):
            case ["watch", topic] if topic in TOPICS:
                client.watched[topic] = None
                await client.lines.put(f"You watch {topic}.")
                reading = await readings.last(topic)
                # What was pushed meanwhile is newer.
                if reading is not None and client.watched[topic] is None:
                    client.push(topic, reading)
            case ["forget", topic] if topic in TOPICS:
                client.watched.pop(topic, None)
                await client.lines.put(f"You forget {topic}.")
            case ["measure", topic] if topic in INSTRUMENTS:
                if measuring is None or measuring.done():
                    await client.lines.put(f"You measure {topic}.")
                    # Beside the reader, and gone with the client.
                    measuring = tasks.create_task(measure(topic, feed, readings))
                else:
                    await client.lines.put("One measurement at a time.")
            case _:
                await client.lines.put(f"Unknown: {text}")


async def speak(
    websocket: WebSocket, client: Client, manager: ConnectionManager
) -> None:
    """Send what waits for the client, a line at a time."""
    while True:
        await manager.send(websocket, await client.lines.get())


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/members")
async def count_members(manager: Manager) -> dict[str, int]:
    return {"members": len(manager.connections)}


@app.get("/readings")
async def last_readings(session: Session) -> dict[str, str]:
    rows = await session.execute_fetchall("SELECT topic, reading FROM readings")
    return {str(topic): str(reading) for topic, reading in rows}


@app.websocket("/ws")
async def push(
    websocket: WebSocket, manager: Manager, feed: Source, readings: Store
) -> None:
    await websocket.accept()
    with manager.connect(websocket), feed.client() as client:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(listen(websocket, client, feed, readings, tasks))
                tasks.create_task(speak(websocket, client, manager))
        except* CLIENT_GONE:
            pass
        except* KeyError:
            # receive_text() looks up "text", and a binary message has none.
            await close(websocket, 1003, "Send text, not bytes.")
        except* sqlite3.Error as group:
            logger.error("No database: %r", group.exceptions)
            await close(websocket, 1011, "The database does not answer.")
