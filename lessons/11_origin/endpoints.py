"""The WebSocket: a ticket opens it, and it ends when the token expires."""

from time import time

from anyio import move_on_after
from fastapi import APIRouter, WebSocket

from .auth import User
from .chat import close, serve_chat
from .rooms import RoomName
from .tickets import tickets

router = APIRouter(prefix="/ws")


async def serve_until_expiry(websocket: WebSocket, room: str, user: User) -> None:
    """Serve a client that has been accepted, until its token expires."""
    with move_on_after(user.expires_at - time()) as scope:
        await serve_chat(websocket, room, user.name)
    if scope.cancelled_caught:
        await close(websocket, 4401, "Your time is over. Sign in again.")


@router.websocket("")
async def by_ticket(websocket: WebSocket, room: RoomName, ticket: str) -> None:
    user = tickets.redeem(ticket)
    await websocket.accept()
    await serve_until_expiry(websocket, room, user)
