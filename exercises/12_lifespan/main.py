"""Exercise 12: the wind. One gauge for as long as the station works."""

import asyncio
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

settings = Settings()
gauge = Gauge()
app = FastAPI()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/gauge")
async def look() -> dict[str, int]:
    return {"opened": gauge.opened}


@app.websocket("/ws")
async def wind(websocket: WebSocket) -> None:
    await websocket.accept()
    # TODO: one gauge, open as long as the station, and one reading for all.
    await gauge.open()
    try:
        while True:
            await websocket.send_text(await gauge.read())
            await asyncio.sleep(settings.wind_seconds)
    except CLIENT_GONE:
        pass
    finally:
        await gauge.close()
