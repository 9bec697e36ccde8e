"""Five doors to one chat: the ticket's, and four others to compare it with."""

import asyncio
from typing import Annotated, Literal

from fastapi import (
    APIRouter,
    Cookie,
    Depends,
    HTTPException,
    Request,
    Response,
    WebSocket,
)
from fastapi.requests import HTTPConnection
from pydantic import BaseModel

from .auth import Bearer, Speaking, read, settings
from .chat import close, converse
from .manager import CLIENT_GONE
from .rooms import RoomName
from .tickets import tickets

router = APIRouter(prefix="/ws")


class Hello(BaseModel):
    type: Literal["hello"]
    token: str


@router.websocket("")
async def by_ticket(websocket: WebSocket, room: RoomName, ticket: str) -> None:
    speaker = tickets.redeem(ticket)
    await websocket.accept()
    await converse(websocket, room, speaker)


@router.post("/cookie", status_code=204)
async def give_cookie(token: Bearer, request: Request, response: Response) -> None:
    read(token)
    response.set_cookie(
        "token",
        token,
        path=request.url.path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def only_cookie(connection: HTTPConnection, token: Annotated[str, Cookie()]) -> str:
    """Return the cookie named token.

    Raises:
        HTTPException: 401, there are two, and one may be planted.
    """
    pairs = ";".join(connection.headers.getlist("cookie")).split(";")
    names = [pair.partition("=")[0].strip() for pair in pairs]
    if names.count("token") != 1:
        raise HTTPException(401, "Two cookies are named token.")
    return token


@router.websocket("/cookie")
async def by_cookie(
    websocket: WebSocket,
    room: RoomName,
    token: Annotated[str, Depends(only_cookie)],
) -> None:
    speaker = read(token)
    await websocket.accept()
    await converse(websocket, room, speaker)


@router.websocket("/header")
async def by_header(
    websocket: WebSocket, room: RoomName, speaker: Speaking
) -> None:
    await websocket.accept()
    await converse(websocket, room, speaker)


@router.websocket("/subprotocol")
async def by_subprotocol(websocket: WebSocket, room: RoomName) -> None:
    match websocket.scope["subprotocols"]:
        case ["bearer", token]:
            speaker = read(token)
        case _:
            raise HTTPException(401, "Offer bearer, and then your token.")
    # The name alone: an answer that repeats the token is in one more place.
    await websocket.accept(subprotocol="bearer")
    await converse(websocket, room, speaker)


@router.websocket("/hello")
async def by_first_message(websocket: WebSocket, room: RoomName) -> None:
    await websocket.accept()
    try:
        # Until it has said who it is, it may not hold a connection for long.
        async with asyncio.timeout(settings.hello_seconds):
            hello = Hello.model_validate_json(await websocket.receive_text())
        speaker = read(hello.token)
    except TimeoutError:
        await close(websocket, 4408, "Say hello sooner.")
    except (KeyError, ValueError, HTTPException):
        await close(websocket, 4401, "Say hello, with a token.")
    except CLIENT_GONE:
        pass
    else:
        await converse(websocket, room, speaker)
