"""Who is connected: the manager of lesson 4, one for each room."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from anyio import CancelScope
from fastapi import WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketDisconnected

# What the endpoint of a client that is gone meets: the news, or old news.
GONE = (WebSocketDisconnect, WebSocketDisconnected)

# A member that has not taken a message after this long no longer counts as one.
SEND_SECONDS = 1.0


class ConnectionManager:
    """Who is here, and how to speak to one of them or to all."""

    def __init__(self) -> None:
        self.members: dict[WebSocket, CancelScope] = {}

    @contextmanager
    def member(self, websocket: WebSocket) -> Generator[None]:
        """Keep a member while the block runs; end the block if it is dropped."""
        with CancelScope() as scope:
            self.members[websocket] = scope
            try:
                yield
            finally:
                self.members.pop(websocket, None)

    async def send(self, websocket: WebSocket, text: str) -> None:
        """Send to one member; a member that cannot be reached is one no longer."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # It is gone, or closing: its own endpoint hears of that too.
            self.members.pop(websocket, None)
        except TimeoutError:
            # It is there and does not read: its own endpoint would wait for ever.
            if scope := self.members.pop(websocket, None):
                scope.cancel()

    async def broadcast(self, text: str, exclude: WebSocket | None = None) -> None:
        """Send to all at once, so that nobody waits for another one's network."""
        # Begun for some, it is finished for all, even if the sender is dropped.
        with CancelScope(shield=True):
            others = [member for member in self.members if member is not exclude]
            await asyncio.gather(*(self.send(member, text) for member in others))
