"""Ask who is here."""

from typing import Literal

from pydantic import BaseModel

from ..messages import Client, dispatcher


class Who(BaseModel):
    type: Literal["who"]


@dispatcher.on(Who)
async def who(_: Who, client: Client) -> None:
    await client.room.send_users(client.websocket)
