"""Send 500 messages as fast as possible, and count what somebody else must read."""

import asyncio
import sys
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def speak(speaker: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        for number in range(500):
            await speaker.send(f"message {number}")
        for _ in range(500):
            await speaker.recv()


async def main() -> None:
    url = f"{SERVER}/ws"
    count = 0
    async with connect(url, max_queue=None) as listener:
        async with connect(url, max_queue=None) as speaker:
            await speak(speaker)
        while "left the chat" not in (text := str(await listener.recv())):
            count += "says: message" in text
    print(f"The listener had to read {count} messages.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
