"""Exercise 6: the night. Say why a line ends."""

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from starlette.websockets import WebSocketDisconnected

app = FastAPI()

HUTS = ("Kar", "Alm", "Joch", "Grat", "Firn")

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A line that has not taken a close frame after this long is left to itself.
SEND_TIMEOUT = 1.0

# The line that each hut speaks on: the latest.
lines: dict[str, WebSocket] = {}


async def close(websocket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close a line unless it is closed."""
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(code, reason)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{hut}")
async def station(websocket: WebSocket, hut: str) -> None:
    # TODO: let no line end, and refuse none, without saying why.
    if hut not in HUTS:
        await close(websocket)
        return
    await websocket.accept()
    lines[hut] = websocket
    try:
        async for text in websocket.iter_text():
            if text.startswith("Over and out"):
                break
            await websocket.send_text(f"Copied from {hut}: {text}")
    except KeyError:
        # iter_text() looks up "text", and a binary message has none.
        await close(websocket, 1003, "Send text, not bytes.")
    except CLIENT_GONE:
        pass
    finally:
        # A hut that has called again has another line here by now.
        if lines.get(hut) is websocket:
            del lines[hut]
