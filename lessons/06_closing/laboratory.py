"""Ends a connection in the way that a button orders: not for your own app."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import HTTPException, WebSocket, WebSocketException
from fastapi.responses import JSONResponse

# The close() of the program that is being tried out.
Close = Callable[[WebSocket, int, str], Awaitable[None]]

Refusal = Literal["close", "websocket_exception", "denial", "exception"]


async def refuse_as_ordered(websocket: WebSocket, way: Refusal) -> None:
    """Turn a client away while the answer is still an HTTP response."""
    match way:
        case "close":
            await websocket.close(1008, "Nobody will read this.")
        case "websocket_exception":
            raise WebSocketException(1008, "Nobody will read this.")
        case "denial":
            body = {"detail": "Closed on Sundays."}
            response = JSONResponse(body, 503, {"Retry-After": "3600"})
            await websocket.send_denial_response(response)
        case "exception":
            scheme = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, "Sign in first.", scheme)


async def end_as_ordered(websocket: WebSocket, text: str, close: Close) -> bool:
    """End the connection as `text` orders; return False if it orders no end."""
    match text.split(maxsplit=2):
        case ["close", code, *reason] if code.isdecimal():
            await close(websocket, int(code), "".join(reason))
        case ["twice"]:
            await close(websocket, 1000, "Once.")
            await close(websocket, 4000, "And once more.")
        case ["bye"]:
            # One of the documents closes with 100, and then listens on.
            await close(websocket, 100, "")
            return False
        case ["listen", "on"]:
            await close(websocket, 1000, "Bye.")
            return False
        case ["return"]:
            pass
        case ["raise"]:
            raise ZeroDivisionError("This is a bug.")
        case ["raise", "late"]:
            await asyncio.sleep(0.5)
            raise ZeroDivisionError("This is a late bug.")
        case ["raise", "WebSocketException"]:
            raise WebSocketException(1008, "This is against the rules.")
        case ["raise", "HTTPException"]:
            raise HTTPException(400, "This is too late.")
        case _:
            return False
    return True
