"""The rooms, and who is in each of them, in how many tabs."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import WebSocket
from pydantic import BaseModel, StringConstraints

from .manager import ConnectionManager

# A room's name is a part of addresses.
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]

# Two names that look alike must not be two people, so these are plain letters.
UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,32}$")]


class Joined(BaseModel):
    type: Literal["joined"] = "joined"
    user: str
    at: datetime


class Left(BaseModel):
    type: Literal["left"] = "left"
    user: str
    at: datetime


class UserList(BaseModel):
    type: Literal["here"] = "here"
    users: list[str]


class DeliveryCount(BaseModel):
    users: int
    tabs: int


class Room:
    """The tabs that are open in a room, and whose tab each of them is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.manager = ConnectionManager()
        self.tabs: dict[WebSocket, str] = {}

    def users(self) -> list[str]:
        """Return who is here, each person once."""
        return sorted(set(self.tabs.values()))

    async def send_users(self, websocket: WebSocket) -> None:
        """Send the list of users to one client."""
        event = UserList(users=self.users())
        await self.manager.send(websocket, event.model_dump_json())

    async def join(self, websocket: WebSocket, user: str) -> None:
        """Add a tab, and announce the first one of a person."""
        is_first_tab = user not in self.tabs.values()
        self.tabs[websocket] = user
        if is_first_tab:
            await self.broadcast(Joined(user=user, at=datetime.now(UTC)))

    async def leave(self, websocket: WebSocket) -> None:
        """Remove a tab, and announce the last one of a person."""
        user = self.tabs.pop(websocket)
        if not self.tabs:
            del rooms[self.name]
        elif user not in self.tabs.values():
            await self.broadcast(Left(user=user, at=datetime.now(UTC)))

    async def broadcast(self, event: BaseModel) -> DeliveryCount:
        """Send an event to everybody in the room, and count whom it has reached."""
        before = set(self.manager.connections)
        await self.manager.broadcast(event.model_dump_json())
        # Who has not taken it in time was dropped, and is no longer connected.
        reached = before & set(self.manager.connections)
        users = {self.tabs[tab] for tab in reached}
        return DeliveryCount(users=len(users), tabs=len(reached))


rooms: dict[str, Room] = {}


def get_or_create_room(name: str) -> Room:
    """Return the room of this name, a new one if nobody is in it."""
    if name not in rooms:
        rooms[name] = Room(name)
    return rooms[name]
