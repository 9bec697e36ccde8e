"""Lesson 12: lifespan. What lives as long as the app, and how it ends."""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from time import monotonic
from types import FrameType
from typing import Annotated, Literal, TypedDict

import aiofiles
from fastapi import Depends, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import PositiveFloat
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
    journal: Path = Path(gettempdir()) / "lesson_12_journal.txt"


logger = logging.getLogger(__name__)
settings = Settings()

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Journal:
    """A file that keeps what happened, a line each, written by one task."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Not without an end: a slow disk slows down those who write.
        self.lines: asyncio.Queue[str | None] = asyncio.Queue(maxsize=100)

    async def note(self, text: str) -> None:
        """Write a line; return as soon as the writer is sure to come to it."""
        # repr() escapes line breaks: a text cannot add lines of its own.
        await self.lines.put(f"{datetime.now(UTC).isoformat()} {text!r}\n")

    async def write(self) -> None:
        """Write what is noted, until `None` is."""
        while (line := await self.lines.get()) is not None:
            try:
                async with aiofiles.open(self.path, "a", encoding="utf-8") as file:
                    await file.write(line)
            except OSError as error:
                # A full disk ends no conversation.
                logger.error("Not in the journal: %r (%s)", line, error)


class State(TypedDict):
    """What lives as long as the app; every connection finds it in its `state`."""

    manager: ConnectionManager
    journal: Journal


async def ticks(seconds: float) -> AsyncGenerator[int]:
    """Yield 1 after `seconds`, 2 after twice as many; leave out what is missed."""
    start, number = monotonic(), 0
    while True:
        number = max(number + 1, int((monotonic() - start) / seconds) + 1)
        # Until the tick is due, not as long as a tick: delays do not add up.
        await asyncio.sleep(start + number * seconds - monotonic())
        yield number


async def tick(manager: ConnectionManager) -> None:
    async for number in ticks(settings.tick_seconds):
        try:
            await manager.broadcast(f"Tick {number}")
        except Exception:
            # Raised here, it would end the task group, and with it the lifespan.
            logger.exception("Tick %d did not reach everybody.", number)


async def close(websocket: WebSocket) -> None:
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(1012, "The server restarts.")


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
    manager, journal = ConnectionManager(), Journal(settings.journal)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(journal.write())
        ticker = tasks.create_task(tick(manager))

        async def say_goodbye() -> None:
            ticker.cancel()
            await farewell(manager)

        with before_stop(say_goodbye):
            yield {"manager": manager, "journal": journal}
        # The connections are closed, and their last lines are noted.
        ticker.cancel()
        await journal.lines.put(None)


def get_manager(connection: HTTPConnection) -> ConnectionManager:
    return connection.state.manager


def get_journal(connection: HTTPConnection) -> Journal:
    return connection.state.journal


Manager = Annotated[ConnectionManager, Depends(get_manager)]
Notes = Annotated[Journal, Depends(get_journal)]

development = settings.environment == "development"
app = FastAPI(
    lifespan=lifespan,
    # A traceback in the browser, with its source, is for its author alone.
    debug=development,
    # Without a schema there is no /docs and no /redoc either.
    openapi_url="/openapi.json" if development else None,
)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/members")
async def count_members(manager: Manager) -> dict[str, int]:
    return {"members": len(manager.connections)}


@app.websocket("/ws/{client_id}")
async def chat(
    websocket: WebSocket, client_id: int, manager: Manager, journal: Notes
) -> None:
    await websocket.accept()
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
                    await journal.note(said)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
        await journal.note(f"Client #{client_id} left the chat")
