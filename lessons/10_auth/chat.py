"""What is done in a room: by WebSocket, and by HTTP beside it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from time import time

from anyio import CancelScope, move_on_after
from fastapi import (
    APIRouter,
    Depends,
    HTTPException,
    WebSocket,
    WebSocketDisconnect,
)
from pydantic import BaseModel

from .auth import Speaker, Speaking, speaking
from .errors import Error, explain
from .features.say import Said, Text
from .manager import CLIENT_GONE, SEND_TIMEOUT
from .messages import Client, dispatcher
from .rooms import DeliveryCount, Room, RoomName, get_or_create_room, rooms

# Who is here is for those who may be here.
router = APIRouter(
    prefix="/rooms", tags=["rooms"], dependencies=[Depends(speaking)]
)


class Note(BaseModel):
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
async def post_note(room: RoomName, note: Note, speaker: Speaking) -> DeliveryCount:
    said = Said(user=speaker.user, text=note.text, at=datetime.now(UTC))
    return await get_room_or_404(room).broadcast(said)


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(code, reason)


async def converse(websocket: WebSocket, room_name: str, speaker: Speaker) -> None:
    """Serve somebody who has been let in, as long as the token counts."""
    room = get_or_create_room(room_name)
    client = Client(speaker.user, room, websocket)
    end = move_on_after(speaker.until - time())
    try:
        with room.manager.connect(websocket), end, suppress(*CLIENT_GONE):
            # What is on its way to all when the time is over still reaches all.
            with CancelScope(shield=True):
                await room.join(websocket, client.user)
            while True:
                try:
                    message = dispatcher.parse(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await client.send(Error(detail="Send text, not bytes."))
                except ValueError as reason:
                    await client.send(Error(detail=explain(reason)))
                else:
                    with CancelScope(shield=True):
                        await dispatcher.dispatch(message, client)
        if end.cancelled_caught:
            await close(websocket, 4401, "Your time is over. Sign in again.")
    finally:
        await room.leave(websocket)
