"""Step 1 of lesson 9: a room is there while somebody is in it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, HTTPException, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, StringConstraints

from .errors import Error, explain

# Importing a feature registers its handler, so these names are not used below.
from .features import roll, say, who  # noqa: F401 - the import is all that is needed
from .manager import CLIENT_GONE, ConnectionManager
from .messages import Client, dispatcher

# A room's name is a part of addresses.
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]


class Joined(BaseModel):
    type: Literal["joined"] = "joined"
    user: str
    at: datetime


class Left(BaseModel):
    type: Literal["left"] = "left"
    user: str
    at: datetime


class UserList(BaseModel):
    type: Literal["here"] = "here"
    users: list[str]


class Room:
    """The tabs that are open in a room, and whose tab each of them is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.manager = ConnectionManager()
        self.tabs: dict[WebSocket, str] = {}

    def users(self) -> list[str]:
        """Return who is here."""
        return list(self.tabs.values())

    async def send_users(self, websocket: WebSocket) -> None:
        """Send the list of users to one client."""
        event = UserList(users=self.users())
        await self.manager.send(websocket, event.model_dump_json())

    async def join(self, websocket: WebSocket, user: str) -> None:
        """Add a tab, and tell everybody."""
        self.tabs[websocket] = user
        await self.broadcast(Joined(user=user, at=datetime.now(UTC)))

    async def leave(self, websocket: WebSocket) -> None:
        """Remove a tab, and tell everybody; the last one takes the room with it."""
        user = self.tabs.pop(websocket)
        if not self.tabs:
            del rooms[self.name]
        await self.broadcast(Left(user=user, at=datetime.now(UTC)))

    async def broadcast(self, event: BaseModel) -> None:
        """Send an event to everybody in the room."""
        await self.manager.broadcast(event.model_dump_json())


rooms: dict[str, Room] = {}


def get_or_create_room(name: str) -> Room:
    """Return the room of this name, a new one if nobody is in it."""
    if name not in rooms:
        rooms[name] = Room(name)
    return rooms[name]


router = APIRouter(prefix="/rooms", tags=["rooms"])


def get_room_or_404(name: str) -> Room:
    """Return a room that somebody is in.

    Raises:
        HTTPException: 404, nobody is in a room of this name.
    """
    if name not in rooms:
        raise HTTPException(404, "Nobody is in this room.")
    return rooms[name]


@router.get("")
async def count_rooms() -> dict[str, int]:
    return {"rooms": len(rooms)}


@router.get("/{room}")
async def list_users(room: RoomName) -> list[str]:
    return get_room_or_404(room).users()


@router.websocket("/{room_name}/ws")
async def chat(websocket: WebSocket, room_name: RoomName, user: str) -> None:
    await websocket.accept()
    room = get_or_create_room(room_name)
    client = Client(user, room, websocket)
    try:
        with room.manager.connect(websocket), suppress(*CLIENT_GONE):
            await room.join(websocket, user)
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
        await room.leave(websocket)


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
