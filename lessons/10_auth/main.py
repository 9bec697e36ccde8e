"""Lesson 10: auth. Who is speaking, and for how long that is believed."""

import logging
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse

from . import auth, endpoints, notes, other_ways, tickets

# Importing a feature registers its handler, so these names are not used below.
from .features import roll, say, who  # noqa: F401 - the import is all that is needed

# A note of 1000 characters is at most 12 000 bytes of JSON.
app = FastAPI(max_body_size=16_384)
for part in (auth, notes, tickets, endpoints, other_ways):
    app.include_router(part.router)


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
