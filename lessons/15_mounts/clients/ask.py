"""Ask the app for the address of its WebSocket, and try whether it is right."""

import asyncio
import json
import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


def ask() -> str:
    """Return what the app says of itself at /api/v1/where."""
    parts = urlsplit(SERVER)
    if parts.scheme != "ws" or not parts.hostname:
        raise ValueError("an address begins with ws://")
    connection = HTTPConnection(parts.hostname, parts.port)
    connection.request("GET", f"{parts.path}/api/v1/where")
    return connection.getresponse().read().decode()


async def try_out(address: str) -> str:
    """Return what happens to a client that uses this address."""
    try:
        async with connect(address) as websocket:
            await websocket.send("hello")
            return str(await websocket.recv())
    except WebSocketException as error:
        return str(error)


async def main() -> None:
    address = json.loads(ask())["websocket"]
    answer = await try_out(address)
    print(f'The app says {address}, where a client gets "{answer}".')


try:
    asyncio.run(main())
except (OSError, ValueError, HTTPException, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
