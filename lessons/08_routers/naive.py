"""Wrong on purpose: iter_json() decides how it ends, and a message has no branch."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import randbelow
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter

from .manager import ConnectionManager

router = APIRouter(prefix="/ws", tags=["chat"])

client_ids = count(1)


class Say(BaseModel):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Roll(BaseModel):
    type: Literal["roll"]
    sides: Annotated[int, Field(strict=True, ge=2, le=1000)] = 6


class Flip(BaseModel):
    type: Literal["flip"]


class Said(BaseModel):
    type: Literal["said"] = "said"
    client: int
    text: str
    at: datetime


class Rolled(BaseModel):
    type: Literal["rolled"] = "rolled"
    client: int
    sides: int
    value: int
    at: datetime


class Left(BaseModel):
    type: Literal["left"] = "left"
    client: int
    at: datetime


Message = Say | Roll | Flip
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)

manager = ConnectionManager()


@router.websocket("/chat")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = next(client_ids)
    with manager.connect(websocket):
        async for data in websocket.iter_json():
            message = messages.validate_python(data)
            at = datetime.now(UTC)
            if isinstance(message, Say):
                event = Said(client=client, text=message.text, at=at)
            elif isinstance(message, Roll):
                sides = message.sides
                value = 1 + randbelow(sides)
                event = Rolled(client=client, sides=sides, value=value, at=at)
            await manager.broadcast(event.model_dump_json())
    left = Left(client=client, at=datetime.now(UTC))
    await manager.broadcast(left.model_dump_json())
    print(f"Client #{client} left, and nobody knows why.")


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
