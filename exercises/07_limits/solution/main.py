"""Exercise 7: fair limits. Keep places and messages within the settings."""

import asyncio
from collections import Counter
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
    """The limits, each of which the environment can set: MAX_CONNECTIONS=5."""

    max_connections: PositiveInt = 3
    messages: PositiveInt = 5  # So many in a row,
    refill_seconds: PositiveFloat = 10  # and one more each time these have passed.


app = FastAPI()
settings = Settings()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# Seconds. A client that needs longer than this to take a message is dropped.
SEND_TIMEOUT = 1.0


class TokenBucket:
    """Holds `size` tokens, and gets a new one every `seconds`."""

    def __init__(self, size: float, seconds: float) -> None:
        self.size = size
        self.seconds = seconds
        self.tokens = size
        self.updated_at = monotonic()

    def take(self) -> bool:
        """Take a token and return True, or return False if there is none."""
        now = monotonic()
        new = (now - self.updated_at) / self.seconds
        self.tokens = min(self.size, self.tokens + new)
        self.updated_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Connection:
    """What the manager keeps about one client."""

    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ConnectionManager:
    """Keeps the open connections, and sends to one of them or to all."""

    def __init__(self) -> None:
        self.connections: dict[WebSocket, Connection] = {}

    @contextmanager
    def connect(self, websocket: WebSocket) -> Generator[None]:
        """Keep a connection for as long as the `with` block runs."""
        with CancelScope() as scope:
            self.connections[websocket] = Connection(scope)
            try:
                yield
            finally:
                self.connections.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one client, and do nothing if it has gone."""
        connection = self.connections.get(websocket)
        if connection is None:
            return  # It has left, or was dropped.
        try:
            # One message at a time: not every server can send two at once.
            async with asyncio.timeout(SEND_TIMEOUT), connection.lock:
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            pass  # Its own endpoint will notice, and remove it.
        except TimeoutError:
            self.drop(websocket)  # Its own endpoint would wait for it forever.

    async def broadcast(self, text: str) -> None:
        """Send to all clients."""
        # A list: clients may come and go while this waits for the network.
        everybody = list(self.connections)
        await asyncio.gather(*(self.send(one, text) for one in everybody))

    def drop(self, websocket: WebSocket) -> None:
        """Forget a connection, and end the `with` block that keeps it."""
        if connection := self.connections.pop(websocket, None):
            connection.scope.cancel()


class ConnectionLimiter:
    """Gives a place to each connection, and takes it back."""

    def __init__(self, max_total: int) -> None:
        self.max_total = max_total
        self.taken = 0

    @contextmanager
    def acquire(self) -> Generator[None]:
        """Hold a place for as long as the `with` block runs.

        Raises:
            HTTPException: 503, all places are taken.
        """
        # No await from here to the count, or another may take the same place.
        if self.taken >= self.max_total:
            raise HTTPException(503, "All places are taken.", {"Retry-After": "5"})
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


manager = ConnectionManager()
limiter = ConnectionLimiter(settings.max_connections)

# One for each person, and not for each connection. There are no more than PEOPLE.
buckets: dict[str, TokenBucket] = {}

PEOPLE = ("Ada", "Ben", "Cleo", "Dan", "Eva")

# How often the database was asked for each name.
lookups: Counter[str] = Counter()


async def look_up(name: str) -> None:
    """Ask for a person, as an application asks its database: it takes a moment.

    Raises:
        HTTPException: 404, there is nobody of this name.
    """
    lookups[name] += 1
    await asyncio.sleep(0.1)
    if name not in PEOPLE:
        raise HTTPException(404, f"There is nobody called {name}.")


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/lookups")
async def count_lookups() -> dict[str, int]:
    return {"lookups": lookups.total()}


@app.websocket("/ws/{name}")
async def chat(websocket: WebSocket, name: str) -> None:
    with limiter.acquire():
        await look_up(name)
        await websocket.accept()
        bucket = buckets.setdefault(
            name, TokenBucket(settings.messages, settings.refill_seconds)
        )
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    if bucket.take():
                        await manager.broadcast(f"{name}: {text}")
                    else:
                        wait = f"Wait {settings.refill_seconds:g} s, {name}."
                        await manager.send(websocket, wait)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
