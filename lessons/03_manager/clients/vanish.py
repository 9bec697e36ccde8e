"""Let clients vanish while another one speaks, and see if that one is cut off."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    cut_off = 0
    for _ in range(30):
        # No limit on what waits: the speaker reads when it has said everything.
        async with connect(f"{SERVER}/ws/1", max_queue=None) as speaker:
            urls = [f"{SERVER}/ws/{number}" for number in range(2, 12)]
            victims = await asyncio.gather(*(connect(url) for url in urls))
            try:
                for number in range(20):
                    await speaker.send(f"message {number}")
                    if number < len(victims):
                        # No close frame: as if the network cable had been pulled.
                        victims[number].transport.abort()
                while await speaker.recv() != "You wrote: message 19":
                    pass
            except ConnectionClosed:
                cut_off += 1
    print(f"The speaker was cut off in {cut_off} of 30 rounds.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
