"""Exercise 14: resume. Go on with an upload whose connection broke."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from starlette.websockets import WebSocketDisconnected

app = FastAPI()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# What has arrived of each upload, by its id.
parts: dict[str, bytearray] = {}

# The ids of the uploads that are running.
busy: set[str] = set()


async def receive(websocket: WebSocket) -> str | bytes:
    """Return the next message, text or bytes, unless the client has gone."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"], message.get("reason"))
    # The other one of the two keys is missing, or its value is None.
    text = message.get("text")
    return message["bytes"] if text is None else text


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/uploads/{upload_id}")
async def upload(websocket: WebSocket, upload_id: str) -> None:
    await websocket.accept()
    if upload_id in busy:
        await websocket.close(4409, "Another connection is sending it.")
        return
    busy.add(upload_id)
    part = parts.setdefault(upload_id, bytearray())
    try:
        with suppress(*CLIENT_GONE):
            await websocket.send_text(f"ready {len(part)}")
            while True:
                message = await receive(websocket)
                if isinstance(message, bytes):
                    part += message
                    await websocket.send_text(f"ack {len(part)}")
                elif message == sha256(part).hexdigest():
                    await websocket.send_text(f"uploaded {len(part)}")
                    part.clear()
                else:
                    part.clear()
                    await websocket.send_text("failed")
    finally:
        busy.discard(upload_id)
        if not part:
            # It is whole, or it has failed: there is nothing to go on with.
            del parts[upload_id]
