"""Connect clients until one is refused, and print how the server said it."""

import asyncio
import sys
from contextlib import AsyncExitStack

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    async with AsyncExitStack() as inside:
        try:
            for _ in range(50):
                await inside.enter_async_context(
                    connect(f"{SERVER}/ws", max_queue=None)
                )
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            retry = refusal.response.headers.get("Retry-After", "unknown")
            print(f"Refused with {status}, Retry-After is {retry}.")
        else:
            print("Nobody was refused.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
