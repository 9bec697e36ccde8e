"""Exercise 3: who is on the line. Name the huts that are there."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from anyio import CancelScope
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from starlette.websockets import WebSocketDisconnected

app = FastAPI()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A window that has not taken a message after this long no longer counts as one.
SEND_TIMEOUT = 1.0


class Line:
    """Which windows are open, at which hut, and how to speak to all of them."""

    def __init__(self) -> None:
        self.windows: dict[WebSocket, tuple[str, CancelScope]] = {}
        self.told: list[str] = []

    @contextmanager
    def window(self, websocket: WebSocket, hut: str) -> Generator[None]:
        """Keep a window while the block runs; end the block if it is dropped."""
        with CancelScope() as scope:
            self.windows[websocket] = (hut, scope)
            try:
                yield
            finally:
                self.windows.pop(websocket, None)

    def huts(self) -> list[str]:
        """Return the huts on the line, by name."""
        return sorted({hut for hut, _ in self.windows.values()})

    async def announce(self) -> None:
        """Tell everybody who is on the line, if that has changed."""
        huts = self.huts()
        if huts != self.told:
            # Remembered before the first await: meanwhile others may announce too.
            self.told = huts
            await self.broadcast(f"On the line: {', '.join(huts)}")

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one window; a window that cannot be reached is one no longer."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # It is gone, or closing: its own endpoint hears of that too.
            self.windows.pop(websocket, None)
        except TimeoutError:
            # It is there and does not read: its own endpoint would wait for ever.
            if entry := self.windows.pop(websocket, None):
                entry[1].cancel()

    async def broadcast(self, text: str) -> None:
        """Send to all at once, so that nobody waits for another one's network."""
        # Begun for some, it is finished for all, even if the sender is dropped.
        with CancelScope(shield=True):
            windows = list(self.windows)
            await asyncio.gather(*(self.send(window, text) for window in windows))


line = Line()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{hut}")
async def report(websocket: WebSocket, hut: str) -> None:
    await websocket.accept()
    try:
        with line.window(websocket, hut), suppress(*CLIENT_GONE):
            await line.announce()
            try:
                async for text in websocket.iter_text():
                    await line.broadcast(f"{hut}: {text}")
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
    finally:
        await line.announce()
