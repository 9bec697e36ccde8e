"""Connect a client that never reads, and count what another client receives."""

import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def count(listener: ClientConnection) -> int:
    """Return how many messages arrive before nothing comes for five seconds."""
    received = 0
    try:
        while received < 200:
            async with asyncio.timeout(5):
                if " says: " in str(await listener.recv()):
                    received += 1
    except TimeoutError:
        pass
    return received


async def speak(speaker: ClientConnection) -> None:
    for _ in range(200):
        await speaker.send("x" * 65_536)
        while not str(await speaker.recv()).startswith("You wrote"):
            pass


async def main() -> None:
    async with (
        # With room for one message, the library stops reading from the network.
        connect(f"{SERVER}/ws/99", max_queue=1, compression=None, close_timeout=1),
        connect(f"{SERVER}/ws/1", close_timeout=1) as speaker,
        connect(f"{SERVER}/ws/2", close_timeout=1) as listener,
    ):
        speaking = asyncio.create_task(speak(speaker))
        received = await count(listener)
        speaking.cancel()
    print(f"The listener received {received} of 200 messages.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
