"""Ask who is here."""

from typing import Literal

from pydantic import BaseModel

from ..messages import Client, dispatcher


class Who(BaseModel):
    type: Literal["who"]


class Here(BaseModel):
    type: Literal["here"] = "here"
    users: list[str]


@dispatcher.on(Who)
async def who(_: Who, client: Client) -> None:
    # In its turn among the announcements: what comes after it is news.
    async with client.room.turn:
        await client.send(Here(users=client.room.users()))
