"""Exercise 11: the false alarm. Let no other page speak in a warden's name."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import compare_digest
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
    """Whose pages may come besides our own: PAGES='["https://hut.example"]'."""

    pages: list[str] = []


app = FastAPI()
settings = Settings()

# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A window that has not taken a message after this long no longer counts as one.
SEND_TIMEOUT = 1.0

# Each hut's word of the day.
WORDS = {"Kar": "edelweiss", "Alm": "gentian", "Joch": "arnica"}

# Anybody's page may show the weather.
PUBLIC = ("/weather",)


class Guard:
    """An ASGI middleware that refuses what other people's pages ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in, and refuse the rest with 403."""
        # TODO: everything may come in, whatever page it is from.
        await self.app(scope, receive, send)


app.add_middleware(Guard)
app.add_middleware(CORSMiddleware, allow_origins=settings.pages)


@dataclass
class Window:
    """What is kept of a window."""

    scope: CancelScope
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Line:
    """Which windows are open, and how to speak to all of them."""

    def __init__(self) -> None:
        self.windows: dict[WebSocket, Window] = {}

    @contextmanager
    def window(self, websocket: WebSocket) -> Generator[None]:
        """Keep a window while the block runs; end the block if it is dropped."""
        with CancelScope() as scope:
            self.windows[websocket] = Window(scope)
            try:
                yield
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
                window.scope.cancel()

    async def broadcast(self, text: str) -> None:
        """Send to all at once, so that nobody waits for another one's network."""
        # Once it has started it reaches everybody, even if the sender is dropped.
        with CancelScope(shield=True):
            windows = list(self.windows)
            await asyncio.gather(*(self.send(window, text) for window in windows))


line = Line()


class SignIn(BaseModel):
    hut: str
    word: str


def hut_of(word: Annotated[str, Cookie()] = "") -> str:
    """Return the hut whose word of the day a cookie has.

    Raises:
        HTTPException: 401, it is the word of none.
    """
    for hut, right in WORDS.items():
        if compare_digest(word.encode(), right.encode()):
            return hut
    raise HTTPException(401, "Say your word first.")


Hut = Annotated[str, Depends(hut_of)]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/huts")
async def huts() -> list[str]:
    return list(WORDS)


@app.post("/words", status_code=204)
async def sign_in(said: SignIn, response: Response) -> None:
    if hut_of(said.word) != said.hut:
        raise HTTPException(401, "This is the word of another hut.")
    response.set_cookie("word", said.word, httponly=True, samesite="strict")


@app.post("/alarm")
async def alarm(hut: Hut) -> dict[str, int]:
    heard = len(line.windows)
    await line.broadcast(f"ALARM from {hut}")
    return {"heard": heard}


@app.websocket("/weather")
async def weather(websocket: WebSocket) -> None:
    await websocket.accept()
    with suppress(*CLIENT_GONE):
        await websocket.send_text("Snow at 2100 m.")
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass


@app.websocket("/ws")
async def talk(websocket: WebSocket, hut: Hut) -> None:
    await websocket.accept()
    with line.window(websocket), suppress(*CLIENT_GONE):
        try:
            async for text in websocket.iter_text():
                await line.broadcast(f"{hut}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
