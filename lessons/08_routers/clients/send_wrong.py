"""Send five wrong messages, each by another client, and count who is cut off."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"

WRONG: list[str | bytes] = [
    "hello",
    b"bytes",
    "[]",
    '{"type": "say"}',
    '{"type": "flip"}',
]


async def is_cut_off(message: str | bytes) -> bool:
    """Send a message, and return whether the server ended the connection for it."""
    async with connect(f"{SERVER}/ws/chat") as client:
        await client.send(message)
        try:
            await client.recv()
        except ConnectionClosed:
            return True
        return False


async def main() -> None:
    cut_off = sum([await is_cut_off(message) for message in WRONG])
    print(f"{cut_off} of {len(WRONG)} clients were cut off.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
