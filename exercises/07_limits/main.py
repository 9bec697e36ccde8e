"""Exercise 7: the storm. Keep the line free for those who need it."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from anyio import CancelScope
from fastapi import FastAPI, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """The limits, each from the environment: PLACES=5."""

    places: PositiveInt = 3
    reports: PositiveInt = 5  # So many in a row,
    refill_seconds: PositiveFloat = 10  # and one more after so long.


app = FastAPI()
settings = Settings()

HUTS = ("Kar", "Alm", "Joch", "Grat", "Firn")

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A window that has not taken a message after this long no longer counts as one.
SEND_TIMEOUT = 1.0


class Bucket:
    """A token bucket: `size` tokens, and a new one every `seconds`."""

    def __init__(self, size: float, seconds: float) -> None:
        self.size = size
        self.seconds = seconds
        self.tokens = size
        self.filled = monotonic()

    def take(self) -> bool:
        """Take a token for one report; return False if there is none left."""
        now = monotonic()
        new = (now - self.filled) / self.seconds
        self.tokens = min(self.size, self.tokens + new)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Window:
    """What is kept of a window."""

    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Line:
    """Which windows are open, and how to speak to all of them."""

    def __init__(self) -> None:
        self.windows: dict[WebSocket, Window] = {}

    @contextmanager
    def window(self, websocket: WebSocket) -> Generator[None]:
        """Keep a window while the block runs; end the block if it is dropped."""
        with CancelScope() as scope:
            self.windows[websocket] = Window(scope)
            try:
                yield
            finally:
                self.windows.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one window; a window that cannot be reached is one no longer."""
        window = self.windows.get(websocket)
        if window is None:
            return  # It has left, or was dropped.
        try:
            # One message at a time: not every server can send two at once.
            async with asyncio.timeout(SEND_TIMEOUT), window.lock:
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # It is gone, or closing: its own endpoint hears of that too.
            self.windows.pop(websocket, None)
        except TimeoutError:
            # It is there and does not read: its own endpoint would wait forever.
            if self.windows.pop(websocket, None):
                window.scope.cancel()

    async def broadcast(self, text: str) -> None:
        """Send to all at once, so that nobody waits for another one's network."""
        # Once it has started it reaches everybody, even if the sender is dropped.
        with CancelScope(shield=True):
            windows = list(self.windows)
            await asyncio.gather(*(self.send(window, text) for window in windows))


line = Line()


async def look_up(hut: str) -> None:
    """Ask the valley's register for a hut, as an app asks its database.

    Raises:
        HTTPException: 404, there is no such hut.
    """
    await asyncio.sleep(0.1)
    if hut not in HUTS:
        raise HTTPException(404, f"There is no hut {hut}.")


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{hut}")
async def report(
    websocket: WebSocket,
    hut: str,
    *,
    mayday: bool = False,  # noqa: ARG001 - yours to use
) -> None:
    # TODO: keep the limits of the settings, and let a Mayday through all of them.
    if len(line.windows) >= settings.places:
        await websocket.close()
        return
    await look_up(hut)
    await websocket.accept()
    with line.window(websocket), suppress(*CLIENT_GONE):
        try:
            async for text in websocket.iter_text():
                await line.broadcast(f"{hut}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
