"""Three ways, 1: polling. The page asks again and again."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse


@dataclass
class Poll:
    votes: int = 0


app = FastAPI()
poll = Poll()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("polling.html"))


@app.get("/votes")
async def read_votes() -> int:
    return poll.votes


@app.post("/votes")
async def vote() -> int:
    poll.votes += 1
    return poll.votes
