"""Enter 200 rooms and leave them, and ask how many rooms there are then."""

import asyncio
import json
import sys
from urllib.request import ProxyHandler, build_opener

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def visit(number: int) -> None:
    """Enter a room, hear that we have joined, and leave."""
    async with connect(f"{SERVER}/rooms/room-{number}/ws?user=Ada") as client:
        await client.recv()


def count_rooms() -> int:
    """Ask by HTTP how many rooms there are."""
    address = SERVER.replace("ws", "http", 1)
    with build_opener(ProxyHandler({})).open(f"{address}/rooms") as answer:
        return json.load(answer)["rooms"]


async def main() -> None:
    for start in range(0, 200, 20):
        await asyncio.gather(*(visit(start + number) for number in range(20)))
    # The server may need a moment to notice that the last ones have left.
    for _ in range(20):
        if count_rooms() == 0:
            break
        await asyncio.sleep(0.05)
    print(f"Everybody has left, and the number of rooms is {count_rooms()}.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
