"""The rooms: who is in each of them, in how many tabs, and what is told of that."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Literal

from anyio import CancelScope
from fastapi import WebSocket
from pydantic import BaseModel, StringConstraints

from .manager import ConnectionManager

# A room's name is a part of addresses.
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]


class Joined(BaseModel):
    type: Literal["joined"] = "joined"
    user: str
    at: datetime


class Left(BaseModel):
    type: Literal["left"] = "left"
    user: str
    at: datetime


class Reached(BaseModel):
    users: int
    tabs: int


class Room:
    """The tabs that are open in a room, and whose each of them is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.manager = ConnectionManager()
        self.tabs: dict[WebSocket, str] = {}
        self.turn = asyncio.Lock()

    def users(self) -> list[str]:
        """Return who is here, each person once."""
        return sorted(set(self.tabs.values()))

    async def join(self, websocket: WebSocket, user: str) -> None:
        """Add a tab; the first one of a person is announced."""
        news = user not in self.tabs.values()
        self.tabs[websocket] = user
        if news:
            await self.announce(Joined(user=user, at=datetime.now(UTC)))

    async def leave(self, websocket: WebSocket) -> None:
        """Remove a tab; the last one of a person is announced to those who stay."""
        user = self.tabs.pop(websocket)
        if not self.tabs:
            del rooms[self.name]
        elif user not in self.tabs.values():
            await self.announce(Left(user=user, at=datetime.now(UTC)))

    async def announce(self, event: BaseModel) -> None:
        """Tell everybody who came or went, in the order in which they did."""
        with CancelScope(shield=True):
            # Whoever asks for the lock first has it first.
            async with self.turn:
                await self.broadcast(event)

    async def broadcast(self, event: BaseModel) -> Reached:
        """Send an event to everybody; return whom it has reached."""
        before = set(self.manager.connections)
        await self.manager.broadcast(event.model_dump_json())
        reached = before & set(self.manager.connections)
        users = {self.tabs[tab] for tab in reached}
        return Reached(users=len(users), tabs=len(reached))


rooms: dict[str, Room] = {}


def enter(name: str) -> Room:
    """Return the room of this name; it is there as long as somebody is in it."""
    return rooms.setdefault(name, Room(name))
