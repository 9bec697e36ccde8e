"""Lesson 8: routers. Split by feature: a router, and a table of handlers."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

from . import chat

# Importing a feature registers its handler, so these names are not used below.
from .features import roll, say  # noqa: F401 - the import is all that is needed

app = FastAPI()
app.include_router(chat.router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
