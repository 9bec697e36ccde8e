"""Connect twenty clients, and let all of them leave in the same moment."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    urls = [f"{SERVER}/ws/{number}" for number in range(1, 21)]
    clients = await asyncio.gather(*(connect(url) for url in urls))
    await asyncio.gather(*(client.close() for client in clients))
    print("Twenty clients have left. Look at the server's log.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
