"""Say something to everybody."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..messages import Client, dispatcher


class Say(BaseModel):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Said(BaseModel):
    type: Literal["said"] = "said"
    client: int
    text: str
    at: datetime


@dispatcher.on(Say)
async def say(message: Say, client: Client) -> None:
    at = datetime.now(UTC)
    await client.broadcast(Said(client=client.number, text=message.text, at=at))
