"""The connection: a router with the one WebSocket that all messages come by."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel

from .manager import CLIENT_GONE, manager
from .messages import Client, Error, explain, table

router = APIRouter(prefix="/ws")

client_ids = count(1)


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
                    message = table.parse(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await client.tell(Error(detail="Send text, not bytes."))
                except ValueError as reason:
                    await client.tell(Error(detail=explain(reason)))
                else:
                    await table.handle(message, client)
    finally:
        await client.tell_all(Left(client=client.number, at=datetime.now(UTC)))
