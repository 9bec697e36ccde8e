"""An app that tells its callers what it takes them for: `uvicorn tests.support.apps.mirror:app`."""

from fastapi import FastAPI, Request, WebSocket
from starlette.requests import HTTPConnection

app = FastAPI()


def seen(connection: HTTPConnection) -> dict[str, str | None]:
    """Return the scheme, the caller's address and the host's name, as the server knows them."""
    url = connection.url
    client = connection.client and connection.client.host
    return {"scheme": url.scheme, "client": client, "host": url.hostname}


@app.get("/")
async def tell(request: Request) -> dict[str, str | None]:
    return seen(request)


@app.websocket("/ws")
async def tell_and_close(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json(seen(websocket))
    await websocket.close()
