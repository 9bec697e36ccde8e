"""Roll a die for everybody to see."""

from datetime import UTC, datetime
from secrets import randbelow
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..messages import Client, table


class Roll(BaseModel):
    type: Literal["roll"]
    sides: Annotated[int, Field(strict=True, ge=2, le=1000)] = 6


class Rolled(BaseModel):
    type: Literal["rolled"] = "rolled"
    user: str
    sides: int
    value: int
    at: datetime


@table.on(Roll)
async def roll(message: Roll, client: Client) -> None:
    at = datetime.now(UTC)
    value = 1 + randbelow(message.sides)
    await client.tell_all(
        Rolled(user=client.user, sides=message.sides, value=value, at=at)
    )
