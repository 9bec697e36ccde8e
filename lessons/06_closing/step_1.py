"""Lesson 6, step 1: no end without a close frame."""

import logging
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketException
from fastapi.responses import FileResponse

from .laboratory import Refusal, end_as_ordered, refuse_as_ordered
from .manager import CLIENT_GONE, ConnectionManager

app = FastAPI()
logger = logging.getLogger(__name__)
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
            try:
                async for text in websocket.iter_text():
                    if await end_as_ordered(websocket, text, close):
                        # Left open, it would be cut off without a close frame.
                        await close(websocket, 1000, "That was all.")
                        break
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await close(websocket, 1003, "Send text, not bytes.")
            except CLIENT_GONE:
                pass
            except WebSocketException as refused:
                await close(websocket, refused.code, refused.reason)
            except Exception as error:  # noqa: BLE001 - the client must hear of every bug
                logger.error("Client #%s met a bug: %r", client_id, error)
                await close(websocket, 1011, "The server failed.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
