"""Exercise 9: a word in private. Send it to one hut, in all of its tabs."""

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


HutName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,32}$")]
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Say(BaseModel):
    type: Literal["say"]
    text: Text


class Whisper(BaseModel):
    type: Literal["whisper"]
    to: HutName
    text: Text


class Said(BaseModel):
    type: Literal["said"] = "said"
    hut: str
    text: str


class Whispered(BaseModel):
    type: Literal["whispered"] = "whispered"
    hut: str
    to: str
    text: str


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


Message = Say | Whisper
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)


class Room:
    """The tabs that are open in a room, and whose tab each of them is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.manager = ConnectionManager()
        self.tabs: dict[WebSocket, str] = {}

    def join(self, websocket: WebSocket, hut: str) -> None:
        """Add a tab."""
        self.tabs[websocket] = hut

    def leave(self, websocket: WebSocket) -> None:
        """Remove a tab; the last one takes the room with it."""
        del self.tabs[websocket]
        if not self.tabs:
            del rooms[self.name]

    async def send(self, websocket: WebSocket, event: BaseModel) -> None:
        """Send an event to one tab."""
        await self.manager.send(websocket, event.model_dump_json())

    async def broadcast(self, event: BaseModel) -> None:
        """Send an event to all tabs in the room."""
        await self.manager.broadcast(event.model_dump_json())

    def tabs_of(self, *huts: str) -> list[WebSocket]:
        """Return all tabs of these huts."""
        return [tab for tab, hut in self.tabs.items() if hut in huts]


rooms: dict[str, Room] = {}


def get_or_create_room(name: str) -> Room:
    """Return the room of this name, a new one if nobody is in it."""
    if name not in rooms:
        rooms[name] = Room(name)
    return rooms[name]


async def answer(
    room: Room, websocket: WebSocket, hut: str, message: Message
) -> None:
    """Do what a message asks for."""
    if isinstance(message, Say):
        await room.broadcast(Said(hut=hut, text=message.text))
        return
    event = Whispered(hut=hut, to=message.to, text=message.text)
    if not room.tabs_of(message.to):
        await room.send(websocket, Error(detail=f"{message.to} is not here."))
        return
    tabs = room.tabs_of(hut, message.to)
    await asyncio.gather(*(room.send(tab, event) for tab in tabs))


router = APIRouter(prefix="/rooms")


@router.websocket("/{room_name}/ws")
async def chat(websocket: WebSocket, room_name: RoomName, hut: HutName) -> None:
    await websocket.accept()
    room = get_or_create_room(room_name)
    try:
        with room.manager.connect(websocket), suppress(*CLIENT_GONE):
            room.join(websocket, hut)
            while True:
                try:
                    message = messages.validate_json(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await room.send(
                        websocket, Error(detail="Send text, not bytes.")
                    )
                except ValueError:
                    await room.send(websocket, Error(detail="I do not understand."))
                else:
                    await answer(room, websocket, hut, message)
    finally:
        room.leave(websocket)


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
