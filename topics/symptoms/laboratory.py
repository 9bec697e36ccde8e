"""A laboratory: each address makes a mistake, to show its message."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.templating import Jinja2Templates

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://chat.example"])
templates = Jinja2Templates(directory=Path(__file__).parent)
lists: list[WebSocket] = []
sets: set[WebSocket] = set()


@app.get("/", response_class=HTMLResponse)
def show() -> str:
    """Give a browser a page to run JavaScript in."""
    return "<!doctype html><title>Symptoms</title><h1>Open the console</h1>"


@app.get("/template")
def render(request: Request) -> HTMLResponse:
    """The arguments as they were before Starlette 1.0."""
    return templates.TemplateResponse(
        "page.html",  # ty: ignore[invalid-argument-type] - that is the mistake.
        {"request": request},  # ty: ignore[invalid-argument-type] - and this.
    )


@app.get("/stream")
async def stream() -> StreamingResponse:
    """A response that never ends."""

    async def lines() -> AsyncGenerator[str]:
        yield "hello\n"
        await asyncio.Event().wait()

    return StreamingResponse(lines())


@app.websocket("/text")
async def expect_text(websocket: WebSocket) -> None:
    """It expects text, and nothing else."""
    await websocket.accept()
    while True:
        await websocket.send_text(await websocket.receive_text())


@app.websocket("/bytes")
async def expect_bytes(websocket: WebSocket) -> None:
    """It expects bytes, and nothing else."""
    await websocket.accept()
    await websocket.receive_bytes()


@app.websocket("/json")
async def expect_json(websocket: WebSocket) -> None:
    """It expects JSON, and nothing else."""
    await websocket.accept()
    await websocket.receive_json()


@app.websocket("/datetime")
async def send_a_datetime(websocket: WebSocket) -> None:
    """JSON has no type for a time."""
    await websocket.accept()
    await websocket.send_json({"at": datetime.now(UTC)})


@app.websocket("/not-accepted")
async def forget_to_accept(websocket: WebSocket) -> None:
    """It sends before it has accepted."""
    await websocket.send_text("hello")


@app.websocket("/closed")
async def go_on_after_closing(websocket: WebSocket) -> None:
    """It closes, and goes on."""
    await websocket.accept()
    await websocket.close()
    await websocket.send_text("one more thing")


@app.websocket("/http-exception")
async def raise_an_http_exception(websocket: WebSocket) -> None:
    """It answers by a status, when the answer was given long ago."""
    await websocket.accept()
    raise HTTPException(400)


@app.websocket("/refused")
async def refuse(_: WebSocket) -> None:
    """It refuses with a status of its own."""
    raise HTTPException(401)


@app.websocket("/code")
async def close_with_a_wrong_code(websocket: WebSocket) -> None:
    """It closes with a number that is not a close code."""
    await websocket.accept()
    await websocket.close(100)


@app.websocket("/reason")
async def close_with_a_long_reason(websocket: WebSocket) -> None:
    """It closes with more words than a close frame holds."""
    await websocket.accept()
    await websocket.close(1000, "because " * 20)


@app.websocket("/kind")
async def refuse_bytes(websocket: WebSocket) -> None:
    """It takes text, and says so to everybody else."""
    await websocket.accept()
    message = await websocket.receive()
    if message.get("text") is None:
        await websocket.close(1003, "Please send text.")


@app.websocket("/returned")
async def return_without_closing(websocket: WebSocket) -> None:
    """It returns, and does not close."""
    await websocket.accept()


@app.websocket("/group")
async def fail_in_a_group(websocket: WebSocket) -> None:
    """Its reader is in a task group."""
    await websocket.accept()
    async with asyncio.TaskGroup() as group:
        group.create_task(websocket.receive_text())


def who(request: Request) -> str:
    """Return the caller's name: a dependency made for HTTP alone."""
    return request.headers["user-agent"]


@app.websocket("/request")
async def ask_for_a_request(
    websocket: WebSocket, caller: Annotated[str, Depends(who)]
) -> None:
    """There is no request in a WebSocket."""
    await websocket.accept()
    await websocket.send_text(caller)


@app.websocket("/def")
def forget_async(websocket: WebSocket) -> None:
    """A WebSocket's endpoint has to be a coroutine function."""


@app.websocket("/await")
async def forget_to_await(websocket: WebSocket) -> None:
    """It calls a coroutine function, and does not await it."""
    await websocket.accept()
    websocket.send_text("hello")  # ty: ignore[unused-awaitable] - the mistake.
    await websocket.close()


async def fail() -> None:
    raise ValueError("Nobody hears of this.")


@app.websocket("/task")
async def forget_a_task(websocket: WebSocket) -> None:
    """It begins a task that fails, and nobody awaits it."""
    await websocket.accept()
    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    del task
    await websocket.close()


@app.websocket("/remove")
async def remove_twice(websocket: WebSocket) -> None:
    """It removes from a list what is not in it."""
    await websocket.accept()
    lists.remove(websocket)


@app.websocket("/set")
async def change_a_set(websocket: WebSocket) -> None:
    """It goes through a set that changes meanwhile."""
    await websocket.accept()
    sets.add(websocket)
    for other in sets:
        sets.discard(other)


@app.websocket("/dictionary")
async def change_a_dictionary(websocket: WebSocket) -> None:
    """It goes through a dictionary that changes meanwhile."""
    await websocket.accept()
    names = {"Ada": 1, "Bob": 2}
    for name in names:
        del names[name]


@app.websocket("/queue")
async def wait_for_a_queue(websocket: WebSocket) -> None:
    """It only waits for a queue, so it never learns that its client has gone."""
    await websocket.accept()
    await asyncio.Queue[str]().get()


@app.websocket("/subprotocol")
async def choose_no_subprotocol(websocket: WebSocket) -> None:
    """It accepts, and chooses none of the subprotocols it was offered."""
    await websocket.accept()
    await websocket.receive_text()


@app.websocket("/items/{number}")
async def take_a_number(websocket: WebSocket, number: int) -> None:
    """Its parameter is a number."""
    await websocket.accept()
    await websocket.send_text(str(number))
