"""Step 3: an upload goes on where it broke."""

from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from starlette.websockets import WebSocketDisconnected

from .session import UploadSession

app = FastAPI()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)


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
    path = Path(__file__).with_name("index.html")
    # Each step has a page of its own, so the browser must ask for it each time.
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


@app.get("/sha256.js")
async def script() -> FileResponse:
    path = Path(__file__).parents[1] / "sha256.js"
    # Where a system says that .js is plain text, a browser runs none of it.
    return FileResponse(path, media_type="text/javascript")


@app.websocket("/upload")
async def upload(websocket: WebSocket) -> None:
    await websocket.accept()
    session = UploadSession()
    try:
        with suppress(*CLIENT_GONE):
            while True:
                event = await session.handle(await receive(websocket))
                if event:
                    await websocket.send_text(event.model_dump_json())
    finally:
        await session.release(keep=True)
