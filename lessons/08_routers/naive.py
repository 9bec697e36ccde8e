"""Wrong on purpose: iter_json() believes what arrives, and a chain of ifs what it has heard of."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import randint

from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from fastapi.responses import FileResponse

client_ids = count(1)
active_connections = []


async def know_the_host(request: Request):
    return request.headers["host"]


router = APIRouter(prefix="/ws", tags=["chat"])
admin = APIRouter(prefix="/admin", dependencies=[Depends(know_the_host)])


@router.websocket("/chat")
async def chat(websocket: WebSocket):
    await websocket.accept()
    client = next(client_ids)
    active_connections.append(websocket)
    async for message in websocket.iter_json():
        at = datetime.now(UTC).isoformat()
        if message["type"] == "say":
            event = {
                "type": "said",
                "client": client,
                "at": at,
                "text": message["text"],
            }
        elif message["type"] == "roll":
            sides = message["sides"]
            event = {"type": "rolled", "client": client, "at": at, "sides": sides}
            event["value"] = randint(1, sides)
        for connection in active_connections:
            await connection.send_json(event)
    active_connections.remove(websocket)
    print(f"Client #{client} left, nobody knows why.")


@admin.get("/clients")
async def count_clients():
    return len(active_connections)


@admin.websocket("/ws")
async def watch_clients(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_json(len(active_connections))
    await websocket.close()


app = FastAPI()
app.include_router(router)
app.include_router(admin)


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))
