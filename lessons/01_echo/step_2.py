"""Lesson 1, step 2: the loop ends when the client leaves."""

from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse

app = FastAPI()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"Message text was: {text}")
