"""Wrong on purpose: it believes what callers send, and tells them too much."""

from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import List, Optional

from fastapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    File,
    Header,
    HTTPException,
    Query,
    Request,
    UploadFile,
)
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel

UPLOADS = Path(gettempdir(), "uploads")
JOURNAL = Path(gettempdir(), "journal.txt")


class NewMessage(BaseModel):
    text: str


class Message(NewMessage):
    user: str
    at: datetime


class Room(BaseModel):
    name: str
    topic: str = ""
    key: str = ""
    messages: List[Message] = []


rooms = {"lobby": Room(name="lobby", topic="Everything else", key="open-sesame")}
calls = 0


async def count_call(request: Request):
    global calls
    calls += 1


app = FastAPI(title="Rooms", dependencies=[Depends(count_call)])


async def get_room(room: str):
    if room not in rooms:
        raise HTTPException(status_code=404, detail=f"There is no room {room}.")
    return rooms[room]


async def require_key(room: Room = Depends(get_room), x_key: str = Header(...)):
    if x_key != room.key:
        raise HTTPException(status_code=400, detail="X-Key header invalid")


def note(text: str):
    with open(JOURNAL, mode="w") as journal:
        journal.write(text)


@app.get("/")
async def page():
    return HTMLResponse("<h1>Rooms</h1><p>See <a href='/docs'>/docs</a>.</p>")


@app.get("/rooms", response_model=List[Room])
async def list_rooms(
    skip: int = 0,
    limit: int = 20,
    q: Optional[str] = Query(None, max_length=50, regex="^[a-z]+$"),
):
    found = [room for room in rooms.values() if (q or "") in room.name]
    return found[skip : skip + limit]


@app.post("/rooms", status_code=201)
async def open_room(name: str, topic: str = "", key: str = ""):
    rooms[name] = Room(name=name, topic=topic, key=key)
    return {name}


@app.get("/journal")
async def read_journal():
    return JOURNAL.read_text()


@app.get("/{room}")
async def go_to_room(room: Room = Depends(get_room)):
    return room.name


@app.get("/hello")
async def hello():
    return "Hello"


@app.get("/rooms/{room}", response_model=Room, response_model_exclude={"key"})
async def read_room(room: Room = Depends(get_room)):
    return room


@app.patch("/rooms/{room}", dependencies=[Depends(require_key)])
async def change_room(topic: str, room: Room = Depends(get_room)):
    room.topic = jsonable_encoder(topic)


@app.get("/rooms/{room}/export")
async def export_room(room: Room = Depends(get_room)):
    return JSONResponse([dict(message) for message in room.messages])


@app.post("/rooms/{room}/files")
async def send_file(file: UploadFile = File(...), room: Room = Depends(get_room)):
    UPLOADS.mkdir(exist_ok=True)
    content = await file.read()
    with open(f"{UPLOADS}/{file.filename}", "wb") as target:
        target.write(content)
    return {"name": file.filename, "size": len(content)}


@app.post("/rooms/{room}/messages")
async def say(
    new: NewMessage,
    tasks: BackgroundTasks,
    room: Room = Depends(get_room),
    user: str = "somebody",
):
    message = Message(text=new.text, user=user, at=datetime.now())
    room.messages.append(message)
    tasks.add_task(note, f"{user} said something in {room.name}\n")
    return message
