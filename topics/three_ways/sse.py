"""Three ways, 2: server-sent events. The page asks once; the answer never ends."""

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse


@dataclass
class Poll:
    votes: int = 0


app = FastAPI()
poll = Poll()
news = asyncio.Condition()


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("sse.html"))


@app.get("/votes", response_class=EventSourceResponse)
async def stream_votes() -> AsyncIterable[int]:
    seen = -1
    while True:
        async with news:
            await news.wait_for(lambda seen=seen: poll.votes != seen)
            seen = poll.votes
        # Sent outside the lock: a slow reader keeps nobody from voting.
        yield seen


@app.post("/votes")
async def vote() -> int:
    async with news:
        poll.votes += 1
        news.notify_all()
    return poll.votes
