"""Exercise 9: a word in private. Tell it to one hut, in all of its windows."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from anyio import CancelScope
from fastapi import APIRouter, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter
from starlette.websockets import WebSocketDisconnected

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A window that has not taken a message after this long no longer counts as one.
SEND_TIMEOUT = 1.0

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,32}$")]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Say(BaseModel):
    type: Literal["say"]
    text: Text


class Tell(BaseModel):
    type: Literal["tell"]
    to: Name
    text: Text


class Said(BaseModel):
    type: Literal["said"] = "said"
    hut: str
    text: str


class Told(BaseModel):
    type: Literal["told"] = "told"
    hut: str
    to: str
    text: str


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


Message = Say | Tell
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)


@dataclass
class Window:
    """What is kept of a window."""

    hut: str
    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Room:
    """The windows that are open in a room, and whose each of them is."""

    def __init__(self) -> None:
        self.windows: dict[WebSocket, Window] = {}

    @contextmanager
    def window(self, websocket: WebSocket, hut: str) -> Generator[None]:
        """Keep a window while the block runs; end the block if it is dropped."""
        with CancelScope() as scope:
            self.windows[websocket] = Window(hut, scope)
            try:
                yield
            finally:
                self.windows.pop(websocket, None)

    async def send(self, websocket: WebSocket, event: BaseModel) -> None:
        """Send to one window; a window that cannot be reached is one no longer."""
        window = self.windows.get(websocket)
        if window is None:
            return  # It has left, or was dropped.
        try:
            # One message at a time: not every server can send two at once.
            async with asyncio.timeout(SEND_TIMEOUT), window.lock:
                await websocket.send_text(event.model_dump_json())
        except (WebSocketDisconnect, RuntimeError):
            # It is gone, or closing: its own endpoint hears of that too.
            self.windows.pop(websocket, None)
        except TimeoutError:
            # It is there and does not read: its own endpoint would wait forever.
            if self.windows.pop(websocket, None):
                window.scope.cancel()

    async def send_all(self, windows: list[WebSocket], event: BaseModel) -> None:
        """Send to these at once, so that nobody waits for another one's network."""
        # Once it has started it reaches everybody, even if the sender is dropped.
        with CancelScope(shield=True):
            await asyncio.gather(*(self.send(window, event) for window in windows))


rooms: dict[str, Room] = {}

router = APIRouter(prefix="/rooms")


async def answer(
    room: Room,
    websocket: WebSocket,  # noqa: ARG001 - for you
    hut: str,
    message: Message,
) -> None:
    """Do what a message asks for."""
    if isinstance(message, Say):
        said = Said(hut=hut, text=message.text)
        await room.send_all(list(room.windows), said)
    else:
        # TODO: a word to one hut is heard by all who are in the room.
        told = Told(hut=hut, to=message.to, text=message.text)
        await room.send_all(list(room.windows), told)


@router.websocket("/{name}/ws/{hut}")
async def talk(websocket: WebSocket, name: Name, hut: Name) -> None:
    await websocket.accept()
    room = rooms.setdefault(name, Room())
    try:
        with room.window(websocket, hut), suppress(*CLIENT_GONE):
            while True:
                try:
                    message = messages.validate_json(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    error = Error(detail="Send text, not bytes.")
                    await room.send(websocket, error)
                except ValueError:
                    error = Error(detail="I do not understand.")
                    await room.send(websocket, error)
                else:
                    await answer(room, websocket, hut, message)
    finally:
        if not room.windows:
            rooms.pop(name, None)


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
