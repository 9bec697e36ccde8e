"""Wrong on purpose: it guesses where it runs, and says goodbye to nobody."""

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse

from .manager import CLIENT_GONE, ConnectionManager

SERVICE_NAME = os.environ.get("SERVICE_NAME", "prod-latest")
DEBUG = any(word in SERVICE_NAME for word in ["dev", "test"])

TICK_SECONDS = float(os.environ.get("TICK_SECONDS", "1"))

manager = ConnectionManager()
status = {}


async def tick():
    start, number = monotonic(), 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        number += 1
        late = monotonic() - start - number * TICK_SECONDS
        await manager.broadcast(f"Tick {number}, {late:.2f} s late")


@asynccontextmanager
async def lifespan(app: FastAPI):
    asyncio.create_task(tick())
    yield
    await manager.broadcast("The server restarts. Come back in a moment.")


app = FastAPI(
    lifespan=lifespan,
    debug=DEBUG,
    openapi_url="/openapi.json" if DEBUG else None,
)


@app.on_event("startup")
async def note_the_start():
    status["started"] = datetime.now(UTC)


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/status")
async def show_status():
    return {
        "started": status["started"],
        "connections": len(manager.connections),
    }


@app.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int):
    await websocket.accept()
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
