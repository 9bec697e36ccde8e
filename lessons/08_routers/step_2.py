"""Step 2 of lesson 8: a dictionary of handlers, and a union made of it."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from itertools import count
from operator import or_
from pathlib import Path
from secrets import randbelow
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import from_json

from .errors import Error, explain
from .manager import CLIENT_GONE, ConnectionManager

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/ws", tags=["chat"])
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


# Each handler takes a message of its own type, so `Any` stands for all of them.
Handler = Callable[[Any, Client], Awaitable[None]]


class Dispatcher:
    """Which handler each message goes to, and so which messages there are."""

    def __init__(self, handlers: dict[type[BaseModel], Handler]) -> None:
        self.handlers = handlers
        union: Any = reduce(or_, handlers)
        self.messages: TypeAdapter[Any] = TypeAdapter(
            Annotated[union, Field(discriminator="type")]
        )

    def parse(self, text: str) -> BaseModel:
        """Return the message in `text`; raise `ValueError` if there is none."""
        return self.messages.validate_python(from_json(text, allow_inf_nan=False))

    async def dispatch(self, message: BaseModel, client: Client) -> None:
        """Call the handler of a message; if it fails, the client gets an error."""
        try:
            await self.handlers[type(message)](message, client)
        except CLIENT_GONE:
            raise
        except Exception:
            logger.exception("The handler of %s failed.", type(message).__name__)
            await client.send(Error(detail="The server failed."))


async def say(message: Say, client: Client) -> None:
    at = datetime.now(UTC)
    await client.broadcast(Said(client=client.number, text=message.text, at=at))


async def roll(message: Roll, client: Client) -> None:
    at = datetime.now(UTC)
    sides = message.sides
    value = 1 + randbelow(sides)
    event = Rolled(client=client.number, sides=sides, value=value, at=at)
    await client.broadcast(event)


dispatcher = Dispatcher({Say: say, Roll: roll})


@router.websocket("/chat")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = Client(next(client_ids), websocket)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            while True:
                try:
                    message = dispatcher.parse(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await client.send(Error(detail="Send text, not bytes."))
                except ValueError as reason:
                    await client.send(Error(detail=explain(reason)))
                else:
                    await dispatcher.dispatch(message, client)
    finally:
        await client.broadcast(Left(client=client.number, at=datetime.now(UTC)))


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
