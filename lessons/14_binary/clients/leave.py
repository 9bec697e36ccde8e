"""Announce a file of a thousand bytes, send half of it, and leave."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    begin = {"type": "begin", "name": "half", "size": 1000, "sha256": "0" * 64}
    async with connect(f"{SERVER}/upload") as client:
        await client.send(json.dumps(begin))
        await client.send(bytes(500))
    print("Sent 500 of 1000 bytes, and left. Look into the folder for uploads.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
