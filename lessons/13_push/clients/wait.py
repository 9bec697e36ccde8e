"""Let one client ask, and measure how long another one waits for an answer."""

import asyncio
import sys
from time import monotonic

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def ask(client: ClientConnection) -> None:
    await client.send("ask Who is there?")
    while not str(await client.recv()).startswith("token"):
        pass


async def longest_wait(
    client: ClientConnection, asking: asyncio.Task[None]
) -> float:
    longest = 0.0
    while not asking.done():
        start = monotonic()
        await client.send("hello")
        await client.recv()
        longest = max(longest, monotonic() - start)
        await asyncio.sleep(0.01)
    return longest


async def main() -> None:
    async with (
        connect(f"{SERVER}/ws", close_timeout=1) as one,
        connect(f"{SERVER}/ws", close_timeout=1) as other,
    ):
        asking = asyncio.create_task(ask(one))
        seconds = await longest_wait(other, asking)
    print(f"The other client waited {1000 * seconds:.0f} milliseconds.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
