"""Exercise 14: the photograph. Go on where the line broke."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from starlette.websockets import WebSocketDisconnected

app = FastAPI()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# What has arrived of each photograph, by its number.
parts: dict[str, bytearray] = {}


async def receive(websocket: WebSocket) -> str | bytes:
    """Return the next message, text or bytes.

    Raises:
        WebSocketDisconnect: the line is broken.
    """
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"], message.get("reason"))
    chunk = message.get("bytes")
    return message["text"] if chunk is None else chunk


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/photographs/{number}")
async def photograph(websocket: WebSocket, number: str) -> None:
    await websocket.accept()
    # TODO: go on with a photograph whose line broke; one line at a time sends it.
    part = parts[number] = bytearray()
    with suppress(*CLIENT_GONE):
        await websocket.send_text(f"Go on at {len(part)}.")
        while True:
            message = await receive(websocket)
            if isinstance(message, bytes):
                part += message
                await websocket.send_text(f"{len(part)} bytes.")
            elif message == sha256(part).hexdigest():
                await websocket.send_text(f"Whole: {len(part)} bytes.")
                part.clear()
            else:
                part.clear()
                await websocket.send_text("This is not it. Go on at 0.")
