"""Wrong on purpose: it believes what callers send, and tells them too much."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import List, Optional

from fastapi import BackgroundTasks, Depends, FastAPI, File, Header, HTTPException
from fastapi import Query, Request, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel

UPLOADS = Path(gettempdir(), "uploads")
JOURNAL = Path(gettempdir(), "journal.txt")


class MessageCreate(BaseModel):
    text: str


class Message(MessageCreate):
    number: int
    user: str
    sent_at: datetime


class Room(BaseModel):
    name: str
    topic: str = ""
    key: str = ""
    messages: List[Message] = []


rooms = {"lobby": Room(name="lobby", topic="Everything else", key="open-sesame")}
calls = {"http": 0}


async def count_call(request: Request):
    calls[request.scope["type"]] += 1


app = FastAPI(title="Rooms", dependencies=[Depends(count_call)])


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/rooms", response_model=List[Room])
async def list_rooms(
    skip: int = 0,
    limit: int = 20,
    q: Optional[str] = Query(None, max_length=50, regex="^[a-z]+$"),
):
    found = [room for room in rooms.values() if (q or "") in room.name]
    return found[skip : skip + limit]


@app.post("/rooms", status_code=201)
async def create_room(name: str, topic: str = "", key: str = ""):
    rooms[name] = Room(name=name, topic=topic, key=key)
    return {name}


@app.get("/journal")
async def read_journal():
    return JOURNAL.read_text()


@app.get("/messages")
async def search_messages(q: str, hours: float = 24):
    since = datetime.now() - timedelta(hours=hours)
    said = [message for room in rooms.values() for message in room.messages]
    return [one for one in said if q in one.text and one.sent_at > since]


@app.get("/{room}")
async def open_room(room: str):
    return await read_room(room)


@app.get("/hello")
async def hello():
    return "Hello"


@app.get("/rooms/{room}", response_model=Room, response_model_exclude={"key"})
async def read_room(room: str):
    if room not in rooms:
        raise HTTPException(status_code=404, detail=f"There is no room {room}.")
    return rooms[room]


@app.patch("/rooms/{room}")
async def update_room(room: str, topic: str, x_key: str = Header(...)):
    if x_key != rooms[room].key:
        raise HTTPException(status_code=400, detail="X-Key header invalid")
    rooms[room].topic = topic


@app.get("/rooms/{room}/export")
async def export_room(room: str):
    return JSONResponse([dict(message) for message in rooms[room].messages])


@app.get("/rooms/{room}/messages")
async def read_messages(room: str, skip: int = 0, limit: int = 20):
    return rooms[room].messages[::-1][skip : skip + limit]


@app.post("/rooms/{room}/messages", status_code=201)
async def say(
    room: str, new: MessageCreate, tasks: BackgroundTasks, user: str = "somebody"
):
    number = len(rooms[room].messages) + 1
    message = Message(
        text=new.text, number=number, user=user, sent_at=datetime.now()
    )
    rooms[room].messages.append(message)
    tasks.add_task(write_journal, f"{user} said something in {room}\n")
    return message


@app.post("/rooms/{room}/files")
async def upload_file(room: str, file: UploadFile = File(...)):
    UPLOADS.mkdir(exist_ok=True)
    content = await file.read()
    with open(f"{UPLOADS}/{file.filename}", "wb") as target:
        target.write(content)
    return {"name": file.filename, "size": len(content)}


def write_journal(text: str):
    with open(JOURNAL, mode="w") as journal:
        journal.write(text)
