"""Connect, and leave with a close code and a reason."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    async with connect(f"{SERVER}/ws/chat") as client:
        await client.close(4001, "Enough.")
    print("The client has left with 4001 Enough. Look at the server's log.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
