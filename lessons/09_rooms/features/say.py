"""Say something to everybody in the room."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..messages import Client, dispatcher

Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Say(BaseModel):
    type: Literal["say"]
    text: Text


class Said(BaseModel):
    type: Literal["said"] = "said"
    user: str
    text: str
    at: datetime


@dispatcher.on(Say)
async def say(message: Say, client: Client) -> None:
    at = datetime.now(UTC)
    await client.broadcast(Said(user=client.user, text=message.text, at=at))
