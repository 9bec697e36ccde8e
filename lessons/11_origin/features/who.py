"""Ask who is here."""

from typing import Literal

from pydantic import BaseModel

from ..messages import Client, table


class Who(BaseModel):
    type: Literal["who"]


class Here(BaseModel):
    type: Literal["here"] = "here"
    users: list[str]


@table.on(Who)
async def who(_: Who, client: Client) -> None:
    # In its turn among the announcements: what comes after it is news.
    async with client.room.turn:
        await client.tell(Here(users=client.room.users()))
