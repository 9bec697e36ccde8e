"""The connection: a router with the one WebSocket that all messages arrive at."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel

from .errors import Error, explain
from .features.roll import Roll, roll
from .features.say import Say, say
from .manager import CLIENT_GONE
from .messages import Client, Dispatcher, manager

router = APIRouter(prefix="/ws", tags=["chat"])

client_ids = count(1)

dispatcher = Dispatcher({Say: say, Roll: roll})


class Left(BaseModel):
    type: Literal["left"] = "left"
    client: int
    at: datetime


@router.websocket("/chat")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = Client(next(client_ids), websocket)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            while True:
                try:
                    message = dispatcher.parse(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await client.send(Error(detail="Send text, not bytes."))
                except ValueError as reason:
                    await client.send(Error(detail=explain(reason)))
                else:
                    await dispatcher.dispatch(message, client)
    finally:
        await client.broadcast(Left(client=client.number, at=datetime.now(UTC)))
