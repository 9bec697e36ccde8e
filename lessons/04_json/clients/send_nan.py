"""Let one client send NaN, and see if another one can read what comes of it."""

import asyncio
import json
import sys
from typing import NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


def refuse(word: str) -> NoReturn:
    # Python's json module reads NaN, but a browser does not.
    raise ValueError(word)


async def listen(listener: ClientConnection) -> str:
    """Read until the last message, and return what the listener could read."""
    while True:
        text = str(await listener.recv())
        try:
            json.loads(text, parse_constant=refuse)
        except ValueError:
            return "The listener got a message that is not JSON."
        if "That was all." in text:
            return "The listener could read every message."


async def send(text: str) -> None:
    """Send a message on a connection of its own, and wait for what comes of it."""
    async with connect(f"{SERVER}/ws") as client:
        await client.send(text)
        try:
            async with asyncio.timeout(5):
                await client.recv()
        except (ConnectionClosed, TimeoutError):
            pass


async def main() -> None:
    async with connect(f"{SERVER}/ws") as listener:
        await send('{"type": "say", "text": NaN}')
        await send('{"type": "say", "text": "That was all."}')
        try:
            async with asyncio.timeout(5):
                print(await listen(listener))
        except TimeoutError:
            print("Nothing more came to the listener.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
