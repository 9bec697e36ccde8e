"""Step 1 of lesson 12: what lives as long as the app is made in its lifespan."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, TypedDict

from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import FileResponse
from starlette.requests import HTTPConnection

from .manager import CLIENT_GONE, ConnectionManager

SERVICE_NAME = os.environ.get("SERVICE_NAME", "prod-latest")
DEBUG = any(word in SERVICE_NAME for word in ["dev", "test"])

TICK_SECONDS = float(os.environ.get("TICK_SECONDS", "1"))


class State(TypedDict):
    """What lives as long as the app."""

    manager: ConnectionManager
    started: datetime


async def tick(manager: ConnectionManager) -> None:
    start, number = monotonic(), 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        number += 1
        late = monotonic() - start - number * TICK_SECONDS
        await manager.broadcast(f"Tick {number}, {late:.2f} s late")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
    manager = ConnectionManager()
    ticker = asyncio.create_task(tick(manager))
    yield {"manager": manager, "started": datetime.now(UTC)}
    ticker.cancel()
    await manager.broadcast("The server restarts. Come back in a moment.")


def get_manager(connection: HTTPConnection) -> ConnectionManager:
    return connection.state.manager


def get_started(connection: HTTPConnection) -> datetime:
    return connection.state.started


Manager = Annotated[ConnectionManager, Depends(get_manager)]
Started = Annotated[datetime, Depends(get_started)]

app = FastAPI(
    lifespan=lifespan,
    debug=DEBUG,
    openapi_url="/openapi.json" if DEBUG else None,
)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/status")
async def show_status(manager: Manager, started: Started) -> dict[str, str | int]:
    return {
        "started": started.isoformat(),
        "connections": len(manager.connections),
    }


@app.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int, manager: Manager) -> None:
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
