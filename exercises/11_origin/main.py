"""Exercise 11: the alarm. Let no other page act in a user's name."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from anyio import CancelScope
from fastapi import (
    Cookie,
    Depends,
    FastAPI,
    HTTPException,
    Response,
    WebSocket,
    WebSocketDisconnect,
)
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from pydantic import BaseModel
from pydantic_settings import BaseSettings
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """Whose pages are allowed besides ours: ALLOWED_ORIGINS='["https://a.example"]'."""

    allowed_origins: list[str] = []


app = FastAPI()
settings = Settings()

# Who is signed in, by the cookie `session`: as in lesson 2, a real one is random.
USERS = {"apple": "Ada", "banana": "Grace"}

# Any page may show this, so it is open to all.
PUBLIC = ("/status",)


class OriginGuard:
    """An ASGI middleware that refuses what other people's pages ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, and refuse the rest with 403."""
        # TODO: everything is passed on, whatever page it is from.
        await self.app(scope, receive, send)


app.add_middleware(OriginGuard)
app.add_middleware(CORSMiddleware, allow_origins=settings.allowed_origins)


# The manager of lesson 3, unchanged, up to `manager = ConnectionManager()`.

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# Seconds. A client that needs longer than this to take a message is dropped.
SEND_TIMEOUT = 1.0


@dataclass
class Connection:
    """What the manager keeps about one client."""

    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ConnectionManager:
    """Keeps the open connections, and sends to one of them or to all."""

    def __init__(self) -> None:
        self.connections: dict[WebSocket, Connection] = {}

    @contextmanager
    def connect(self, websocket: WebSocket) -> Generator[None]:
        """Keep a connection for as long as the `with` block runs."""
        with CancelScope() as scope:
            self.connections[websocket] = Connection(scope)
            try:
                yield
            finally:
                self.connections.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one client, and do nothing if it has gone."""
        connection = self.connections.get(websocket)
        if connection is None:
            return  # It has left, or was dropped.
        try:
            # One message at a time: not every server can send two at once.
            async with asyncio.timeout(SEND_TIMEOUT), connection.lock:
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            pass  # Its own endpoint will notice, and remove it.
        except TimeoutError:
            self.drop(websocket)  # Its own endpoint would wait for it forever.

    async def broadcast(self, text: str, exclude: WebSocket | None = None) -> None:
        """Send to all clients, or to all but one."""
        # A list: clients may come and go while this waits for the network.
        others = [one for one in self.connections if one is not exclude]
        await asyncio.gather(*(self.send(one, text) for one in others))

    def drop(self, websocket: WebSocket) -> None:
        """Forget a connection, and end the `with` block that keeps it."""
        if connection := self.connections.pop(websocket, None):
            connection.scope.cancel()


manager = ConnectionManager()


class SignIn(BaseModel):
    user: str
    secret: str


def get_current_user(session: Annotated[str, Cookie()] = "") -> str:
    """Return the user whose cookie it is.

    Raises:
        HTTPException: 401, it is nobody's.
    """
    if session not in USERS:
        raise HTTPException(401, "Sign in first.")
    return USERS[session]


User = Annotated[str, Depends(get_current_user)]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/users")
async def users() -> list[str]:
    return list(USERS.values())


@app.post("/sign-in", status_code=204)
async def sign_in(body: SignIn, response: Response) -> None:
    if USERS.get(body.secret) != body.user:
        raise HTTPException(401, "Wrong user or secret.")
    response.set_cookie("session", body.secret, httponly=True, samesite="strict")


@app.post("/alarm")
async def alarm(user: User) -> dict[str, int]:
    received = len(manager.connections)
    await manager.broadcast(f"ALARM from {user}")
    return {"received": received}


@app.websocket("/status")
async def status(websocket: WebSocket) -> None:
    await websocket.accept()
    with suppress(*CLIENT_GONE):
        await websocket.send_text("The chat is open.")
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass


@app.websocket("/ws")
async def chat(websocket: WebSocket, user: User) -> None:
    await websocket.accept()
    with manager.connect(websocket), suppress(*CLIENT_GONE):
        try:
            async for text in websocket.iter_text():
                await manager.broadcast(f"{user}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
