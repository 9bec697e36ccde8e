"""Exercise 12: the wind. One sensor for all clients, open as long as the app."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from anyio import CancelScope
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import NonNegativeFloat, PositiveFloat
from pydantic_settings import BaseSettings
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """From the environment: TICK_SECONDS=5 for a reading every five seconds."""

    tick_seconds: PositiveFloat = 2
    read_seconds: NonNegativeFloat = 0.5


settings = Settings()


class Sensor:
    """A sensor for the wind. Reading it takes a while."""

    def __init__(self) -> None:
        self.opened = 0
        self.numbers = count(1)

    async def open(self) -> None:
        """Open the sensor."""
        self.opened += 1

    async def close(self) -> None:
        """Close the sensor."""
        print("The sensor is closed.", flush=True)  # noqa: T201 - you are to see it.

    async def read(self) -> str:
        """Return the next reading."""
        await asyncio.sleep(settings.read_seconds)
        number = next(self.numbers)
        return f"Wind {number}: {20 + 7 * number % 40} km/h"


# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# Seconds. A client that needs longer than this to take a message is dropped.
SEND_TIMEOUT = 1.0


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

    async def broadcast(self, text: str, exclude: WebSocket | None = None) -> None:
        """Send to all clients, or to all but one."""
        # A list: clients may come and go while this waits for the network.
        others = [one for one in self.connections if one is not exclude]
        await asyncio.gather(*(self.send(one, text) for one in others))

    def drop(self, websocket: WebSocket) -> None:
        """Forget a connection, and end the `with` block that keeps it."""
        if connection := self.connections.pop(websocket, None):
            connection.scope.cancel()


manager = ConnectionManager()
sensor = Sensor()
app = FastAPI()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/sensor")
async def show_sensor() -> dict[str, int]:
    return {"opened": sensor.opened}


@app.websocket("/ws")
async def wind(websocket: WebSocket) -> None:
    await websocket.accept()
    # TODO: one sensor, open as long as the app, and a ticker that reads it for all.
    await sensor.open()
    try:
        with manager.connect(websocket):
            while websocket in manager.connections:
                reading = await sensor.read()
                await manager.send(websocket, reading)
                await asyncio.sleep(settings.tick_seconds)
    finally:
        await sensor.close()
