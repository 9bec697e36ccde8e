"""Wrong on purpose: it listens or speaks, never both, and keeps what all need."""

import asyncio
import os
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir

import aiosqlite
from fastapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    WebSocket,
    WebSocketDisconnect,
)
from fastapi.responses import FileResponse

TICK_SECONDS = float(os.environ.get("TICK_SECONDS", "1"))
MEASURE_SECONDS = float(os.environ.get("MEASURE_SECONDS", "5"))
DATABASE = os.environ.get("DATABASE", f"{gettempdir()}/lesson_13_naive.sqlite3")

watchers: dict[str, set[asyncio.Queue]] = defaultdict(set)
pool: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()


def publish(topic: str, reading: str):
    for queue in watchers[topic]:
        queue.put_nowait(f"{topic}: {reading}")


def connect():
    return aiosqlite.connect(DATABASE, isolation_level=None)


async def ticker():
    number = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        number += 1
        publish("clock", f"Tick {number}")


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with connect() as one, connect() as other:
        pool.put_nowait(one)
        pool.put_nowait(other)
        await one.execute(
            "CREATE TABLE IF NOT EXISTS readings (topic PRIMARY KEY, reading)"
        )
        ticking = asyncio.create_task(ticker())
        yield
        ticking.cancel()


app = FastAPI(lifespan=lifespan)


async def get_session():
    # As a pool does that is empty: wait a while, then give up.
    async with asyncio.timeout(1):
        session = await pool.get()
    try:
        yield session
    finally:
        pool.put_nowait(session)


def read_instrument(topic: str) -> str:
    time.sleep(MEASURE_SECONDS)
    return f"{int(time.time()) % 100} cm"


async def save(topic: str, reading: str):
    async with connect() as session:
        await session.execute(
            "INSERT OR REPLACE INTO readings VALUES (?, ?)", (topic, reading)
        )


async def speak(websocket: WebSocket, queue: asyncio.Queue):
    while True:
        await websocket.send_text(await queue.get())


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/readings")
async def last_readings(session: aiosqlite.Connection = Depends(get_session)):
    rows = await session.execute_fetchall("SELECT topic, reading FROM readings")
    return dict(rows)


@app.websocket("/ws")
async def push(
    websocket: WebSocket,
    background: BackgroundTasks,
    session: aiosqlite.Connection = Depends(get_session),
):
    await websocket.accept()
    queue = asyncio.Queue()
    asyncio.create_task(speak(websocket, queue))
    try:
        while True:
            verb, _, topic = (await websocket.receive_text()).partition(" ")
            await websocket.send_text(f"You {verb} {topic}.")
            if verb == "watch":
                watchers[topic].add(queue)
            elif verb == "forget":
                watchers[topic].discard(queue)
            elif verb == "measure":
                reading = read_instrument(topic)
                background.add_task(save, topic, reading)
                publish(topic, reading)
    except WebSocketDisconnect:
        for queues in watchers.values():
            queues.discard(queue)


@app.websocket("/speak/{topic}")
async def only_speak(websocket: WebSocket, topic: str):
    await websocket.accept()
    queue = asyncio.Queue()
    watchers[topic].add(queue)
    await speak(websocket, queue)


async def listen(websocket: WebSocket):
    while True:
        await websocket.receive_text()


@app.websocket("/both/{topic}")
async def both(websocket: WebSocket, topic: str):
    await websocket.accept()
    queue = asyncio.Queue()
    watchers[topic].add(queue)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(listen(websocket))
            tasks.create_task(speak(websocket, queue))
    except WebSocketDisconnect:
        watchers[topic].discard(queue)
