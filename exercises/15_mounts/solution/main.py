"""Exercise 15: the chat with the huts is mounted in another app."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

# The server's own logger: a new one would not show its info() lines.
logger = logging.getLogger("uvicorn.error")


@asynccontextmanager
async def huts_lifespan(_: FastAPI) -> AsyncGenerator[Mapping[str, object]]:
    """Make the counter of reports, and keep it from startup to shutdown."""
    logger.info("The book is open.")
    yield {"numbers": count(1)}
    logger.info("The book is closed.")


huts = FastAPI(title="The hut line", lifespan=huts_lifespan)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[Mapping[str, object]]:
    """Run the lifespan of the mounted app, because the server does not."""
    async with huts_lifespan(huts) as state:
        yield state


app = FastAPI(lifespan=lifespan)
app.mount("/huts", huts, name="huts")


@huts.get("/address")
async def read_address(request: Request) -> dict[str, str]:
    """Return the address of the WebSocket, for programs."""
    return {"line": str(request.url_for("huts:line"))}


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/lift")
async def read_lift() -> dict[str, str]:
    return {"lift": "open"}


@huts.websocket("/line")
async def line(websocket: WebSocket) -> None:
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            async for text in websocket.iter_text():
                number = next(websocket.state.numbers)
                await websocket.send_text(f"Entry {number}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
