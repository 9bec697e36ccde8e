"""Let two clients ask and leave, and count the tasks that are left of them."""

import asyncio
import json
import sys
from urllib.request import urlopen

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


def ask_for_tasks() -> int:
    # The same server, by HTTP.
    address = f"{SERVER.replace('ws', 'http', 1)}/status"
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - you gave it.
        return json.load(answer)["tasks"]


async def ask_and_leave() -> None:
    async with connect(f"{SERVER}/ws", close_timeout=1) as client:
        await client.send("ask Who is there?")
        while not str(await client.recv()).startswith("token"):
            pass


async def main() -> None:
    before = await asyncio.to_thread(ask_for_tasks)
    await asyncio.gather(*(ask_and_leave() for _ in range(2)))
    left = 2
    for _ in range(10):
        left = await asyncio.to_thread(ask_for_tasks) - before
        if left <= 0:
            break
        await asyncio.sleep(0.1)
    print(f"Two clients have left, and {max(left, 0)} of their tasks still run.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
