"""Lesson 6: closing. Every way a connection ends."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Literal

from fastapi import (
    FastAPI,
    HTTPException,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.responses import FileResponse, JSONResponse

from .manager import CLIENT_GONE, SEND_TIMEOUT, ConnectionManager

app = FastAPI()
logger = logging.getLogger(__name__)

Refusal = Literal["close", "denial", "exception"]

manager = ConnectionManager()


async def close(websocket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close a connection unless it is closed; cut the reason to what fits.

    Raises:
        ValueError: no close frame may carry this code.
    """
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise ValueError(f"Close code {code} may not be sent.")
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            cut = reason.encode()[:123].decode(errors="ignore")
            await websocket.close(code, cut)


async def refuse(websocket: WebSocket, way: Refusal) -> None:
    """Turn a client away while the answer is still an HTTP response."""
    match way:
        case "close":
            await websocket.close(1008, "Nobody will read this.")
        case "denial":
            body = {"detail": "Closed on Sundays."}
            response = JSONResponse(body, 503, {"Retry-After": "3600"})
            await websocket.send_denial_response(response)
        case "exception":
            scheme = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, "Sign in first.", scheme)


async def end(websocket: WebSocket, text: str) -> bool:
    """End the connection as `text` asks for; return False if it asks for no end."""
    match text.split(maxsplit=2):
        case ["bye"]:
            await close(websocket, 1000, "Bye.")
        case ["close", code, *reason] if code.isdecimal():
            await close(websocket, int(code), *reason)
        case ["twice"]:
            await close(websocket, 1000, "Once.")
            await close(websocket, 4000, "And once more.")
        case ["return"]:
            pass
        case ["raise"]:
            raise ZeroDivisionError("This is a bug.")
        case ["raise", "WebSocketException"]:
            raise WebSocketException(1008, "This is against the rules.")
        case ["raise", "HTTPException"]:
            raise HTTPException(400, "This is too late.")
        case _:
            return False
    return True


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{client_id}")
async def chat(
    websocket: WebSocket, client_id: int, refusal: Refusal | None = None
) -> None:
    if refusal:
        await refuse(websocket, refusal)
        return
    await websocket.accept()
    try:
        with manager.connect(websocket):
            try:
                async for text in websocket.iter_text():
                    if await end(websocket, text):
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
