"""An endpoint that says in the log how it was told that its client left."""

import sys

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.get("/")
async def page() -> str:
    return "A page to connect from."


@app.websocket("/ws")
async def report(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect as left:
        sys.stderr.write(f"told: {int(left.code)} {left.reason}".strip() + "\n")
