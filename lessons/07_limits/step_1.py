"""Lesson 7, step 1: a place is counted at once, and always given back."""

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path

from fastapi import FastAPI, HTTPException, WebSocket
from fastapi.responses import FileResponse
from pydantic import NonNegativeInt, PositiveInt
from pydantic_settings import BaseSettings

from .limiter import ConnectionLimiter
from .manager import CLIENT_GONE, ConnectionManager


class Settings(BaseSettings):
    """The limits, each of which the environment can set: MAX_CONNECTIONS=100."""

    max_connections: PositiveInt = 10
    max_per_client: NonNegativeInt = 0  # 0 switches it off.


settings = Settings()
app = FastAPI()
manager = ConnectionManager()
limiter = ConnectionLimiter(settings.max_connections, settings.max_per_client)
client_ids = count(1)


async def is_banned(address: str) -> bool:
    """Wait a moment, as for the answer of a database."""
    await asyncio.sleep(0.01)
    return address == "192.0.2.66"


async def converse(websocket: WebSocket) -> None:
    client_id = next(client_ids)
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


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/places")
async def count_places() -> dict[str, int]:
    return {"taken": limiter.taken.total(), "of": settings.max_connections}


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    address = websocket.client.host if websocket.client else ""
    with limiter.acquire(address):
        if await is_banned(address):
            raise HTTPException(403, "You are banned.")
        await websocket.accept()
        await converse(websocket)
