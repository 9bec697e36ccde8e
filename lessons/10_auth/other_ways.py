"""Four other ways to show who you are, to compare them with the ticket."""

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

from .auth import BearerToken, CurrentUser, decode_token
from .chat import close
from .endpoints import serve_until_expiry
from .manager import CLIENT_GONE
from .rooms import RoomName
from .settings import settings

router = APIRouter(prefix="/ws")


class Hello(BaseModel):
    type: Literal["hello"]
    token: str


@router.websocket("/header")
async def by_header(
    websocket: WebSocket, room: RoomName, user: CurrentUser
) -> None:
    await websocket.accept()
    await serve_until_expiry(websocket, room, user)


@router.websocket("/subprotocol")
async def by_subprotocol(websocket: WebSocket, room: RoomName) -> None:
    match websocket.scope["subprotocols"]:
        case ["bearer", token]:
            user = decode_token(token)
        case _:
            raise HTTPException(401, "Offer bearer, and then your token.")
    # Answer with the name alone, so that the token is not sent once more.
    await websocket.accept(subprotocol="bearer")
    await serve_until_expiry(websocket, room, user)


@router.websocket("/hello")
async def by_first_message(websocket: WebSocket, room: RoomName) -> None:
    await websocket.accept()
    try:
        # A client that has not said who it is may not stay for long.
        async with asyncio.timeout(settings.hello_seconds):
            hello = Hello.model_validate_json(await websocket.receive_text())
        user = decode_token(hello.token)
    except TimeoutError:
        await close(websocket, 4408, "Say hello sooner.")
    except (KeyError, ValueError, HTTPException):
        await close(websocket, 4401, "Say hello, with a token.")
    except CLIENT_GONE:
        pass
    else:
        await serve_until_expiry(websocket, room, user)


@router.post("/cookie", status_code=204)
async def set_cookie(
    token: BearerToken, request: Request, response: Response
) -> None:
    decode_token(token)
    response.set_cookie(
        "token",
        token,
        path=request.url.path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def get_only_cookie(
    connection: HTTPConnection, token: Annotated[str, Cookie()]
) -> str:
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
    token: Annotated[str, Depends(get_only_cookie)],
) -> None:
    user = decode_token(token)
    await websocket.accept()
    await serve_until_expiry(websocket, room, user)
