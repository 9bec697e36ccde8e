"""Exercise 6: the night. Say why a line ends."""

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, HTTPException, WebSocket, WebSocketDisconnect
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
    """Close a line unless it is closed; cut the reason to what fits."""
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            cut = reason.encode()[:123].decode(errors="ignore")
            await websocket.close(code, cut)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{hut}")
async def station(websocket: WebSocket, hut: str) -> None:
    if hut not in HUTS:
        raise HTTPException(404, f"There is no hut {hut}.")
    await websocket.accept()
    older = lines.get(hut)
    # Before the first await: meanwhile the hut may call a third time.
    lines[hut] = websocket
    try:
        if older:
            await close(older, 4000, f"{hut} called again.")
        async for text in websocket.iter_text():
            if text.startswith("Over and out"):
                await close(websocket, 1000, f"Copied: {text}")
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
