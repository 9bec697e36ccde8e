"""Let four clients speak while a fifth does not read, and see who is cut off."""

import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def speak(speaker: ClientConnection) -> bool:
    """Say much, wait for each answer, and return whether it was cut off."""
    try:
        # A server that waits for the fifth would keep us waiting as well.
        async with asyncio.timeout(20):
            for _ in range(100):
                await speaker.send("x" * 65_536)
                while not str(await speaker.recv()).startswith("You wrote"):
                    pass
    except TimeoutError:
        return False
    except ConnectionClosed:
        return True
    return False


async def main() -> None:
    # With room for one message, the library stops reading from the network.
    async with connect(
        f"{SERVER}/ws/99", max_queue=1, compression=None, close_timeout=1
    ):
        urls = [f"{SERVER}/ws/{number}" for number in range(1, 5)]
        speakers = await asyncio.gather(*(connect(url) for url in urls))
        cut_off = sum(await asyncio.gather(*map(speak, speakers)))
        await asyncio.gather(*(speaker.close() for speaker in speakers))
    print(f"{cut_off} of 4 speakers were cut off.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
