"""Step 3 of lesson 8: a file for each feature, joined by a router."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

from . import chat

app = FastAPI()
app.include_router(chat.router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).parents[1] / "index.html")
