"""What callers send: each type says what is allowed, and FastAPI checks it."""

from typing import Annotated

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

RoomName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
UserName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,19}$")]


class MessageCreate(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=500)]


class RoomUpdate(BaseModel):
    topic: Annotated[str, Field(max_length=100)] = ""
    locked: bool = False


class RoomCreate(RoomUpdate):
    name: RoomName


async def explain(_: Request, error: RequestValidationError) -> JSONResponse:
    # FastAPI's own answer repeats what was sent, and fails if that was NaN.
    errors = [
        {key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()
    ]
    return JSONResponse({"detail": errors}, 422)
