"""Wrong on purpose: it listens or speaks, never both, and keeps what all need."""

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import BackgroundTasks, WebSocket
from fastapi.responses import FileResponse

from .database import read_all, save
from .manager import CLIENT_GONE
from .model import generate, look_up
from .state import ManagerOfApp, Session, close, create_app

app = create_app()


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/status")
async def show_status(manager: ManagerOfApp):
    return {
        "connections": len(manager.connections),
        "tasks": len(asyncio.all_tasks()),
    }


@app.get("/answers")
async def show_answers(session: Session):
    return await read_all(session)


@app.websocket("/ws")
async def chat(
    websocket: WebSocket,
    manager: ManagerOfApp,
    session: Session,
    background: BackgroundTasks,
):
    await websocket.accept()
    with manager.connect(websocket), suppress(*CLIENT_GONE):
        try:
            async for text in websocket.iter_text():
                match text[:1000].split(" ", 1):
                    case ["ask", question]:
                        found = look_up(question)
                        async for token in generate(found):
                            await manager.send(websocket, f"token: {token}")
                        background.add_task(save, session, question)
                        await manager.send(websocket, "end: done")
                    case _:
                        await manager.send(websocket, f"Unknown: {text[:1000]}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await close(websocket, 1003, "Send text, not bytes.")
