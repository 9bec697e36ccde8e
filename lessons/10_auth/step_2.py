"""Lesson 10, step 2: a token that nobody can forge, and a refusal that says so."""

from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse

from . import auth, notes
from .auth import BearerToken, decode_token
from .chat import serve_chat
from .features import roll, say, who  # noqa: F401 - they register their handlers
from .rooms import RoomName

app = FastAPI()
app.include_router(auth.router)
app.include_router(notes.router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/tickets")
async def create_ticket(token: BearerToken) -> dict[str, str]:
    decode_token(token)
    return {"ticket": token}


@app.websocket("/ws")
async def chat(websocket: WebSocket, room: RoomName, ticket: str) -> None:
    user = decode_token(ticket)
    await websocket.accept()
    await serve_chat(websocket, room, user.name)
