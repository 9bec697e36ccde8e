"""Lesson 10, step 3: a ticket stands in the address, and works once."""

from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse

from . import auth, notes, tickets
from .chat import serve_chat
from .features import roll, say, who  # noqa: F401 - they register their handlers
from .rooms import RoomName

app = FastAPI()
app.include_router(auth.router)
app.include_router(notes.router)
app.include_router(tickets.router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws")
async def chat(websocket: WebSocket, room: RoomName, ticket: str) -> None:
    user = tickets.tickets.redeem(ticket)
    await websocket.accept()
    await serve_chat(websocket, room, user.name)
