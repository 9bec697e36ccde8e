"""Wrong on purpose: a list for each room, an entry for each tab, and a name is any text."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

app = FastAPI()

rooms = defaultdict(list)


async def tell(room: str, event: dict):
    event["at"] = datetime.now(UTC).isoformat()
    for _, connection in rooms[room]:
        await connection.send_json(event)


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/rooms")
async def count_rooms():
    return {"rooms": len(rooms)}


@app.get("/rooms/{room}")
async def look(room: str):
    return [user for user, _ in rooms[room]]


@app.post("/rooms/{room}/messages")
async def post(room: str, request: Request):
    note = await request.json()
    await tell(room, {"type": "said", "user": note["user"], "text": note["text"]})
    return {"sent": True}


@app.websocket("/rooms/{room}/ws")
async def chat(websocket: WebSocket, room: str, user: str):
    await websocket.accept()
    rooms[room].append((user, websocket))
    await tell(room, {"type": "joined", "user": user})
    try:
        while True:
            message = await websocket.receive_json()
            if message["type"] == "who":
                users = [user for user, _ in rooms[room]]
                await websocket.send_json({"type": "here", "users": users})
            elif message["type"] == "say":
                said = {"type": "said", "user": user, "text": message["text"]}
                await tell(room, said)
    except WebSocketDisconnect:
        rooms[room].remove((user, websocket))
        await tell(room, {"type": "left", "user": user})
