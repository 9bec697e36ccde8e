"""Lesson 15, step 1: the lifespan of a mounted app."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from .manager import CLIENT_GONE, ConnectionManager

# The server's own logger: a new one would not show its info() lines.
logger = logging.getLogger("uvicorn.error")

# Found from this file, not from the folder the server is started in.
HERE = Path(__file__).parent


@asynccontextmanager
async def api_lifespan(_: FastAPI) -> AsyncGenerator[Mapping[str, object]]:
    """Make what the API needs, and keep it from startup to shutdown."""
    logger.info("The room opens.")
    yield {"manager": ConnectionManager()}
    logger.info("The room is closed.")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[Mapping[str, object]]:
    """Run the lifespan of the mounted app, because the server does not."""
    async with api_lifespan(api) as state:
        yield state


api = FastAPI(title="The room", lifespan=api_lifespan)
app = FastAPI(lifespan=lifespan)
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
app.mount("/api/v1", api, name="api")
templates = Jinja2Templates(directory=HERE / "templates")

client_ids = count(1)


@app.get("/")
async def page(request: Request, name: str = "stranger") -> Response:
    manager: ConnectionManager = request.state.manager
    context = {"name": name, "present": len(manager.connections)}
    return templates.TemplateResponse(request, "index.html", context)


@api.get("/where")
async def where(request: Request) -> dict[str, str]:
    """Return where this app believes it is."""
    return {
        "url": str(request.url),
        "root_path": request.scope["root_path"],
        "path": request.scope["path"],
        "client": request.client.host if request.client else "unknown",
        "websocket": f"ws://{request.url.netloc}/api/v1/ws",
    }


@api.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    manager: ConnectionManager = websocket.state.manager
    await websocket.accept()
    client_id = next(client_ids)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
