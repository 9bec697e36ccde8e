"""Step 1: chunks, and a limit for each file."""

from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import ValidationError
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


@app.websocket("/upload")
async def upload(websocket: WebSocket) -> None:
    await websocket.accept()
    session = UploadSession()
    with suppress(*CLIENT_GONE):
        try:
            while True:
                event = await session.handle(await receive(websocket))
                if event:
                    await websocket.send_text(event.model_dump_json())
        except ValidationError:
            await websocket.close(1007, "Begin an upload, as JSON.")
        except ValueError as error:
            await websocket.close(1008, str(error))
