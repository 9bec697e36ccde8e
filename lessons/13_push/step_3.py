"""Step 3 of lesson 13: what blocks runs in a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiosqlite
from fastapi import BackgroundTasks, WebSocket
from fastapi.responses import FileResponse

from .database import read_all, save
from .manager import CLIENT_GONE, ConnectionManager
from .model import generate, look_up
from .pubsub import TOPICS, Outbox, Topics
from .state import ManagerOfApp, Session, TopicsOfApp, close, create_app

app = create_app()

MAX_MESSAGE_LENGTH = 1000

# Threads of our own: asyncio has only a few, and others need them, too.
look_up_threads = ThreadPoolExecutor(max_workers=32)


async def answer(
    question: str,
    outbox: Outbox,
    session: aiosqlite.Connection,
    background: BackgroundTasks,
) -> None:
    """Put an answer into the outbox, token by token."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(look_up_threads, look_up, question)
    async for token in generate(found):
        await outbox.put(f"token: {token}")
    background.add_task(save, session, question)
    await outbox.put("end: done")


async def reader(
    websocket: WebSocket,
    outbox: Outbox,
    topics: Topics,
    ask: Callable[[str], asyncio.Task[None]],
) -> None:
    """Do what the client says, and be back at once for its next message."""
    answering: asyncio.Task[None] | None = None
    # Not iter_text(): it ends without an exception, and the writer would go on.
    while True:
        text = (await websocket.receive_text())[:MAX_MESSAGE_LENGTH]
        match text.split(" ", 1):
            case ["ask", _] if answering and not answering.done():
                await outbox.put("One question at a time.")
            case ["ask", question]:
                answering = ask(question)
            case ["stop"] if answering and not answering.done():
                answering.cancel()
                await outbox.put("end: stopped")
            case ["subscribe", topic] if topic in TOPICS:
                topics.subscribe(topic, outbox)
                await outbox.put(f"You are subscribed to {topic}.")
            case ["unsubscribe", topic] if topic in TOPICS:
                topics.unsubscribe(topic, outbox)
                await outbox.put(f"You are not subscribed to {topic}.")
            case _:
                await outbox.put(f"Unknown: {text}")


async def writer(
    websocket: WebSocket, outbox: Outbox, manager: ConnectionManager
) -> None:
    """Send what waits in the outbox, one message at a time."""
    while True:
        await manager.send(websocket, await outbox.get())


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/status")
async def show_status(manager: ManagerOfApp) -> dict[str, int]:
    return {
        "connections": len(manager.connections),
        "tasks": len(asyncio.all_tasks()),
    }


@app.get("/answers")
async def show_answers(session: Session) -> list[str]:
    return await read_all(session)


@app.websocket("/ws")
async def chat(
    websocket: WebSocket,
    manager: ManagerOfApp,
    topics: TopicsOfApp,
    session: Session,
    background: BackgroundTasks,
) -> None:
    await websocket.accept()
    with manager.connect(websocket), topics.outbox() as outbox:
        try:
            async with asyncio.TaskGroup() as tasks:

                def ask(question: str) -> asyncio.Task[None]:
                    return tasks.create_task(
                        answer(question, outbox, session, background)
                    )

                tasks.create_task(reader(websocket, outbox, topics, ask))
                tasks.create_task(writer(websocket, outbox, manager))
        except* CLIENT_GONE:
            pass
        except* KeyError:
            # receive_text() looks up "text", and a binary message has none.
            await close(websocket, 1003, "Send text, not bytes.")
