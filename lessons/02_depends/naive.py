"""Wrong on purpose: any token is as good as another, and the page pastes it into an address."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import (
    Cookie,
    Depends,
    FastAPI,
    Query,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.responses import FileResponse

app = FastAPI()


async def get_cookie_or_token(
    session: Annotated[str | None, Cookie()] = None,
    token: Annotated[str | None, Query()] = None,
):
    if session is None and token is None:
        raise WebSocketException(1008, "Show a token.")
    return session or token


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("naive.html"))


@app.get("/items/{item_id}")
async def read_item(
    item_id: str, cookie_or_token: Annotated[str, Depends(get_cookie_or_token)]
):
    return {"item_id": item_id, "cookie_or_token": cookie_or_token}


@app.websocket("/items/{item_id}/ws")
async def discuss_item(
    websocket: WebSocket,
    item_id: str,
    cookie_or_token: Annotated[str, Depends(get_cookie_or_token)],
    q: int | None = None,
):
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            async for text in websocket.iter_text():
                await websocket.send_text(
                    f"Session cookie or query token value is: {cookie_or_token}"
                )
                if q is not None:
                    await websocket.send_text(f"Query parameter q is: {q}")
                answer = f"Message text was: {text}, for item ID: {item_id}"
                await websocket.send_text(answer)
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
