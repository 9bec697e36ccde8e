"""Exercise 13: warnings. To each client those that it wants, at any time."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import PositiveFloat
from pydantic_settings import BaseSettings
from starlette.websockets import WebSocketDisconnected


class Settings(BaseSettings):
    """From the environment: REPORT_SECONDS=10 for a report that takes longer."""

    report_seconds: PositiveFloat = 5


# Starlette has two ways to say that the client has gone.
CLIENT_GONE = (WebSocketDisconnect, WebSocketDisconnected)

TOPICS = ("avalanche", "flood", "storm")
HELP = f"Send subscribe or unsubscribe with one of {', '.join(TOPICS)}; or report."

Outbox = asyncio.Queue[str]


class Topics:
    """Keeps for each topic the outboxes of its subscribers."""

    def __init__(self) -> None:
        self.subscribers: dict[str, set[Outbox]] = {
            topic: set() for topic in TOPICS
        }

    @contextmanager
    def outbox(self) -> Generator[Outbox]:
        """Make an outbox for one client, and unsubscribe it when the block ends."""
        outbox = Outbox(100)
        try:
            yield outbox
        finally:
            for topic in TOPICS:
                self.unsubscribe(topic, outbox)

    def subscribe(self, topic: str, outbox: Outbox) -> None:
        """Let an outbox have what is published from now on."""
        self.subscribers[topic].add(outbox)

    def unsubscribe(self, topic: str, outbox: Outbox) -> None:
        """Let an outbox have no more of it."""
        self.subscribers[topic].discard(outbox)

    def subscriptions(self, outbox: Outbox) -> str:
        """Return what an outbox is subscribed to, in words."""
        names = [name for name in TOPICS if outbox in self.subscribers[name]]
        return f"Subscribed to: {', '.join(names) or 'nothing'}"

    def publish(self, topic: str, text: str) -> None:
        """Put a message into the outbox of each subscriber, and wait for none."""
        for outbox in self.subscribers.get(topic, ()):
            if not outbox.full():
                outbox.put_nowait(f"{topic}: {text}")


settings = Settings()
topics = Topics()
app = FastAPI()


def write_report() -> str:
    """Write a report on the weather. It blocks for some seconds."""
    time.sleep(settings.report_seconds)
    return "Report: more snow than yesterday."


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/subscribers")
async def count_subscribers() -> dict[str, int]:
    return {name: len(outboxes) for name, outboxes in topics.subscribers.items()}


@app.websocket("/warnings")
async def take_warnings(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        topics.publish(*text.partition(": ")[::2])


@app.websocket("/ws")
async def serve(websocket: WebSocket) -> None:
    await websocket.accept()
    with topics.outbox() as outbox:
        try:
            # TODO: listen to the client at any time, and do what it says.
            _, _, topic = (await websocket.receive_text()).partition(" ")
            topics.subscribe(topic, outbox)
            await websocket.send_text(topics.subscriptions(outbox))
            while True:
                await websocket.send_text(await outbox.get())
        except CLIENT_GONE:
            pass
