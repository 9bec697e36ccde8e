"""Wrong on purpose: a connection ends as it happens to, and nobody is told why."""

from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse

from .laboratory import Refusal, end_as_ordered, refuse_as_ordered
from .manager import ConnectionManager

app = FastAPI()
manager = ConnectionManager()

# The page of today speaks this version of our messages.
VERSION = 2


async def close(websocket: WebSocket, code: int = 1000, reason: str = "") -> None:
    await websocket.close(code, reason)


async def refuse(websocket: WebSocket, reason: str) -> None:
    await close(websocket, 1008, reason)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{client_id}")
async def chat(
    websocket: WebSocket,
    client_id: int,
    version: int = VERSION,
    refusal: Refusal | None = None,
) -> None:
    if refusal:
        await refuse_as_ordered(websocket, refusal)
        return
    if version < VERSION:
        reason = f"Version {version} is too old. Load the page again."
        await refuse(websocket, reason)
        return
    await websocket.accept()
    try:
        with manager.connect(websocket):
            async for text in websocket.iter_text():
                if await end_as_ordered(websocket, text, close):
                    return
                await manager.send(websocket, f"You wrote: {text}")
                said = f"Client #{client_id} says: {text}"
                await manager.broadcast(said, exclude=websocket)
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
