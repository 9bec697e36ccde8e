"""Exercise 13: the warnings. To each hut those that it wants, at any time."""

import asyncio
import time
from contextlib import suppress
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


async def hear(websocket: WebSocket, hut: Hut, tasks: asyncio.TaskGroup) -> None:
    while True:
        match (await websocket.receive_text()).split(" "):
            case ["want", kind] if kind in KINDS:
                hut.wanted.add(kind)
                await hut.lines.put(hut.wants())
            case ["drop", kind] if kind in KINDS:
                hut.wanted.discard(kind)
                await hut.lines.put(hut.wants())
            case ["horn"]:
                # Not here: who waits for the horn hears nothing else.
                tasks.create_task(blow_beside(hut))
            case _:
                await hut.lines.put(HELP)


async def blow_beside(hut: Hut) -> None:
    await hut.lines.put(await asyncio.to_thread(blow, hut))


async def speak(websocket: WebSocket, hut: Hut) -> None:
    while True:
        await websocket.send_text(await hut.lines.get())


@app.websocket("/huts/{name}")
async def serve(websocket: WebSocket, name: Name) -> None:
    await websocket.accept()
    hut = Hut(name)
    huts.add(hut)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(hear(websocket, hut, tasks))
            tasks.create_task(speak(websocket, hut))
    except* CLIENT_GONE:
        pass
    except* KeyError:
        # receive_text() looks up "text", and a binary message has none.
        with suppress(*CLIENT_GONE):
            await websocket.close(1003, "Send text, not bytes.")
    finally:
        huts.discard(hut)
