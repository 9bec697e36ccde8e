"""Announce a file of a terabyte, and see if the server wants it."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    begin = {"type": "begin", "name": "large", "size": 1024**4, "sha256": "0" * 64}
    async with connect(f"{SERVER}/upload") as client:
        await client.send(json.dumps(begin))
        await client.send(bytes(1000))
        try:
            async with asyncio.timeout(2):
                event = json.loads(await client.recv())
        except TimeoutError:
            print("The server is waiting for a terabyte.")
        except ConnectionClosed as closed:
            print(f"The server closed with {closed.rcvd and closed.rcvd.code}.")
        else:
            print(f"The server answered: {event['detail']}")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
