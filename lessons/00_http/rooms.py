"""What the server keeps of a room, and how much of it a caller may see."""

from collections import deque
from datetime import UTC, datetime
from secrets import token_urlsafe

from pydantic import Field

from .incoming import MessageCreate, RoomCreate

MAX_ROOMS = 50
MAX_MESSAGES = 100


class Message(MessageCreate):
    number: int
    user: str
    sent_at: datetime


class RoomInfo(RoomCreate):
    """What everybody may see of a room."""

    created_at: datetime
    message_count: int = 0
    picture_size: int = 0


class RoomCreated(RoomInfo):
    """What only the caller who creates the room may see."""

    key: str


class Room(RoomCreated):
    """What the server keeps of a room. No endpoint returns all of it."""

    messages: deque[Message] = Field(
        default_factory=lambda: deque(maxlen=MAX_MESSAGES)
    )
    picture: bytes = b""
    files: dict[int, bytes] = Field(default_factory=dict)
    file_count: int = 0


rooms: dict[str, Room] = {}


def add_room(new: RoomCreate) -> Room:
    """Keep a new room, with a key that nobody can guess."""
    now = datetime.now(UTC)
    room = Room(**new.model_dump(), created_at=now, key=token_urlsafe())
    rooms[room.name] = room
    return room


def add_message(room: Room, text: str, user: str) -> Message:
    """Keep a message, under the next number of its room."""
    room.message_count += 1
    number, now = room.message_count, datetime.now(UTC)
    message = Message(text=text, number=number, user=user, sent_at=now)
    room.messages.append(message)
    return message


add_room(RoomCreate(name="lobby", topic="Everything else"))
