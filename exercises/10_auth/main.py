"""Exercise 10: the lost pass. Call back what was given out for the night."""

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
    """How long a pass is good, from the environment: NIGHT_SECONDS=60."""

    night_seconds: PositiveInt = 36_000


app = FastAPI()
settings = Settings()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A window that has not taken a message after this long no longer counts as one.
SEND_TIMEOUT = 1.0

KEY = token_hex(32)

# Each hut's word of the day.
WORDS = {"Kar": "edelweiss", "Alm": "gentian", "Joch": "arnica"}


@dataclass(frozen=True)
class Pass:
    """Whose pass it is, until when it is good, and which one it is."""

    hut: str
    until: int
    number: str


@dataclass
class Window:
    """What is kept of a window."""

    shown: Pass
    end: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Line:
    """Which windows are open, each with its pass, and how to speak to all."""

    def __init__(self) -> None:
        self.windows: dict[WebSocket, Window] = {}

    @contextmanager
    def window(self, websocket: WebSocket, shown: Pass) -> Generator[CancelScope]:
        """Keep a window while the block runs; end the block when its pass ends."""
        with move_on_after(shown.until - time()) as end:
            self.windows[websocket] = Window(shown, end)
            try:
                yield end
            finally:
                self.windows.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one window; a window that cannot be reached is one no longer."""
        window = self.windows.get(websocket)
        if window is None:
            return  # It has left, or was dropped.
        try:
            # One message at a time: not every server can send two at once.
            async with asyncio.timeout(SEND_TIMEOUT), window.lock:
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # It is gone, or closing: its own endpoint hears of that too.
            self.windows.pop(websocket, None)
        except TimeoutError:
            # It is there and does not read: its own endpoint would wait forever.
            if self.windows.pop(websocket, None):
                window.end.cancel()

    async def broadcast(self, text: str) -> None:
        """Send to all at once, so that nobody waits for another one's network."""
        # Once it has started it reaches everybody, even if the sender is dropped.
        with CancelScope(shield=True):
            windows = list(self.windows)
            await asyncio.gather(*(self.send(window, text) for window in windows))


line = Line()
tickets: dict[str, Pass] = {}

# The passes that are lost, by number: until when each would have been good.
lost: dict[str, int] = {}


def read(text: str) -> Pass:
    """Return a pass that is good.

    Raises:
        HTTPException: 401, it is not.
    """
    try:
        claims = jwt.decode(text, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        claims = {}
    if not claims:
        raise HTTPException(401, "This pass is not good.")
    return Pass(claims["sub"], claims["exp"], claims["jti"])


def redeem(ticket: str) -> Pass:
    """Return the pass that a ticket was given out for.

    Raises:
        HTTPException: 401, there is no such ticket.
    """
    shown = tickets.pop(ticket, None)
    if shown is None:
        raise HTTPException(401, "This ticket is not good.")
    return shown


def showing(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> Pass:
    return read(credentials.credentials)


Shown = Annotated[Pass, Depends(showing)]


class Asking(BaseModel):
    hut: str
    word: str


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/passes")
async def give_pass(asking: Asking) -> dict[str, str]:
    right = compare_digest(asking.word.encode(), WORDS.get(asking.hut, "").encode())
    if asking.hut not in WORDS or not right:
        raise HTTPException(401, "Wrong hut or word.")
    until = ceil(time()) + settings.night_seconds
    claims = {"sub": asking.hut, "exp": until, "jti": token_urlsafe(16)}
    return {"pass": jwt.encode(claims, KEY, "HS256")}


@app.post("/tickets")
async def give_ticket(shown: Shown) -> dict[str, str]:
    ticket = token_urlsafe(32)
    tickets[ticket] = shown
    return {"ticket": ticket}


@app.get("/lost")
async def count_lost() -> dict[str, int]:
    return {"lost": len(lost)}


@app.post("/lost", status_code=204)
async def report_lost(shown: Shown) -> None:
    # TODO: it is on the list, and nobody looks at the list.
    lost[shown.number] = shown.until


@app.websocket("/ws")
async def talk(websocket: WebSocket, ticket: str) -> None:
    shown = redeem(ticket)
    await websocket.accept()
    with suppress(*CLIENT_GONE), line.window(websocket, shown) as end:
        try:
            async for text in websocket.iter_text():
                await line.broadcast(f"{shown.hut}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
    if end.cancelled_caught:
        # It may be gone, closed, or not reading: none of them needs our frame.
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(SEND_TIMEOUT):
                await websocket.close(4401, "Your pass is over.")
