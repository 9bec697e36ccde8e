"""What several endpoints need, each written once."""

from collections import Counter
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, HTTPException, Query
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyHeader

from .incoming import RoomName
from .rooms import Room, rooms

calls: Counter[str] = Counter()


async def count_call(connection: HTTPConnection) -> None:
    """Count a call; an HTTPConnection is a request, or later a WebSocket."""
    calls[connection.scope["type"]] += 1


class Pagination:
    """Which part of a list a caller wants."""

    def __init__(
        self,
        skip: Annotated[int, Query(ge=0, le=100)] = 0,
        limit: Annotated[int, Query(gt=0, le=100)] = 20,
    ) -> None:
        self.start = skip
        self.stop = skip + limit


async def get_room(room: RoomName) -> Room:
    """Return the room that the path names."""
    if room not in rooms:
        raise HTTPException(404, f"There is no room {room}.")
    return rooms[room]


KnownRoom = Annotated[Room, Depends(get_room)]


async def get_unlocked_room(room: KnownRoom) -> Room:
    """Return the room that the path names, unless it is locked."""
    if room.locked:
        raise HTTPException(403, f"{room.name} is locked.")
    return room


UnlockedRoom = Annotated[Room, Depends(get_unlocked_room)]


async def require_key(
    room: KnownRoom, key: Annotated[str, Depends(APIKeyHeader(name="X-Key"))]
) -> None:
    """Let only the caller pass who has created the room."""
    # == stops at the first wrong letter, and its time would help to guess the key.
    if not compare_digest(key.encode(), room.key.encode()):
        raise HTTPException(403, f"This key does not fit {room.name}.")
