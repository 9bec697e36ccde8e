"""Lesson 0, step 2: types say what goes out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse

from .incoming import (
    MessageCreate,
    RoomCreate,
    RoomName,
    RoomUpdate,
    UserName,
    explain,
)
from .rooms import (
    MAX_ROOMS,
    Message,
    RoomCreated,
    RoomInfo,
    add_message,
    add_room,
    rooms,
)

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


@app.get("/rooms", tags=["rooms"])
async def list_rooms(
    skip: Annotated[int, Query(ge=0, le=100)] = 0,
    limit: Annotated[int, Query(gt=0, le=100)] = 20,
    q: Annotated[str | None, Query(max_length=50)] = None,
) -> list[RoomInfo]:
    found = [room for room in rooms.values() if (q or "") in room.name]
    return [*found[skip : skip + limit]]


@app.post(
    "/rooms",
    status_code=201,
    tags=["rooms"],
    response_description="The room, and the key that changes and deletes it.",
)
async def create_room(new: RoomCreate) -> RoomCreated:
    if new.name in rooms:
        raise HTTPException(409, f"There is a room {new.name} already.")
    if len(rooms) >= MAX_ROOMS:
        raise HTTPException(503, f"There are {MAX_ROOMS} rooms already.")
    return add_room(new)


@app.get("/rooms/{room}", tags=["rooms"])
async def read_room(room: RoomName) -> RoomInfo:
    if room not in rooms:
        raise HTTPException(404, f"There is no room {room}.")
    return rooms[room]


@app.patch("/rooms/{room}", tags=["rooms"])
async def update_room(
    room: RoomName, change: RoomUpdate, x_key: Annotated[str, Header()]
) -> RoomInfo:
    """Change what is sent. What is not sent stays as it is."""
    if x_key != rooms[room].key:
        raise HTTPException(400, "X-Key header invalid")
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(rooms[room], name, value)
    return rooms[room]


@app.get("/rooms/{room}/export", tags=["messages"])
async def export_room(room: RoomName) -> JSONResponse:
    # A response of our own is sent as it is, and JSON has no datetime.
    content = jsonable_encoder(rooms[room].messages)
    name = f'attachment; filename="{room}.json"'
    return JSONResponse(content, headers={"Content-Disposition": name})


@app.get("/rooms/{room}/messages", tags=["messages"])
async def read_messages(
    room: RoomName,
    skip: Annotated[int, Query(ge=0, le=100)] = 0,
    limit: Annotated[int, Query(gt=0, le=100)] = 20,
) -> list[Message]:
    """Read what was said in a room, the newest message first."""
    return [*reversed(rooms[room].messages)][skip : skip + limit]


@app.post("/rooms/{room}/messages", status_code=201, tags=["messages"])
async def say(
    room: RoomName, new: MessageCreate, user: UserName = "somebody"
) -> Message:
    return add_message(rooms[room], new.text, user)


@app.get(
    "/messages",
    tags=["messages"],
    summary="Search in the messages",
    description="In all rooms, or in those that you name; the oldest first.",
)
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
@app.get("/{room}", tags=["rooms"], deprecated=True)
async def open_room(room: RoomName) -> RoomInfo:
    """Read a room at its old address."""
    return await read_room(room)
