"""Exercise 1: the hut line. Confirm what a hut reports."""

from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

app = FastAPI()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws")
async def station(websocket: WebSocket) -> None:
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            # TODO: greet the hut before it speaks, and number what it reports.
            async for text in websocket.iter_text():
                await websocket.send_text(f"Copied: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
