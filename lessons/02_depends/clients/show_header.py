"""Show alice's token in a header, where no log has it, and ask who we are."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"

HEADERS = {"X-Token": "apple"}


async def main() -> None:
    url = f"{SERVER}/items/plumbus/ws"
    try:
        async with connect(url, additional_headers=HEADERS) as client:
            await client.send("hello")
            print(f"The server answered: {await client.recv()}.")
    except InvalidStatus as refusal:
        print(f"The handshake was refused with {refusal.response.status_code}.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
