"""Lesson 5, step 2: the address comes from the app."""

from contextlib import suppress
from itertools import count
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from .manager import CLIENT_GONE, ConnectionManager

# Found from this file, not from the folder the server is started in.
HERE = Path(__file__).parent

app = FastAPI()
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
templates = Jinja2Templates(directory=HERE / "templates")

client_ids = count(1)
manager = ConnectionManager()


@app.get("/")
async def page(request: Request, name: str = "stranger") -> Response:
    context = {"name": name, "present": len(manager.connections)}
    return templates.TemplateResponse(request, "index.html", context)


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client_id = next(client_ids)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
