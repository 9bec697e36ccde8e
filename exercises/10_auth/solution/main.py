"""Exercise 10: revoke a token. Make it worthless before it expires."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from secrets import compare_digest, token_hex, token_urlsafe
from time import time
from typing import Annotated

import jwt
from anyio import CancelScope, move_on_after
from fastapi import Depends, FastAPI, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from pydantic import BaseModel, PositiveInt
from pydantic_settings import BaseSettings
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """How long a token is valid, from the environment: TOKEN_SECONDS=60."""

    token_seconds: PositiveInt = 900


app = FastAPI()
settings = Settings()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# Seconds. A client that needs longer than this to take a message is dropped.
SEND_TIMEOUT = 1.0

SECRET_KEY = token_hex(32)

# The lesson keeps hashes in place of passwords; they would only be slow here.
PASSWORDS = {"Ada": "engine", "Grace": "compiler"}


@dataclass(frozen=True)
class User:
    """Who has signed in, by which token, and when that expires."""

    name: str
    expires_at: int
    token_id: str


@dataclass
class Connection:
    """What the manager keeps about one client."""

    user: User
    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ConnectionManager:
    """Keeps the open connections, each with its user, and sends to all of them."""

    def __init__(self) -> None:
        self.connections: dict[WebSocket, Connection] = {}

    @contextmanager
    def connect(self, websocket: WebSocket, user: User) -> Generator[CancelScope]:
        """Keep a connection while the `with` block runs; end it with its token."""
        with move_on_after(user.expires_at - time()) as scope:
            self.connections[websocket] = Connection(user, scope)
            # It may have been revoked while the handshake was under way.
            if user.token_id in revoked:
                scope.cancel()
            try:
                yield scope
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

    async def broadcast(self, text: str) -> None:
        """Send to all clients."""
        others = list(self.connections)
        await asyncio.gather(*(self.send(one, text) for one in others))

    def drop(self, websocket: WebSocket) -> None:
        """Forget a connection, and end the `with` block that keeps it."""
        if connection := self.connections.pop(websocket, None):
            connection.scope.cancel()


manager = ConnectionManager()
tickets: dict[str, User] = {}

# The tokens that were revoked, by their ids: when each would have expired.
revoked: dict[str, int] = {}


def decode_token(token: str) -> User:
    """Return the user for whom this token was made.

    Raises:
        HTTPException: 401, it is not valid.
    """
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        claims = {}
    if not claims or claims["jti"] in revoked:
        raise HTTPException(401, "This token is not valid.")
    return User(claims["sub"], claims["exp"], claims["jti"])


def redeem(ticket: str) -> User:
    """Return whose ticket this is. It works only once.

    Raises:
        HTTPException: 401, it is not valid.
    """
    user = tickets.pop(ticket, None)
    if user is None or user.token_id in revoked:
        raise HTTPException(401, "This ticket is not valid.")
    return user


def get_current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> User:
    return decode_token(credentials.credentials)


CurrentUser = Annotated[User, Depends(get_current_user)]


class SignIn(BaseModel):
    name: str
    password: str


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/token")
async def sign_in(body: SignIn) -> dict[str, str]:
    password = PASSWORDS.get(body.name, "")
    matches = compare_digest(body.password.encode(), password.encode())
    if body.name not in PASSWORDS or not matches:
        raise HTTPException(401, "Wrong name or password.")
    expires_at = ceil(time()) + settings.token_seconds
    # "jti" is the standard's name for the id of a token.
    claims = {"sub": body.name, "exp": expires_at, "jti": token_urlsafe(16)}
    return {"access_token": jwt.encode(claims, SECRET_KEY, "HS256")}


@app.post("/tickets")
async def create_ticket(user: CurrentUser) -> dict[str, str]:
    ticket = token_urlsafe(32)
    tickets[ticket] = user
    return {"ticket": ticket}


@app.get("/revoked")
async def count_revoked() -> dict[str, int]:
    remove_expired()
    return {"revoked": len(revoked)}


def remove_expired() -> None:
    """Remove the tokens that have expired: nobody believes them anyway."""
    for token_id, expires_at in list(revoked.items()):
        if expires_at <= time():
            del revoked[token_id]


@app.post("/revoke", status_code=204)
async def revoke_token(user: CurrentUser) -> None:
    remove_expired()
    revoked[user.token_id] = user.expires_at
    for connection in list(manager.connections.values()):
        if connection.user.token_id == user.token_id:
            connection.scope.cancel()


@app.websocket("/ws")
async def chat(websocket: WebSocket, ticket: str) -> None:
    user = redeem(ticket)
    await websocket.accept()
    with suppress(*CLIENT_GONE), manager.connect(websocket, user) as scope:
        try:
            async for text in websocket.iter_text():
                await manager.broadcast(f"{user.name}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
    if scope.cancelled_caught:
        # It may be gone, closed, or not reading: none of them needs our frame.
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(SEND_TIMEOUT):
                await websocket.close(4401, "Your token is not valid any more.")
