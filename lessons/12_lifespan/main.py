"""Lesson 12: lifespan. What lives as long as the app, and how it ends."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Annotated, Literal, TypedDict

from fastapi import Depends, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import PositiveFloat
from pydantic_settings import BaseSettings
from starlette.requests import HTTPConnection

from .manager import CLIENT_GONE, SEND_TIMEOUT, ConnectionManager
from .shutdown import on_shutdown_signal

logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    """What differs from place to place, from the environment: ENVIRONMENT=..."""

    # Any other word is an error at the start, and the default is the safe one.
    environment: Literal["development", "production"] = "production"
    tick_seconds: PositiveFloat = 1
    goodbye_timeout: PositiveFloat = 1


settings = Settings()


class State(TypedDict):
    """What lives as long as the app."""

    manager: ConnectionManager
    started: datetime


async def tick(manager: ConnectionManager) -> None:
    seconds, start, number = settings.tick_seconds, monotonic(), 0
    while True:
        # If several ticks are overdue, go on with the next one that is not.
        number = max(number + 1, ceil((monotonic() - start) / seconds))
        due = start + number * seconds
        await asyncio.sleep(due - monotonic())
        late = monotonic() - due
        try:
            await manager.broadcast(f"Tick {number}, {late:.2f} s late")
        except Exception:
            # Raised here, it would end the ticker, and nobody would read why.
            logger.exception("Tick %d did not reach everybody.", number)


async def notify_and_close(
    manager: ConnectionManager, websocket: WebSocket
) -> None:
    await manager.send(websocket, "The server restarts. Come back in a moment.")
    # If it has gone, or does not read, there is nothing to close.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(1012, "The server restarts.")


async def notify_and_close_all(manager: ConnectionManager) -> None:
    """Say goodbye to all clients, also to those who connect meanwhile."""
    with suppress(TimeoutError):
        async with asyncio.timeout(settings.goodbye_timeout):
            while connections := list(manager.connections):
                goodbyes = (notify_and_close(manager, one) for one in connections)
                await asyncio.gather(*goodbyes)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
    manager = ConnectionManager()
    ticker = asyncio.create_task(tick(manager))
    with on_shutdown_signal(lambda: notify_and_close_all(manager)):
        yield {"manager": manager, "started": datetime.now(UTC)}
    # The connections are closed by now.
    ticker.cancel()


def get_manager(connection: HTTPConnection) -> ConnectionManager:
    return connection.state.manager


def get_started(connection: HTTPConnection) -> datetime:
    return connection.state.started


Manager = Annotated[ConnectionManager, Depends(get_manager)]
Started = Annotated[datetime, Depends(get_started)]

development = settings.environment == "development"
app = FastAPI(
    lifespan=lifespan,
    # A traceback in the browser shows the source of the app.
    debug=development,
    # Without a schema there is no /docs and no /redoc either.
    openapi_url="/openapi.json" if development else None,
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
