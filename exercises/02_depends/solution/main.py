"""Exercise 2: your own items. Let callers open only the items that they own."""

from contextlib import suppress
from pathlib import Path
from secrets import compare_digest
from typing import Annotated

from fastapi import (
    Depends,
    FastAPI,
    HTTPException,
    Query,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.requests import HTTPConnection
from fastapi.responses import FileResponse

app = FastAPI()

# In the source only to keep this short: whoever can read this can be anybody.
TOKENS = {"alice": "apple", "bob": "banana", "carol": "cherry"}

# Who owns which item.
OWNERS = {"plumbus": "alice", "portal-gun": "bob", "microverse": "carol"}


def refusal(connection: HTTPConnection, reason: str) -> Exception:
    """Return what to raise: a WebSocket and a request are refused differently."""
    if connection.scope["type"] == "websocket":
        return WebSocketException(1008, reason)
    return HTTPException(403, reason)


async def get_caller(
    connection: HTTPConnection, token: Annotated[str, Query()] = ""
) -> str:
    """Return the name of the caller whose token this is."""
    for name, known in TOKENS.items():
        if compare_digest(token.encode(), known.encode()):
            return name
    raise refusal(connection, "Show a valid token.")


Caller = Annotated[str, Depends(get_caller)]


async def get_own_item(
    connection: HTTPConnection, item_id: str, caller: Caller
) -> str:
    """Return the item of the path, if the caller owns it."""
    if OWNERS.get(item_id) != caller:
        raise refusal(connection, "Open an item of your own.")
    return item_id


OwnItem = Annotated[str, Depends(get_own_item)]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/items/{item_id}")
async def read_item(item_id: OwnItem) -> dict[str, str]:
    return {"item_id": item_id}


@app.websocket("/items/{item_id}/ws")
async def discuss_item(websocket: WebSocket, item_id: OwnItem) -> None:
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            async for text in websocket.iter_text():
                await websocket.send_text(
                    f"Message text was: {text}, for item ID: {item_id}"
                )
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
