"""Lesson 0: http. An HTTP API is a set of typed functions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import BackgroundTasks, Depends, HTTPException, Query
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi_offline import FastAPIOffline

from . import files, journal, people
from .dependencies import (
    KnownRoom,
    Pagination,
    UnlockedRoom,
    calls,
    count_call,
    require_key,
)
from .incoming import MessageCreate, RoomCreate, RoomName, RoomUpdate, explain
from .people import User
from .rooms import (
    MAX_ROOMS,
    Message,
    RoomCreated,
    RoomInfo,
    add_message,
    add_room,
    rooms,
)

app = FastAPIOffline(
    title="Rooms",
    dependencies=[Depends(count_call)],
    exception_handlers={RequestValidationError: explain},
    max_body_size=16_384,
)
app.include_router(people.router)
app.include_router(files.router)
app.include_router(journal.router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/calls")
async def count_calls() -> dict[str, int]:
    return calls


@app.get("/rooms", tags=["rooms"])
async def list_rooms(
    pagination: Annotated[Pagination, Depends()],
    q: Annotated[str | None, Query(max_length=50)] = None,
) -> list[RoomInfo]:
    found = [room for room in rooms.values() if (q or "") in room.name]
    return [*found[pagination.start : pagination.stop]]


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
async def read_room(room: KnownRoom) -> RoomInfo:
    return room


@app.patch("/rooms/{room}", tags=["rooms"], dependencies=[Depends(require_key)])
async def update_room(room: KnownRoom, change: RoomUpdate) -> RoomInfo:
    """Change what is sent. What is not sent stays as it is."""
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(room, name, value)
    return room


@app.delete(
    "/rooms/{room}",
    tags=["rooms"],
    status_code=204,
    dependencies=[Depends(require_key)],
)
async def delete_room(room: KnownRoom) -> None:
    del rooms[room.name]


@app.get("/rooms/{room}/export", tags=["messages"])
async def export_room(room: KnownRoom) -> JSONResponse:
    # A response of our own is sent as it is, and JSON has no datetime.
    content = jsonable_encoder(room.messages)
    name = f'attachment; filename="{room.name}.json"'
    return JSONResponse(content, headers={"Content-Disposition": name})


@app.get("/rooms/{room}/messages", tags=["messages"])
async def read_messages(
    room: KnownRoom, pagination: Annotated[Pagination, Depends()]
) -> list[Message]:
    """Read what was said in a room, the newest message first."""
    return [*reversed(room.messages)][pagination.start : pagination.stop]


@app.post("/rooms/{room}/messages", status_code=201, tags=["messages"])
async def say(
    room: UnlockedRoom, new: MessageCreate, user: User, tasks: BackgroundTasks
) -> Message:
    message = add_message(room, new.text, user)
    # It runs after the answer has been sent, so the caller does not wait for it.
    tasks.add_task(journal.log_entry, user, f"said {message.number} in {room.name}")
    return message


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
async def open_room(room: KnownRoom) -> RoomInfo:
    """Read a room at its old address."""
    return room
