"""The doors of a room: a router with its WebSocket, and with HTTP beside it."""

from contextlib import suppress
from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, WebSocket
from pydantic import BaseModel

from .errors import Error, explain
from .features.say import Said, Text
from .manager import CLIENT_GONE
from .messages import Client, dispatcher
from .rooms import Reached, Room, RoomName, UserName, enter, rooms

router = APIRouter(prefix="/rooms", tags=["rooms"])


class Note(BaseModel):
    user: UserName
    text: Text


def find(name: str) -> Room:
    """Return a room that somebody is in.

    Raises:
        HTTPException: 404, there is none of this name.
    """
    if name not in rooms:
        raise HTTPException(404, "Nobody is in this room.")
    return rooms[name]


@router.get("")
async def count_rooms() -> dict[str, int]:
    return {"rooms": len(rooms)}


@router.get("/{room}")
async def look(room: RoomName) -> list[str]:
    return find(room).users()


@router.post("/{room}/messages")
async def post(room: RoomName, note: Note) -> Reached:
    said = Said(user=note.user, text=note.text, at=datetime.now(UTC))
    return await find(room).broadcast(said)


@router.websocket("/{room}/ws")
async def chat(websocket: WebSocket, room: RoomName, user: UserName) -> None:
    await websocket.accept()
    client = Client(user, enter(room), websocket)
    try:
        with client.room.manager.connect(websocket), suppress(*CLIENT_GONE):
            await client.room.join(websocket, user)
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
        await client.room.leave(websocket)
