"""Lesson 7, step 3: messages and refusals have a pace."""

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, HTTPException, WebSocket
from fastapi.responses import FileResponse
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings

from .limiter import RETRY_AFTER, ConnectionLimiter, FullError
from .manager import CLIENT_GONE, ConnectionManager
from .token_bucket import TokenBucket


class Settings(BaseSettings):
    """The limits, each of which the environment can set: MAX_CONNECTIONS=100."""

    max_connections: PositiveInt = 10
    max_per_client: NonNegativeInt = 0  # 0 switches it off.
    messages_per_second: PositiveFloat = 10


settings = Settings()
app = FastAPI()
manager = ConnectionManager()
limiter = ConnectionLimiter(settings.max_connections, settings.max_per_client)
# So many a second, because each may keep a socket open for ten seconds.
refusals = TokenBucket(settings.max_connections)
client_ids = count(1)


async def is_banned(address: str) -> bool:
    """Wait a moment, as for the answer of a database."""
    await asyncio.sleep(0.01)
    return address == "192.0.2.66"


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close a connection, and do nothing if the client has gone."""
    with suppress(*CLIENT_GONE, RuntimeError):
        await websocket.close(code, reason)


async def converse(websocket: WebSocket) -> None:
    client_id = next(client_ids)
    bucket = TokenBucket(settings.messages_per_second)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    if not bucket.take():
                        reason = (
                            f"More than {settings.messages_per_second:g} a second."
                        )
                        await close(websocket, 1008, reason)
                        break
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await close(websocket, 1003, "Send text, not bytes.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/places")
async def count_places() -> dict[str, int]:
    return {"taken": limiter.taken.total(), "of": settings.max_connections}


@app.websocket("/ws")
async def chat(
    websocket: WebSocket, refuse: Literal["before", "after"] = "before"
) -> None:
    address = websocket.client.host if websocket.client else ""
    try:
        with limiter.acquire(address):
            if await is_banned(address):
                raise HTTPException(403, "You are banned.")
            await websocket.accept()
            await converse(websocket)
    except FullError as refusal:
        if refuse == "before" or not refusals.take():
            raise
        # A page can read a close frame, and it cannot read an HTTP response.
        await websocket.accept()
        reason = f"{refusal.detail} Try again in {RETRY_AFTER} s."
        await close(websocket, 1013, reason)
