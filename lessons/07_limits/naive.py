"""Wrong on purpose: counted too late, refused with the wrong status, and limited in nothing else."""

import asyncio
from pathlib import Path

from fastapi import FastAPI, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

app = FastAPI()

MAX_CONNECTIONS = 10
active_connections = []


async def is_banned(websocket: WebSocket):
    """Stand for a question to a database: the answer takes a moment."""
    await asyncio.sleep(0.01)
    return False


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/places")
async def count_places():
    return {"taken": len(active_connections), "of": MAX_CONNECTIONS}


@app.websocket("/ws")
async def chat(websocket: WebSocket):
    if len(active_connections) >= MAX_CONNECTIONS:
        raise HTTPException(400, "Too many connections")
    if await is_banned(websocket):
        raise HTTPException(403, "Banned")
    await websocket.accept()
    active_connections.append(websocket)
    try:
        while True:
            text = await websocket.receive_text()
            await websocket.send_text(f"You wrote: {text}")
    except WebSocketDisconnect:
        active_connections.remove(websocket)
