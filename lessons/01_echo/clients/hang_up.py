"""Send a hundred messages, and leave before the server has answered them."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    async with connect(f"{SERVER}/ws") as client:
        for number in range(100):
            await client.send(f"message {number}")
    print("The client has left before its answers came. Look at the server's log.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
