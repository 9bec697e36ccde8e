"""Exercise 4: the report. Take what a hut measures, and what it corrects."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Literal

from anyio import CancelScope
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.websockets import WebSocketDisconnected

app = FastAPI()

numbers = count(1)


class Note(BaseModel):
    type: Literal["note"]
    text: Annotated[str, Field(min_length=1, max_length=200)]


class Beds(BaseModel):
    type: Literal["beds"]
    free: Annotated[int, Field(strict=True, ge=0, le=100)]


# TODO: add a model for "snow" and one for "correction".
Message = Note | Beds
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)


class Reported(BaseModel):
    type: Literal["reported"] = "reported"
    number: int
    hut: str
    at: datetime
    report: Message


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


# The manager of lesson 3, unchanged, up to `manager = ConnectionManager()`.

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# Seconds. A client that needs longer than this to take a message is dropped.
SEND_TIMEOUT = 1.0


@dataclass
class Connection:
    """What the manager keeps about one client."""

    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ConnectionManager:
    """Keeps the open connections, and sends to one of them or to all."""

    def __init__(self) -> None:
        self.connections: dict[WebSocket, Connection] = {}

    @contextmanager
    def connect(self, websocket: WebSocket) -> Generator[None]:
        """Keep a connection for as long as the `with` block runs."""
        with CancelScope() as scope:
            self.connections[websocket] = Connection(scope)
            try:
                yield
            finally:
                self.connections.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one client, and do nothing if it has gone."""
        connection = self.connections.get(websocket)
        if connection is None:
            return  # It has left, or was dropped.
        try:
            # One message at a time: not every server can send two at once.
            async with asyncio.timeout(SEND_TIMEOUT), connection.lock:
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            pass  # Its own endpoint will notice, and remove it.
        except TimeoutError:
            self.drop(websocket)  # Its own endpoint would wait for it forever.

    async def broadcast(self, text: str, exclude: WebSocket | None = None) -> None:
        """Send to all clients, or to all but one."""
        # A list: clients may come and go while this waits for the network.
        others = [one for one in self.connections if one is not exclude]
        await asyncio.gather(*(self.send(one, text) for one in others))

    def drop(self, websocket: WebSocket) -> None:
        """Forget a connection, and end the `with` block that keeps it."""
        if connection := self.connections.pop(websocket, None):
            connection.scope.cancel()


manager = ConnectionManager()


def parse(text: str) -> Message:
    """Return the report in `text`.

    Raises:
        ValueError: it is not JSON (which has no NaN), or not one of the reports.
    """
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise ValueError(f"This is not JSON: {error}") from None
    return messages.validate_python(value)


def explain(error: ValueError) -> str:
    """Say what is wrong with a message, in a line that cannot grow long."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"{part}: " for part in first["loc"][1:])
        return f"{field}{first['msg']}"[:200]
    return str(error)[:200]


def answer(message: Message, hut: str) -> Reported:
    """Return what everybody is told about a hut's report.

    Raises:
        ValueError: the hut may not report this; the sender gets the text.
    """
    number, at = next(numbers), datetime.now(UTC)
    return Reported(number=number, hut=hut, at=at, report=message)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{hut}")
async def station(websocket: WebSocket, hut: str) -> None:
    await websocket.accept()
    with manager.connect(websocket), suppress(*CLIENT_GONE):
        while True:
            try:
                event = answer(parse(await websocket.receive_text()), hut)
            except KeyError:
                # receive_text() looks up "text"; a binary message has none.
                error = Error(detail="Send text, not bytes.")
                await manager.send(websocket, error.model_dump_json())
            except ValueError as reason:
                error = Error(detail=explain(reason))
                await manager.send(websocket, error.model_dump_json())
            else:
                await manager.broadcast(event.model_dump_json())
