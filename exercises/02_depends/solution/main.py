"""Exercise 2: the key. Admit a warden to the warden's own hut."""

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

# In the source only to keep this short: whoever can read it can be anybody.
KEYS = {"Kar": "gentian", "Alm": "edelweiss"}


def refusal(connection: HTTPConnection, reason: str) -> Exception:
    """Return what to raise: a WebSocket and a request are refused differently."""
    if connection.scope["type"] == "websocket":
        return WebSocketException(1008, reason)
    return HTTPException(403, reason)


async def get_warden(
    connection: HTTPConnection, key: Annotated[str, Query()] = ""
) -> str:
    """Return the hut whose warden holds the key."""
    for hut, known in KEYS.items():
        if compare_digest(key.encode(), known.encode()):
            return hut
    raise refusal(connection, "Show a valid key.")


Warden = Annotated[str, Depends(get_warden)]


async def get_own_hut(connection: HTTPConnection, hut: str, warden: Warden) -> str:
    """Return the hut of the path, if the warden may enter it."""
    if hut != warden:
        raise refusal(connection, "Go to your own hut.")
    return hut


OwnHut = Annotated[str, Depends(get_own_hut)]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/huts/{hut}")
async def read_hut(hut: OwnHut) -> dict[str, str]:
    return {"hut": hut}


@app.websocket("/huts/{hut}/ws")
async def station(websocket: WebSocket, hut: OwnHut) -> None:
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            async for text in websocket.iter_text():
                await websocket.send_text(f"Copied from {hut}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")
