"""The rooms over HTTP, for those who have a token."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from .auth import CurrentUser, get_current_user
from .features.say import Said, Text
from .rooms import DeliveryCount, Room, RoomName, rooms

router = APIRouter(
    prefix="/rooms", tags=["rooms"], dependencies=[Depends(get_current_user)]
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
async def post_note(room: RoomName, note: Note, user: CurrentUser) -> DeliveryCount:
    said = Said(user=user.name, text=note.text, at=datetime.now(UTC))
    return await get_room_or_404(room).broadcast(said)
