"""Roll a die for everybody to see."""

from datetime import UTC, datetime
from secrets import randbelow
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..messages import Client, dispatcher


class Roll(BaseModel):
    type: Literal["roll"]
    sides: Annotated[int, Field(strict=True, ge=2, le=1000)] = 6


class Rolled(BaseModel):
    type: Literal["rolled"] = "rolled"
    client: int
    sides: int
    value: int
    at: datetime


@dispatcher.on(Roll)
async def roll(message: Roll, client: Client) -> None:
    at = datetime.now(UTC)
    sides = message.sides
    value = 1 + randbelow(sides)
    event = Rolled(client=client.number, sides=sides, value=value, at=at)
    await client.broadcast(event)
