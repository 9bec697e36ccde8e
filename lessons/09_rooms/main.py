"""Lesson 9: rooms. Rooms, and people who are in them in any number of tabs."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse

from . import chat

# Importing a feature registers its handler, so these names are not used below.
from .features import roll, say, who  # noqa: F401 - the import is all that is needed

# A note of 1000 characters is at most 12 000 bytes of JSON, its name a few more.
app = FastAPI(max_body_size=16_384)
app.include_router(chat.router)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    # FastAPI's own answer repeats the input, and NaN, for one, is no JSON.
    first = error.errors()[0]
    field = "".join(f"{part}: " for part in first["loc"][1:] if part)
    return JSONResponse({"detail": f"{field}{first['msg']}"}, 422)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
