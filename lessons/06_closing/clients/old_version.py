"""Connect as an old program would, and print how it is refused."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    try:
        async with connect(f"{SERVER}/ws/1?version=1"):
            print("The server let me in.")
    except InvalidStatus as refused:
        status, body = refused.response.status_code, refused.response.body
        words = body.decode() if body else "nothing else"
        print(f"The server answered {status}, and {words}.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
