"""Lesson 8: routers. Split by feature: a router, and a table of handlers."""

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

from . import chat

# Importing a feature fills the table, so a file more is a message more.
for feature in sorted(Path(__file__).parent.glob("features/*.py")):
    import_module(f".features.{feature.stem}", __package__)

app = FastAPI()
app.include_router(chat.router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
