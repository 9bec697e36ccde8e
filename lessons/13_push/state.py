"""What lives as long as the app, and how endpoints ask for it: see lesson 12."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, TypedDict

import aiosqlite
from fastapi import Depends, FastAPI, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from .database import Database, open_database
from .manager import SEND_TIMEOUT, ConnectionManager
from .pubsub import Topics, tick
from .settings import settings
from .shutdown import on_shutdown_signal


class State(TypedDict):
    """What lives as long as the app."""

    manager: ConnectionManager
    topics: Topics
    database: Database


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    # If it has gone, or does not read, there is nothing to close.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(code, reason)


async def notify_and_close(
    manager: ConnectionManager, websocket: WebSocket
) -> None:
    await manager.send(websocket, "The server restarts. Come back in a moment.")
    await close(websocket, 1012, "The server restarts.")


async def notify_and_close_all(manager: ConnectionManager) -> None:
    """Say goodbye to all clients, also to those who connect meanwhile."""
    with suppress(TimeoutError):
        async with asyncio.timeout(settings.goodbye_timeout):
            while connections := list(manager.connections):
                goodbyes = (notify_and_close(manager, one) for one in connections)
                await asyncio.gather(*goodbyes)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
    manager, topics = ConnectionManager(), Topics()
    async with open_database(settings.database) as database:
        ticker = asyncio.create_task(tick(topics))
        try:
            with on_shutdown_signal(lambda: notify_and_close_all(manager)):
                yield {"manager": manager, "topics": topics, "database": database}
        finally:
            ticker.cancel()


def create_app() -> FastAPI:
    development = settings.environment == "development"
    return FastAPI(
        lifespan=lifespan,
        debug=development,
        openapi_url="/openapi.json" if development else None,
    )


def get_manager(connection: HTTPConnection) -> ConnectionManager:
    return connection.state.manager


def get_topics(connection: HTTPConnection) -> Topics:
    return connection.state.topics


def get_database(connection: HTTPConnection) -> Database:
    return connection.state.database


ManagerOfApp = Annotated[ConnectionManager, Depends(get_manager)]
TopicsOfApp = Annotated[Topics, Depends(get_topics)]
DatabaseOfApp = Annotated[Database, Depends(get_database)]


async def get_session(
    database: DatabaseOfApp,
) -> AsyncGenerator[aiosqlite.Connection]:
    async with database.session() as session:
        yield session


Session = Annotated[aiosqlite.Connection, Depends(get_session)]
