"""Lesson 11, step 1: a middleware that sees WebSockets looks at their origin."""

import json
import os
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from time import perf_counter

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.requests import HTTPConnection
from fastapi.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from . import auth, endpoints, notes, other_ways, tickets
from .features import roll, say, who  # noqa: F401 - they register their handlers

ALLOWED_ORIGINS: list[str] = json.loads(os.environ.get("ALLOWED_ORIGINS", "[]"))


class OriginGuard:
    """An ASGI middleware that refuses the WebSockets of other people's pages."""

    def __init__(self, app: ASGIApp, allowed: Collection[str] = ()) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, and refuse any other handshake with 403."""
        if scope["type"] == "websocket" and not self.is_allowed(
            HTTPConnection(scope)
        ):
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def is_allowed(self, connection: HTTPConnection) -> bool:
        """Return whether a handshake comes from a page that may connect."""
        origin = connection.headers.get("origin")
        # Every browser sends one: this is a program, and has nobody's cookies.
        if origin is None:
            return True
        return origin in (*self.allowed, f"http://{connection.headers['host']}")


app = FastAPI()
for part in (auth, notes, tickets, endpoints, other_ways):
    app.include_router(part.router)

app.add_middleware(OriginGuard, ALLOWED_ORIGINS)
app.add_middleware(
    CORSMiddleware,
    allow_origins=ALLOWED_ORIGINS,
    allow_methods=["GET", "POST"],
    allow_headers=["Authorization"],
)


@app.middleware("http")
async def add_process_time(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    start = perf_counter()
    response = await call_next(request)
    response.headers["X-Process-Time"] = f"{perf_counter() - start:.6f}"
    return response


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
