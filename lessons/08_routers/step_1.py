"""Step 1 of lesson 8: a loop of our own, which answers what is wrong."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import randbelow
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import from_json

from .errors import Error, explain
from .manager import CLIENT_GONE, ConnectionManager

router = APIRouter(prefix="/ws", tags=["chat"])

client_ids = count(1)


class Say(BaseModel):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Roll(BaseModel):
    type: Literal["roll"]
    sides: Annotated[int, Field(strict=True, ge=2, le=1000)] = 6


class Flip(BaseModel):
    type: Literal["flip"]


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


Message = Say | Roll | Flip
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)

manager = ConnectionManager()


@dataclass(frozen=True)
class Client:
    """Who sent a message, and how to answer."""

    number: int
    websocket: WebSocket

    async def send(self, event: BaseModel) -> None:
        """Send an event to this client alone."""
        await manager.send(self.websocket, event.model_dump_json())

    async def broadcast(self, event: BaseModel) -> None:
        """Send an event to everybody."""
        await manager.broadcast(event.model_dump_json())


def parse(text: str) -> Message:
    """Return the message in `text`; raise `ValueError` if there is none."""
    return messages.validate_python(from_json(text, allow_inf_nan=False))


@router.websocket("/chat")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = Client(next(client_ids), websocket)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            while True:
                try:
                    message = parse(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await client.send(Error(detail="Send text, not bytes."))
                    continue
                except ValueError as reason:
                    await client.send(Error(detail=explain(reason)))
                    continue
                number, at = client.number, datetime.now(UTC)
                if isinstance(message, Say):
                    event = Said(client=number, text=message.text, at=at)
                elif isinstance(message, Roll):
                    sides = message.sides
                    value = 1 + randbelow(sides)
                    event = Rolled(client=number, sides=sides, value=value, at=at)
                await client.broadcast(event)
    finally:
        await client.broadcast(Left(client=client.number, at=datetime.now(UTC)))


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
