"""Lesson 2, step 3: the token may come in a header or in a cookie."""

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
from fastapi.requests import HTTPConnection
from fastapi.responses import FileResponse

app = FastAPI()

# In the source only to keep the lesson short: whoever can read this can be anybody.
TOKENS = {"alice": "apple", "bob": "banana"}


async def get_caller(
    connection: HTTPConnection,
    token: Annotated[str, Query()] = "",
    x_token: Annotated[str, Header()] = "",
    session: Annotated[str, Cookie()] = "",
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
async def read_item(item_id: str, caller: Caller) -> dict[str, str]:
    return {"item_id": item_id, "caller": caller}


@app.websocket("/items/{item_id}/ws")
async def discuss_item(
    websocket: WebSocket,
    item_id: str,
    caller: Caller,
    q: int | None = None,
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
