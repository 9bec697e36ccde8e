"""Lesson 7: limits. Say no in time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Literal

from fastapi import (
    FastAPI,
    HTTPException,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.responses import FileResponse
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings

from .manager import CLIENT_GONE, SEND_TIMEOUT, ConnectionManager


class Settings(BaseSettings):
    """The limits, each from the environment: MAX_CONNECTIONS=100."""

    max_connections: PositiveInt = 10
    max_per_client: NonNegativeInt = 0  # 0 switches it off.
    max_message_bytes: PositiveInt = 65_536
    messages_per_second: PositiveFloat = 10
    idle_seconds: PositiveFloat = 60


app = FastAPI()
logger = logging.getLogger(__name__)
settings = Settings()

# When to ask again: for a program in a header, for a person in a reason.
RETRY_SECONDS = 5

client_ids = count(1)


class Places:
    """How many connections each client holds."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    @contextmanager
    def take(self, client: str) -> Generator[None]:
        """Hold a place while the block runs.

        Raises:
            HTTPException: 503 without a free place, 429 beyond this client's share.
        """
        most, share = settings.max_connections, settings.max_per_client
        retry = {"Retry-After": str(RETRY_SECONDS)}
        # No await from here to the count, or another may take the same place.
        if self.taken.total() >= most:
            raise HTTPException(503, f"All {most} places are taken.", retry)
        if 0 < share <= self.taken[client]:
            raise HTTPException(429, f"You have all {share} of yours.", retry)
        self.taken[client] += 1
        try:
            yield
        finally:
            self.taken[client] -= 1
            if not self.taken[client]:
                del self.taken[client]


class Bucket:
    """A token bucket: `rate` messages a second, as many at once after a pause."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.size = max(rate, 1)
        self.tokens = self.size
        self.filled = monotonic()

    def take(self) -> bool:
        """Take a token for one message; return False if there is none left."""
        now = monotonic()
        self.tokens = min(self.size, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


manager = ConnectionManager()
places = Places()

# A refusal after accept may hold a socket for ten seconds: so many start in one.
refusals = Bucket(settings.max_connections)


async def close(websocket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close a connection unless it is closed; cut the reason to what fits.

    Raises:
        ValueError: no close frame may carry this code.
    """
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise ValueError(f"Close code {code} may not be sent.")
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            cut = reason.encode()[:123].decode(errors="ignore")
            await websocket.close(code, cut)


async def receive(websocket: WebSocket, bucket: Bucket) -> str:
    """Return the next message, if it keeps to the limits.

    Raises:
        WebSocketException: 4408 too late, 1009 too long, 1008 one too many.
    """
    try:
        async with asyncio.timeout(settings.idle_seconds):
            text = await websocket.receive_text()
    except TimeoutError:
        reason = f"Silent for {settings.idle_seconds:g} s."
        raise WebSocketException(4408, reason) from None
    if len(text.encode()) > settings.max_message_bytes:
        reason = f"Longer than {settings.max_message_bytes} bytes."
        raise WebSocketException(1009, reason)
    if not bucket.take():
        reason = f"More than {settings.messages_per_second:g} a second."
        raise WebSocketException(1008, reason)
    return text


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/places")
async def count_places() -> dict[str, int]:
    return {"taken": places.taken.total(), "of": settings.max_connections}


@app.websocket("/ws")
async def chat(
    websocket: WebSocket, refuse: Literal["before", "after"] = "before"
) -> None:
    client = websocket.client.host if websocket.client else ""
    try:
        with places.take(client):
            await websocket.accept()
            await serve(websocket, next(client_ids))
    except HTTPException as refusal:
        if refuse == "before" or not refusals.take():
            raise
        # A page is told the code and reason of a close frame, and no response.
        await websocket.accept()
        reason = f"{refusal.detail} Try again in {RETRY_SECONDS} s."
        await close(websocket, 1013, reason)


async def serve(websocket: WebSocket, client_id: int) -> None:
    bucket = Bucket(settings.messages_per_second)
    try:
        with manager.connect(websocket):
            try:
                while True:
                    text = await receive(websocket, bucket)
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # receive_text() looks up "text", and a binary message has none.
                await close(websocket, 1003, "Send text, not bytes.")
            except CLIENT_GONE:
                pass
            except WebSocketException as refused:
                await close(websocket, refused.code, refused.reason)
            except Exception as error:  # noqa: BLE001 - the client must hear of every bug
                logger.error("Client #%s met a bug: %r", client_id, error)
                await close(websocket, 1011, "The server failed.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
