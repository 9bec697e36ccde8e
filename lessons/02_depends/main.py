"""Lesson 2: depends. Admit only callers with a token."""

from contextlib import suppress
from pathlib import Path
from secrets import compare_digest
from typing import Annotated

from fastapi import (
    Cookie,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi import Path as PathParam
from fastapi.exceptions import WebSocketRequestValidationError
from fastapi.requests import HTTPConnection
from fastapi.responses import FileResponse

app = FastAPI()

# In the source only to keep the lesson short: whoever can read this can be anybody.
TOKENS = {"alice": "apple", "bob": "banana"}

ItemId = Annotated[str, PathParam(pattern=r"^[\w-]+$", max_length=50)]


async def get_session(
    connection: HTTPConnection, session: Annotated[str, Cookie()] = ""
) -> str:
    """Return the session cookie, or "" if the client has sent two of them."""
    # A page on another port of this host can set a cookie too: which one is ours?
    pairs = ";".join(connection.headers.getlist("cookie")).split(";")
    names = [pair.partition("=")[0].strip() for pair in pairs]
    return session if names.count("session") == 1 else ""


async def get_caller(
    connection: HTTPConnection,
    token: Annotated[str, Query()] = "",
    x_token: Annotated[str, Header()] = "",
    session: Annotated[str, Depends(get_session)] = "",
) -> str:
    """Return the name behind a token in the query, the header or the cookie."""
    shown = token or x_token or session
    for name, known in TOKENS.items():
        if compare_digest(shown.encode(), known.encode()):
            return name
    if connection.scope["type"] == "websocket":
        raise WebSocketException(1008, "Show a valid token.")
    raise HTTPException(403, "Show a valid token.")


Caller = Annotated[str, Depends(get_caller)]


@app.exception_handler(WebSocketRequestValidationError)
async def explain(
    websocket: WebSocket, error: WebSocketRequestValidationError
) -> None:
    # A refused handshake gets 403 and no reason; a close frame carries one.
    await websocket.accept()
    first = error.errors()[0]
    with suppress(WebSocketDisconnect, RuntimeError):
        await websocket.close(4422, f"{first['loc'][-1]}: {first['msg']}")


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/session", status_code=204, dependencies=[Depends(get_caller)])
async def remember(
    request: Request,
    response: Response,
    x_token: Annotated[str, Header(min_length=1)],
) -> None:
    response.set_cookie(
        "session",
        x_token,
        max_age=60,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


@app.get("/items/{item_id}")
async def read_item(item_id: ItemId, caller: Caller) -> dict[str, str]:
    return {"item_id": item_id, "caller": caller}


@app.websocket("/items/{item_id}/ws")
async def discuss_item(
    websocket: WebSocket,
    item_id: ItemId,
    caller: Caller,
    q: Annotated[int | None, Query(ge=0)] = None,
) -> None:
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            async for text in websocket.iter_text():
                await websocket.send_text(f"You are: {caller}")
                if q is not None:
                    await websocket.send_text(f"Query parameter q is: {q}")
                answer = f"Message text was: {text}, for item ID: {item_id}"
                await websocket.send_text(answer)
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
