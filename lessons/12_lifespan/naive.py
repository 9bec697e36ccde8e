"""Wrong on purpose: it guesses where it runs, and does everything too late or too slowly."""

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

SERVICE_NAME = os.environ.get("SERVICE_NAME", "prod-latest")
DEBUG = any(word in SERVICE_NAME for word in ["dev", "test"])
TICK_SECONDS = float(os.environ.get("TICK_SECONDS", "1"))
JOURNAL = os.environ.get("JOURNAL", f"{gettempdir()}/lesson_12_journal.txt")

members: dict[str, WebSocket] = {}
items: dict[str, str] = {}


async def broadcast(text: str):
    for websocket in list(members.values()):
        await websocket.send_text(text)


async def ticker():
    number = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        number += 1
        await broadcast(f"Tick {number}")


async def note(line: str):
    # A busy disk, slow enough for you to see it.
    await asyncio.sleep(5)
    with open(JOURNAL, "a") as file:
        file.write(f"{line}\n")


@asynccontextmanager
async def lifespan(app: FastAPI):
    asyncio.create_task(ticker())
    yield
    await broadcast("The server restarts. Come back in a moment.")


app = FastAPI(lifespan=lifespan, debug=DEBUG)


@app.on_event("startup")
async def fill():
    items["lamp"] = "a lamp"


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/items/{name}")
async def item(name: str):
    return items[name]


@app.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int):
    await websocket.accept()
    members[client_id] = websocket
    try:
        while True:
            text = await websocket.receive_text()
            await websocket.send_text(f"You wrote: {text}")
            asyncio.create_task(note(f"Client #{client_id} says: {text}"))
    except WebSocketDisconnect:
        members.pop(client_id, None)
