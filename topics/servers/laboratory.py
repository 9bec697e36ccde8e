"""A laboratory: each address puts one question to the server that runs it."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[dict[str, str]]:
    yield {"greeting": "Hello from the lifespan."}


app = FastAPI(lifespan=lifespan)


def say(words: str) -> None:
    """Write a line to the server's log."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


@app.websocket("/greeting")
async def greet(websocket: WebSocket) -> None:
    """Does what the lifespan made arrive?"""
    await websocket.accept()
    await websocket.send_text(websocket.state.greeting)
    await websocket.close()


@app.websocket("/process")
async def tell_process(websocket: WebSocket) -> None:
    """Which of the workers is this?"""
    await websocket.accept()
    await websocket.send_text(str(os.getpid()))
    await websocket.close()


@app.websocket("/cookie")
async def set_cookie(websocket: WebSocket) -> None:
    """Do headers of our own reach the client?"""
    await websocket.accept(headers=[(b"set-cookie", b"seat=12")])
    await websocket.close()


@app.websocket("/subprotocol")
async def choose(websocket: WebSocket) -> None:
    """May we choose a subprotocol that the client did not offer?"""
    await websocket.accept(subprotocol="chat")
    await websocket.close()


@app.websocket("/streamed")
async def refuse(websocket: WebSocket) -> None:
    """May a refusal have a body in several parts?"""

    async def parts() -> AsyncGenerator[bytes]:
        yield b"Closed "
        yield b"on Sundays."

    await websocket.send_denial_response(StreamingResponse(parts(), 503))


@app.websocket("/read")
async def read(websocket: WebSocket) -> None:
    """Is an endpoint that reads told of the end, and of what kind?"""
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            await websocket.send_text(f"{len(text)} characters")
    except WebSocketDisconnect as left:
        say(f"told: {int(left.code)} {left.reason}".rstrip())
    except asyncio.CancelledError:
        say("told: CancelledError")
        raise


@app.websocket("/wait")
async def wait(websocket: WebSocket) -> None:
    """Is an endpoint that does not read told of the end?"""
    await websocket.accept()
    say("waits")
    try:
        await asyncio.sleep(3600)
    finally:
        say("waited: ended")


@app.websocket("/late")
async def send_late(websocket: WebSocket) -> None:
    """What is raised for a message to a client that has left, as we know?"""
    await websocket.accept()
    try:
        await websocket.receive_text()
    except WebSocketDisconnect:
        await report_sends(websocket, 1)


@app.websocket("/blind")
async def send_blindly(websocket: WebSocket) -> None:
    """What is raised for messages to a client that has left, if we do not read?"""
    await websocket.accept()
    await report_sends(websocket, 50)


async def report_sends(websocket: WebSocket, times: int) -> None:
    try:
        for _ in range(times):
            await websocket.send_text("Are you there?")
            await asyncio.sleep(0.02)
    except Exception as error:  # noqa: BLE001 - which one it is, is the question
        say(f"sent: {type(error).__name__}")
    else:
        say("sent: nothing raised")


@app.websocket("/flood")
async def flood(websocket: WebSocket) -> None:
    """Does `send_text()` wait for a client that has stopped reading?"""
    await websocket.accept()
    try:
        for _ in range(1000):
            async with asyncio.timeout(1):
                await websocket.send_text("x" * 65_536)
    except TimeoutError:
        say("flooded: send_text() waits")
    else:
        say("flooded: it takes all 62.5 MiB")
