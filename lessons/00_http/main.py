"""Lesson 0: http. An HTTP API is a set of typed functions."""

from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import compare_digest, token_urlsafe
from typing import Annotated

from fastapi import (
    BackgroundTasks,
    Cookie,
    Depends,
    File,
    Form,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
    UploadFile,
)
from fastapi import Path as PathParam
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_redoc_html
from fastapi.requests import HTTPConnection
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
)
from fastapi.security import APIKeyHeader
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, StringConstraints

# Everything is kept in memory, so there is an end to everything.
MAX_ROOMS = 50
MAX_MESSAGES = 100
MAX_FILES = 4
MAX_BODY = 16_384
MAX_UPLOAD = 262_144

PNG = b"\x89PNG\r\n\x1a\n"

UserName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,19}$")
]
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Number = Annotated[int, PathParam(gt=0, le=1_000_000_000)]


class NewMessage(BaseModel):
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Message(NewMessage):
    number: int
    user: str
    at: datetime


class RoomChange(BaseModel):
    topic: Annotated[str, StringConstraints(max_length=100)] = ""
    locked: bool = False


class NewRoom(RoomChange):
    name: RoomName


class RoomInfo(NewRoom):
    """What everybody may know of a room."""

    opened: datetime


class Attachment(BaseModel):
    number: int
    name: str
    size: int


class RoomView(RoomInfo):
    messages: list[Message]
    files: list[Attachment]
    pictured: bool


class OpenedRoom(RoomInfo):
    """What only the caller who opens a room is told."""

    key: str


class Entry(BaseModel):
    at: datetime
    user: str
    did: str


class Room(OpenedRoom):
    """What the server keeps of a room; no response promises all of it."""

    # Each room has its own: Pydantic copies a default.
    messages: deque[Message] = deque(maxlen=MAX_MESSAGES)
    said: int = 0
    files: deque[Attachment] = deque(maxlen=MAX_FILES)
    contents: deque[bytes] = deque(maxlen=MAX_FILES)
    sent: int = 0
    picture: bytes = b""


rooms: dict[str, Room] = {}
journal: deque[Entry] = deque(maxlen=MAX_MESSAGES)
calls: Counter[str] = Counter()


def add_room(new: NewRoom) -> Room:
    room = Room(**new.model_dump(), opened=datetime.now(UTC), key=token_urlsafe())
    rooms[room.name] = room
    return room


add_room(NewRoom(name="lobby", topic="Everything else"))


async def count_call(connection: HTTPConnection) -> None:
    """Count every call; HTTPConnection is a request, or a WebSocket."""
    calls[connection.scope["type"]] += 1


async def get_room(room: RoomName) -> Room:
    """Return the room that the path names."""
    if room not in rooms:
        raise HTTPException(404, f"There is no room {room}.")
    return rooms[room]


KnownRoom = Annotated[Room, Depends(get_room)]


async def get_unlocked_room(room: KnownRoom) -> Room:
    """Return the room that the path names, if it takes something."""
    if room.locked:
        raise HTTPException(403, f"{room.name} is locked.")
    return room


UnlockedRoom = Annotated[Room, Depends(get_unlocked_room)]


async def require_key(
    room: KnownRoom, key: Annotated[str, Depends(APIKeyHeader(name="X-Key"))]
) -> None:
    """Let through who has opened the room; without a key it is 401."""
    # The time that == takes tells how much of a guess is right.
    if not compare_digest(key.encode(), room.key.encode()):
        raise HTTPException(403, f"This key does not fit {room.name}.")


async def get_given_name(
    user: Annotated[UserName | None, Query()] = None,
) -> str | None:
    return user


async def get_speaker(
    given: Annotated[str | None, Depends(get_given_name)],
    user: Annotated[UserName | None, Cookie()] = None,
) -> str:
    """Return the name in the query, else the one in the cookie."""
    return given or user or "somebody"


Speaker = Annotated[str, Depends(get_speaker)]


class Part:
    """Which part of a list a caller wants."""

    def __init__(
        self,
        skip: Annotated[int, Query(ge=0, le=MAX_MESSAGES)] = 0,
        limit: Annotated[int, Query(gt=0, le=MAX_MESSAGES)] = 20,
    ) -> None:
        self.slice = slice(skip, skip + limit)


