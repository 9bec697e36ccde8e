"""Step 3 of lesson 4: one type for all messages, a discriminated union."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import randbelow
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter
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
            try:
                async for text in websocket.iter_text():
                    event = answer(parse(text), client)
                    await manager.broadcast(event.model_dump_json())
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
            except ValueError:
                await websocket.close(1007, "Send one of the messages, as JSON.")
    finally:
        left = Left(client=client, at=datetime.now(UTC))
        await manager.broadcast(left.model_dump_json())
