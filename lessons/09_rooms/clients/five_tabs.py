"""Let ten people come and go, each with five tabs, and count what is announced."""

import asyncio
import json
import sys
from collections import Counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"
ROOM = f"{SERVER}/rooms/tabs/ws"


async def enter(address: str) -> ClientConnection:
    """Connect, and wait until the room knows us."""
    client = await connect(address, max_queue=None)
    await client.send('{"type": "who"}')
    while json.loads(await client.recv())["type"] != "here":
        pass
    return client


async def main() -> None:
    tabs = [f"{ROOM}?user=user-{number}" for number in range(10)] * 5
    announced: Counter[str] = Counter()
    async with connect(f"{ROOM}?user=Watch", max_queue=None) as watch:
        await watch.recv()  # Watch joined.
        clients = await asyncio.gather(*(enter(tab) for tab in tabs))
        for client in clients:
            # Nobody says goodbye: the network of all of them has failed.
            client.transport.abort()
        # Who is here is known a moment before it is announced: so ask once more.
        alone = 0
        while alone < 2:
            await watch.send('{"type": "who"}')
            while (event := json.loads(await watch.recv()))["type"] != "here":
                announced[event["type"]] += 1
            alone = alone + 1 if event["users"] == ["Watch"] else 0
    print(
        f"10 people with 5 tabs each: {announced['joined']} joined,"
        f" {announced['left']} left."
    )


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
