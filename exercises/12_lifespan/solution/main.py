"""Exercise 12: the wind. One gauge for as long as the station works."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import PositiveFloat
from pydantic_settings import BaseSettings
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """How often the wind is read, from the environment: WIND_SECONDS=5."""

    wind_seconds: PositiveFloat = 2


class Gauge:
    """The wind gauge on the roof. There is one, and each reading is read once."""

    def __init__(self) -> None:
        self.opened = 0
        self.readings = count(1)

    async def open(self) -> None:
        """Let the wind in."""
        self.opened += 1

    async def close(self) -> None:
        """Keep the rain out."""
        print("The gauge is closed.", flush=True)  # noqa: T201 - the warden reads it.

    async def read(self) -> str:
        """Return the next reading."""
        reading = next(self.readings)
        return f"Wind {reading}: {20 + 7 * reading % 40} km/h"


# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

SEND_TIMEOUT = 1.0

settings = Settings()
gauge = Gauge()
huts: set[WebSocket] = set()


async def tell(websocket: WebSocket, text: str) -> None:
    """Send to one hut; a hut that cannot be reached is left out from now on."""
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.send_text(text)
    except (WebSocketDisconnect, RuntimeError, TimeoutError):
        huts.discard(websocket)


async def read_for_all() -> None:
    while True:
        text = await gauge.read()
        await asyncio.gather(*(tell(hut, text) for hut in list(huts)))
        await asyncio.sleep(settings.wind_seconds)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    await gauge.open()
    try:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(read_for_all())
            yield
            reading.cancel()
    finally:
        await gauge.close()


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/gauge")
async def look() -> dict[str, int]:
    return {"opened": gauge.opened}


@app.websocket("/ws")
async def wind(websocket: WebSocket) -> None:
    await websocket.accept()
    huts.add(websocket)
    try:
        # A hut says nothing, and yet its end is heard here: the station can stop.
        with suppress(*CLIENT_GONE):
            while True:
                await websocket.receive()
    finally:
        huts.discard(websocket)
