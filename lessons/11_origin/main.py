"""Lesson 11: origin. Whose page it is that opens a WebSocket."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse

from . import auth, endpoints, notes, other_ways, tickets

# Importing a feature registers its handler, so these names are not used below.
from .features import roll, say, who  # noqa: F401 - the import is all that is needed
from .origin import OriginGuard, Settings

# A note of 1000 characters is at most 12 000 bytes of JSON.
app = FastAPI(max_body_size=16_384)
for part in (auth, notes, tickets, endpoints, other_ways):
    app.include_router(part.router)

settings = Settings()
app.add_middleware(
    OriginGuard, settings.allowed_origins, required=settings.require_origin
)
# The same list for HTTP; without credentials, because our token is not a cookie.
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.allowed_origins,
    allow_methods=["GET", "POST"],
    allow_headers=["Authorization"],
)


@app.middleware("http")
async def add_process_time(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    # "http" means HTTP alone: this is never called for a WebSocket.
    start = perf_counter()
    response = await call_next(request)
    response.headers["X-Process-Time"] = f"{perf_counter() - start:.6f}"
    return response


def cut_query(record: logging.LogRecord) -> bool:
    """Keep what follows an address's question mark out of the log."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            arg.partition("?")[0] if isinstance(arg, str) else arg
            for arg in record.args
        )
    return True


# WebSockets are logged by the one, HTTP requests by the other.
for name in ("uvicorn.error", "uvicorn.access"):
    logging.getLogger(name).addFilter(cut_query)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    # FastAPI's own answer repeats what was sent, and that may be a password.
    first = error.errors()[0]
    field = "".join(f"{part}: " for part in first["loc"][1:] if part)
    return JSONResponse({"detail": f"{field}{first['msg']}"}, 422)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
