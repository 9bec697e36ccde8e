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
            await websocket.send_text("Station here. Go ahead.")
            # This function runs once for each client, so each has its own number.
            number = 0
            async for text in websocket.iter_text():
                number += 1
                await websocket.send_text(f"Copied {number}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
