"""Lesson 15: mounts. Under a prefix, behind a proxy."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path

from anyio import CancelScope
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from fastapi_offline import FastAPIOffline
from starlette.websockets import WebSocketDisconnected

# The server's own logger, so that its lines stand among the server's.
logger = logging.getLogger("uvicorn.error")

# Found from this file, not from the folder the server is started in.
HERE = Path(__file__).parent


@asynccontextmanager
async def open_room(_: FastAPI) -> AsyncGenerator[Mapping[str, object]]:
    """Give the API what it needs, from startup to shutdown."""
    logger.info("The room opens.")
    yield {"manager": ConnectionManager()}
    logger.info("The room is closed.")


@asynccontextmanager
async def host(_: FastAPI) -> AsyncGenerator[Mapping[str, object]]:
    """Pass startup and shutdown on: a mounted app hears of neither."""
    async with api.router.lifespan_context(api) as state:
        yield state or {}


api = FastAPIOffline(title="The room", lifespan=open_room)
app = FastAPI(lifespan=host)
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
app.mount("/api/v1", api, name="api")
templates = Jinja2Templates(directory=HERE / "templates")

# What the endpoint of a client that is gone meets: the news, or old news.
GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A member that has not taken a message after this long no longer counts as one.
SEND_SECONDS = 1.0

client_ids = count(1)


class ConnectionManager:
    """Who is here, and how to speak to one of them or to all."""

    def __init__(self) -> None:
        self.members: dict[WebSocket, CancelScope] = {}

    @contextmanager
    def member(self, websocket: WebSocket) -> Generator[None]:
        """Keep a member while the block runs; end the block if it is dropped."""
        with CancelScope() as scope:
            self.members[websocket] = scope
            try:
                yield
            finally:
                self.members.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one member; a member that cannot be reached is one no longer."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # It is gone, or closing: its own endpoint hears of that too.
            self.members.pop(websocket, None)
        except TimeoutError:
            # It is there and does not read: its own endpoint would wait for ever.
            if scope := self.members.pop(websocket, None):
                scope.cancel()

    async def broadcast(self, text: str, exclude: WebSocket | None = None) -> None:
        """Send to all at once, so that nobody waits for another one's network."""
        # Begun for some, it is finished for all, even if the sender is dropped.
        with CancelScope(shield=True):
            others = [member for member in self.members if member is not exclude]
            await asyncio.gather(*(self.send(member, text) for member in others))


@app.get("/")
async def page(request: Request, name: str = "stranger") -> Response:
    manager: ConnectionManager = request.state.manager
    context = {"name": name, "present": len(manager.members)}
    return templates.TemplateResponse(request, "index.html", context)


@api.get("/where")
async def where(request: Request) -> dict[str, str]:
    """Return by which names the request came here, as this app believes."""
    return {
        "url": str(request.url),
        "root_path": request.scope["root_path"],
        "path": request.scope["path"],
        "client": request.client.host if request.client else "unknown",
        "url_for": str(request.url_for("api:chat")),
    }


@api.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    manager: ConnectionManager = websocket.state.manager
    await websocket.accept()
    client_id = next(client_ids)
    try:
        with manager.member(websocket), suppress(*GONE):
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