async def note(user: str, did: str) -> None:
    """Write into the journal."""
    journal.append(Entry(at=datetime.now(UTC), user=user, did=did))


app = FastAPIOffline(
    title="Rooms",
    dependencies=[Depends(count_call)],
    max_body_size=MAX_BODY,
    redoc_url=None,
)


@app.get("/redoc", include_in_schema=False)
async def redoc() -> HTMLResponse:
    script = "static-offline-docs/redoc.standalone.js"
    html = get_redoc_html(
        openapi_url="openapi.json",
        title="Rooms",
        redoc_js_url=script,
        redoc_favicon_url="data:,",
        with_google_fonts=False,
    )
    # Its script would ask its maker's host for a logo.
    html.headers["Content-Security-Policy"] = "img-src 'self' data:"
    return html


@app.exception_handler(RequestValidationError)
async def explain(_: Request, error: RequestValidationError) -> JSONResponse:
    # The usual answer repeats what was sent, and is 500 if that has no JSON.
    told = [
        {key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()
    ]
    return JSONResponse({"detail": told}, 422)


@app.get("/", include_in_schema=False)
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.trace("/", tags=["about"])
async def trace(request: Request) -> Response:
    # Not the headers: a script may not read this cookie, and could read it here.
    line = f"TRACE {request.url.path} HTTP/1.1\r\n"
    return Response(line, media_type="message/http")


@app.get("/hello", tags=["about"])
async def hello(
    speaker: Speaker, user_agent: Annotated[str, Header()] = "an unnamed program"
) -> str:
    return f"Hello, {speaker}. You use {user_agent}."


@app.post("/name", status_code=204, tags=["about"])
async def remember_name(
    request: Request, response: Response, user: Annotated[UserName, Form()]
) -> None:
    """Remember your name in a cookie, for an hour."""
    response.set_cookie(
        "user",
        user,
        max_age=3600,
        path=request.scope["root_path"] or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


@app.get("/calls", tags=["about"])
async def count_calls() -> dict[str, int]:
    return calls


@app.get("/journal", tags=["about"])
async def read_journal() -> list[Entry]:
    return list(journal)


@app.get("/rooms", tags=["rooms"])
async def list_rooms(
    part: Annotated[Part, Depends()],
    q: Annotated[str | None, Query(max_length=50)] = None,
) -> list[RoomInfo]:
    """List the rooms, or those whose name or topic has `q` in it."""
    found = [
        room for room in rooms.values() if (q or "") in f"{room.name} {room.topic}"
    ]
    return [*found[part.slice]]


@app.post(
    "/rooms",
    status_code=201,
    tags=["rooms"],
    response_description="The room, and the key that changes and closes it.",
)
async def open_room(new: NewRoom) -> OpenedRoom:
    if new.name in rooms:
        raise HTTPException(409, f"There is a room {new.name} already.")
    if len(rooms) >= MAX_ROOMS:
        raise HTTPException(503, f"All {MAX_ROOMS} rooms are open.")
    return add_room(new)


@app.get("/rooms/{room}", tags=["rooms"])
async def read_room(room: KnownRoom, part: Annotated[Part, Depends()]) -> RoomView:
    """Read a room, the newest message first."""
    newest = [*reversed(room.messages)][part.slice]
    seen = {"messages": newest, "pictured": bool(room.picture)}
    return RoomView.model_validate(dict(room) | seen)


@app.head("/rooms/{room}", tags=["rooms"])
async def look_at_room(room: KnownRoom) -> Response:
    return Response(headers={"X-Messages": str(room.said)})


@app.options(
    "/rooms/{room}",
    status_code=204,
    tags=["rooms"],
    dependencies=[Depends(get_room)],
)
async def tell_methods(response: Response) -> None:
    response.headers["Allow"] = "GET, HEAD, OPTIONS, PATCH, DELETE"


@app.patch("/rooms/{room}", tags=["rooms"], dependencies=[Depends(require_key)])
async def change_room(room: KnownRoom, change: RoomChange) -> RoomInfo:
    """Change what is sent; what is not sent stays as it is."""
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(room, name, value)
    return room


@app.delete(
    "/rooms/{room}",
    status_code=204,
    tags=["rooms"],
    dependencies=[Depends(require_key)],
)
async def close_room(room: KnownRoom) -> None:
    rooms.pop(room.name, None)


@app.get("/rooms/{room}/count", tags=["rooms"], deprecated=True)
async def count_messages(room: KnownRoom) -> int:
    """Count what was said. `HEAD /rooms/{room}` tells it too."""
    return room.said


@app.get("/rooms/{room}/export", tags=["rooms"])
async def export_room(room: KnownRoom) -> JSONResponse:
    """Save a room as a file."""
    # A response of your own is sent as it is: a datetime in it has no JSON.
    content = jsonable_encoder(room.messages)
    name = f'attachment; filename="{room.name}.json"'
    return JSONResponse(content, headers={"Content-Disposition": name})


@app.put(
    "/rooms/{room}/picture",
    status_code=204,
    tags=["files"],
    max_body_size=MAX_UPLOAD,
)
async def hang_picture(
    room: UnlockedRoom, picture: Annotated[bytes, File()]
) -> None:
    """Hang a PNG picture in a room, in place of the one before."""
    if not picture.startswith(PNG):
        raise HTTPException(415, "Send a PNG picture.")
    room.picture = picture


@app.get("/rooms/{room}/picture", tags=["files"], response_class=Response)
async def show_picture(room: KnownRoom) -> Response:
    if not room.picture:
        raise HTTPException(404, f"No picture hangs in {room.name}.")
    return Response(room.picture, media_type="image/png")


@app.post(
    "/rooms/{room}/files", status_code=201, tags=["files"], max_body_size=MAX_UPLOAD
)
async def send_file(room: UnlockedRoom, file: UploadFile) -> Attachment:
    content = await file.read()
    room.sent += 1
    # The name is what the caller says it is: it is shown, and opens no file.
    label = (file.filename or "")[:100]
    sent = Attachment(number=room.sent, name=label, size=len(content))
    room.files.append(sent)
    room.contents.append(content)
    return sent


@app.get("/rooms/{room}/files/{number}", tags=["files"], response_class=Response)
async def get_file(room: KnownRoom, number: Number) -> Response:
    for sent, content in zip(room.files, room.contents, strict=True):
        if sent.number == number:
            name = f'attachment; filename="{room.name}-{number}"'
            return Response(content, headers={"Content-Disposition": name})
    raise HTTPException(404, f"There is no file {number} in {room.name}.")


@app.post("/rooms/{room}/messages", status_code=201, tags=["messages"])
async def say(
    room: UnlockedRoom, new: NewMessage, speaker: Speaker, tasks: BackgroundTasks
) -> Message:
    room.said += 1
    now = datetime.now(UTC)
    message = Message(text=new.text, number=room.said, user=speaker, at=now)
    room.messages.append(message)
    # It runs when the answer is on its way: the caller does not wait for it.
    tasks.add_task(note, speaker, f"said message {message.number} in {room.name}")
    return message


@app.get("/rooms/{room}/messages/{number}", tags=["messages"])
async def read_message(room: KnownRoom, number: Number) -> Message:
    for message in room.messages:
        if message.number == number:
            return message
    raise HTTPException(404, f"There is no message {number} in {room.name}.")


@app.get(
    "/messages",
    tags=["messages"],
    summary="Search what was said",
    description="All rooms, or those that you name; the oldest message first.",
)
async def search_messages(
    part: Annotated[Part, Depends()],
    q: Annotated[str, Query(min_length=2, max_length=50, pattern=r"\S")],
    hours: Annotated[float, Query(gt=0, le=24)] = 24,
    room: Annotated[list[RoomName] | None, Query()] = None,
) -> list[Message]:
    since = datetime.now(UTC) - timedelta(hours=hours)
    chosen = [rooms[name] for name in rooms if not room or name in room]
    said = [message for one in chosen for message in one.messages]
    return [one for one in said if q in one.text and one.at > since][part.slice]


# The last one, because it fits every path of one word.
@app.get("/{room}", tags=["rooms"])
async def go_to_room(room: KnownRoom) -> RedirectResponse:
    """Lead from a room's short address to the room."""
    return RedirectResponse(f"rooms/{room.name}")
