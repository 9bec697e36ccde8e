"""Three ways, 3: WebSocket. One connection, and both sides speak."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse


@dataclass
class Poll:
    votes: int = 0


app = FastAPI()
poll = Poll()
members: set[WebSocket] = set()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("websocket.html"))


async def tell(member: WebSocket) -> None:
    # Gone, or not reading: lesson 3 says why neither may stop the others.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(1):
            await member.send_text(str(poll.votes))


@app.websocket("/votes")
async def vote(websocket: WebSocket) -> None:
    await websocket.accept()
    members.add(websocket)
    try:
        await tell(websocket)
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                break
            poll.votes += 1
            await asyncio.gather(*map(tell, list(members)))
    finally:
        members.discard(websocket)
