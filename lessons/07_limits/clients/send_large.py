"""Send one message of a million bytes, and print what becomes of it."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    async with connect(f"{SERVER}/ws", max_size=None) as client:
        await client.send("x" * 1_000_000)
        try:
            await client.recv()
        except ConnectionClosed:
            print(f"Closed with {client.close_code}: {client.close_reason}")
        else:
            print("A message of 1000000 bytes was sent to everybody.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
