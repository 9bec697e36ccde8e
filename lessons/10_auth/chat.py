"""A conversation: what was the endpoint of lesson 9 is a function here."""

import asyncio
from contextlib import suppress

from anyio import CancelScope
from fastapi import WebSocket, WebSocketDisconnect

from .errors import Error, explain
from .manager import CLIENT_GONE, SEND_TIMEOUT
from .messages import Client, dispatcher
from .rooms import get_or_create_room


async def serve_chat(websocket: WebSocket, room_name: str, user: str) -> None:
    """Serve a client that has been accepted, until it leaves."""
    room = get_or_create_room(room_name)
    client = Client(user, room, websocket)
    try:
        with room.manager.connect(websocket), suppress(*CLIENT_GONE):
            # What is on its way to all reaches all, even if this one is cancelled.
            with CancelScope(shield=True):
                await room.join(websocket, user)
            while True:
                try:
                    message = dispatcher.parse(await websocket.receive_text())
                except KeyError:
                    # receive_text() looks up "text"; a binary message has none.
                    await client.send(Error(detail="Send text, not bytes."))
                except ValueError as reason:
                    await client.send(Error(detail=explain(reason)))
                else:
                    with CancelScope(shield=True):
                        await dispatcher.dispatch(message, client)
    finally:
        with CancelScope(shield=True):
            await room.leave(websocket)


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    # It may be gone, closed, or not reading; then it needs no close frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            await websocket.close(code, reason)
