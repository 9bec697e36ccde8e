"""Lesson 0, step 1: types say what may come in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from pydantic import Field

from .incoming import (
    MessageCreate,
    RoomCreate,
    RoomName,
    RoomUpdate,
    UserName,
    explain,
)


class Message(MessageCreate):
    number: int
    user: str
    sent_at: datetime


class Room(RoomCreate):
    key: str = ""
    messages: list[Message] = Field(default_factory=list)


rooms = {"lobby": Room(name="lobby", topic="Everything else", key="open-sesame")}
calls = {"http": 0}


async def count_call(request: Request) -> None:
    calls[request.scope["type"]] += 1


app = FastAPI(
    title="Rooms",
    dependencies=[Depends(count_call)],
    exception_handlers={RequestValidationError: explain},
)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/hello")
async def hello() -> str:
    return "Hello"


@app.get("/rooms")
async def list_rooms(
    skip: Annotated[int, Query(ge=0, le=100)] = 0,
    limit: Annotated[int, Query(gt=0, le=100)] = 20,
    q: Annotated[str | None, Query(max_length=50)] = None,
) -> list[Room]:
    found = [room for room in rooms.values() if (q or "") in room.name]
    return found[skip : skip + limit]


@app.post("/rooms", status_code=201)
async def create_room(new: RoomCreate, key: str = "") -> set[str]:
    rooms[new.name] = Room(**new.model_dump(), key=key)
    return {new.name}


@app.get("/rooms/{room}", response_model_exclude={"key"})
async def read_room(room: RoomName) -> Room:
    if room not in rooms:
        raise HTTPException(404, f"There is no room {room}.")
    return rooms[room]


@app.patch("/rooms/{room}")
async def update_room(
    room: RoomName, change: RoomUpdate, x_key: Annotated[str, Header()]
) -> None:
    if x_key != rooms[room].key:
        raise HTTPException(400, "X-Key header invalid")
    rooms[room].topic = change.topic
    rooms[room].locked = change.locked


@app.get("/rooms/{room}/export")
async def export_room(room: RoomName) -> JSONResponse:
    return JSONResponse([dict(message) for message in rooms[room].messages])


@app.get("/rooms/{room}/messages")
async def read_messages(
    room: RoomName,
    skip: Annotated[int, Query(ge=0, le=100)] = 0,
    limit: Annotated[int, Query(gt=0, le=100)] = 20,
) -> list[Message]:
    return rooms[room].messages[::-1][skip : skip + limit]


@app.post("/rooms/{room}/messages", status_code=201)
async def say(
    room: RoomName, new: MessageCreate, user: UserName = "somebody"
) -> Message:
    number = len(rooms[room].messages) + 1
    now = datetime.now(UTC)
    message = Message(text=new.text, number=number, user=user, sent_at=now)
    rooms[room].messages.append(message)
    return message


@app.get("/messages")
async def search_messages(
    q: Annotated[str, Query(min_length=2, max_length=50, pattern=r"\S")],
    hours: Annotated[float, Query(gt=0, le=24)] = 24,
    room: Annotated[list[RoomName] | None, Query()] = None,
) -> list[Message]:
    since = datetime.now(UTC) - timedelta(hours=hours)
    chosen = [one for one in rooms.values() if not room or one.name in room]
    said = [message for one in chosen for message in one.messages]
    return [one for one in said if q in one.text and one.sent_at > since]


# The last one, because it fits every path of one word.
@app.get("/{room}")
async def open_room(room: RoomName) -> Room:
    return await read_room(room)
