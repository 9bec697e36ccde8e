"""Step 2 of lesson 4: a model for each message of the clients."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import randbelow
from typing import Annotated, Any, Literal

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from pydantic_core import from_json, to_json

from .manager import CLIENT_GONE, ConnectionManager

app = FastAPI()

client_ids = count(1)


class Say(BaseModel):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Roll(BaseModel):
    type: Literal["roll"]
    sides: Annotated[int, Field(strict=True, ge=2, le=1000)] = 6


Message = Say | Roll
MODELS: dict[str, type[Message]] = {"say": Say, "roll": Roll}


manager = ConnectionManager()


def parse(text: str) -> Message:
    """Return the message in `text`.

    Raises:
        ValueError: it is not JSON (which has no NaN), or not one of the messages.
    """
    message = from_json(text, allow_inf_nan=False)
    return MODELS[message["type"]].model_validate(message)


def encode(event: dict[str, Any]) -> str:
    """Return an event as JSON."""
    return to_json(event, inf_nan_mode="null").decode()


def answer(message: Message, client: int) -> dict[str, Any]:
    """Return what everybody is told about a client's message."""
    event = {"client": client, "at": datetime.now(UTC)}
    if isinstance(message, Say):
        return event | {"type": "said", "text": message.text}
    value = 1 + randbelow(message.sides)
    return event | {"type": "rolled", "sides": message.sides, "value": value}


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
                    event = answer(parse(text), client)
                    await manager.broadcast(encode(event))
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
            except ValueError:
                await websocket.close(1007, "Send one of the messages, as JSON.")
    finally:
        left = {"type": "left", "client": client, "at": datetime.now(UTC)}
        await manager.broadcast(encode(left))
