"""What is done in a room: by WebSocket, and by HTTP beside it."""

from contextlib import suppress
from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, WebSocket
from pydantic import BaseModel

from .errors import Error, explain
from .features.say import Said, Text
from .manager import CLIENT_GONE
from .messages import Client, dispatcher
from .rooms import (
    DeliveryCount,
    Room,
    RoomName,
    UserName,
    get_or_create_room,
    rooms,
)

router = APIRouter(prefix="/rooms", tags=["rooms"])


class Note(BaseModel):
    user: UserName
    text: Text


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


@router.post("/{room}/messages")
async def post_note(room: RoomName, note: Note) -> DeliveryCount:
    said = Said(user=note.user, text=note.text, at=datetime.now(UTC))
    return await get_room_or_404(room).broadcast(said)


@router.websocket("/{room_name}/ws")
async def chat(websocket: WebSocket, room_name: RoomName, user: UserName) -> None:
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
