"""Lesson 4: json. Messages with a shape, and an answer to those without."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import randbelow
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from .manager import CLIENT_GONE, ConnectionManager

app = FastAPI()

client_ids = count(1)


class Say(BaseModel):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Roll(BaseModel):
    type: Literal["roll"]
    sides: Annotated[int, Field(strict=True, ge=2, le=1000)] = 6


class Said(BaseModel):
    type: Literal["said"] = "said"
    client: int
    text: str
    at: datetime


class Rolled(BaseModel):
    type: Literal["rolled"] = "rolled"
    client: int
    sides: int
    value: int
    at: datetime


class Left(BaseModel):
    type: Literal["left"] = "left"
    client: int
    at: datetime


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


Message = Say | Roll
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)


manager = ConnectionManager()


def parse(text: str) -> Message:
    """Return the message in `text`.

    Raises:
        ValueError: it is not JSON (which has no NaN), or not one of the messages.
    """
    return messages.validate_python(from_json(text, allow_inf_nan=False))


def explain(error: ValueError) -> str:
    """Say what is wrong with a message, in a line that cannot grow long."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"{part}: " for part in first["loc"][1:])
        return f"{field}{first['msg']}"[:200]
    return f"This is not JSON: {error}"[:200]


def answer(message: Message, client: int) -> Said | Rolled:
    """Return what everybody is told about a client's message."""
    at = datetime.now(UTC)
    if isinstance(message, Say):
        return Said(client=client, text=message.text, at=at)
    value = 1 + randbelow(message.sides)
    return Rolled(client=client, sides=message.sides, value=value, at=at)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = next(client_ids)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            while True:
                try:
                    event = answer(parse(await websocket.receive_text()), client)
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    error = Error(detail="Send text, not bytes.")
                    await manager.send(websocket, error.model_dump_json())
                except ValueError as reason:
                    error = Error(detail=explain(reason))
                    await manager.send(websocket, error.model_dump_json())
                else:
                    await manager.broadcast(event.model_dump_json())
    finally:
        left = Left(client=client, at=datetime.now(UTC))
        await manager.broadcast(left.model_dump_json())
