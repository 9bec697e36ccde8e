"""Step 1 of lesson 4: JSON that every program can read, in both directions."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import randbelow
from typing import Any

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic_core import from_json, to_json

from .manager import CLIENT_GONE, ConnectionManager

app = FastAPI()

client_ids = count(1)

manager = ConnectionManager()


def encode(event: dict[str, Any]) -> str:
    """Return an event as JSON."""
    return to_json(event, inf_nan_mode="null").decode()


def answer(message: dict[str, Any], client: int) -> dict[str, Any]:
    """Return what everybody is told about a client's message."""
    event = {"client": client, "at": datetime.now(UTC)}
    if message["type"] == "say":
        return event | {"type": "said", "text": message["text"]}
    sides = message["sides"]
    value = 1 + randbelow(sides)
    return event | {"type": "rolled", "sides": sides, "value": value}


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = next(client_ids)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    message = from_json(text, allow_inf_nan=False)
                    event = answer(message, client)
                    await manager.broadcast(encode(event))
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
            except ValueError:
                await websocket.close(1007, "Send JSON.")
    finally:
        left = {"type": "left", "client": client, "at": datetime.now(UTC)}
        await manager.broadcast(encode(left))
