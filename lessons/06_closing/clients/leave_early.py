"""Cause a bug that comes late, and vanish before the server can say so."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


async def main() -> None:
    async with (
        connect(f"{SERVER}/ws/1") as witness,
        connect(f"{SERVER}/ws/2") as client,
    ):
        await client.send("raise late")
        # No close frame: as if the network cable had been pulled.
        client.transport.abort()
        while await witness.recv() != "Client #2 left the chat":
            pass
    print("Client #2 has left early. Look at the server's log.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
