"""Send twelve wrong messages, each by another client, and count what happens."""

import asyncio
import json
import sys
from collections import Counter

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"

WRONG: list[str | bytes] = [
    b"bytes",
    "",
    "hello",
    "[" * 200_000,
    "[]",
    "{}",
    '{"type": "shout"}',
    '{"type": "say"}',
    '{"type": "say", "text": NaN}',
    '{"type": "say", "text": 5}',
    '{"type": "roll", "sides": "6"}',
    '{"type": "roll", "sides": 0}',
]


async def outcome(message: str | bytes) -> str:
    """Send a message, and return what the server did with it."""
    async with connect(f"{SERVER}/ws") as client:
        await client.send(message)
        try:
            while True:
                event = json.loads(await client.recv())
                if event["type"] == "error":
                    return "answered"
                if event["type"] != "left":
                    return "accepted"
        except ConnectionClosed as closed:
            # Without a close frame, the server has only ended the connection.
            return "closed" if closed.rcvd else "cut off"


async def main() -> None:
    seen = Counter([await outcome(message) for message in WRONG])
    print(
        f"Cut off: {seen['cut off']}, accepted: {seen['accepted']},"
        f" closed with a reason: {seen['closed']}, answered: {seen['answered']}."
    )


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
