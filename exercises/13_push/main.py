"""Exercise 13: the warnings. To each hut those that it wants, at any time."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi import Path as PathParam
from fastapi.responses import FileResponse
from pydantic import PositiveFloat
from pydantic_settings import BaseSettings
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """How long a horn is blown, from the environment: HORN_SECONDS=10."""

    horn_seconds: PositiveFloat = 5


# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

KINDS = ("avalanche", "flood", "storm")
HELP = "Say want or drop with avalanche, flood or storm; or say horn."

Name = Annotated[str, PathParam(pattern=r"^[A-Z][a-z]{1,20}$")]

settings = Settings()
app = FastAPI()


class Hut:
    """A hut: what it wants to be warned of, and what is still to be told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wanted: set[str] = set()
        self.lines: asyncio.Queue[str] = asyncio.Queue(100)

    def wants(self) -> str:
        """Return what it wants, in words."""
        return f"{self.name} wants: {', '.join(sorted(self.wanted)) or 'nothing'}"


huts: set[Hut] = set()


def warn(kind: str, text: str) -> None:
    """Put a warning into the queue of each hut that wants it."""
    for hut in huts:
        if kind in hut.wanted and not hut.lines.full():
            hut.lines.put_nowait(f"{kind}: {text}")


def blow(hut: Hut) -> str:
    """Blow the horn of a hut. It takes its time, and whoever calls it waits."""
    time.sleep(settings.horn_seconds)
    return f"The horn of {hut.name} was blown."


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/huts")
async def on_the_line() -> list[str]:
    return sorted(hut.name for hut in huts)


@app.websocket("/valley")
async def valley(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        warn(*text.partition(": ")[::2])


@app.websocket("/huts/{name}")
async def serve(websocket: WebSocket, name: Name) -> None:
    await websocket.accept()
    hut = Hut(name)
    huts.add(hut)
    try:
        # TODO: hear the hut at any time, and do what it says, while you speak.
        hut.wanted.add(await websocket.receive_text())
        await websocket.send_text(hut.wants())
        while True:
            await websocket.send_text(await hut.lines.get())
    except CLIENT_GONE:
        pass
    finally:
        huts.discard(hut)
