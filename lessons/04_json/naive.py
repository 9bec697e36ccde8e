"""Wrong on purpose: JSON the way most tutorials do it."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import randint

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

app = FastAPI()

client_ids = count(1)
active_connections = []


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws")
async def chat(websocket: WebSocket):
    await websocket.accept()
    client = next(client_ids)
    active_connections.append(websocket)
    try:
        while True:
            message = await websocket.receive_json()
            if message["type"] == "say":
                event = {"type": "said", "client": client, "text": message["text"]}
            elif message["type"] == "roll":
                sides = message["sides"]
                event = {"type": "rolled", "client": client, "sides": sides}
                event["value"] = randint(1, sides)
            elif message["type"] == "time":
                event = {"type": "time", "at": datetime.now(UTC)}
            for connection in active_connections:
                await connection.send_json(event)
    except WebSocketDisconnect:
        active_connections.remove(websocket)
