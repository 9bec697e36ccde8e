"""Connect fifty clients at once that want to be refused after accept."""

import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def knock() -> ClientConnection | None:
    try:
        return await connect(f"{SERVER}/ws?refuse=after", max_queue=None)
    except InvalidStatus:
        return None


async def main() -> None:
    answers = await asyncio.gather(*(knock() for _ in range(50)))
    inside = [client for client in answers if client is not None]
    print(f"{len(inside)} of 50 were accepted.")
    await asyncio.gather(*(client.close() for client in inside))


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
