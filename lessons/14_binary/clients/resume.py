"""Upload a file, lose the connection halfway, and upload it again."""

import asyncio
import json
import sys
from hashlib import sha256

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"

CHUNK = 50_000
DATA = bytes(20 * CHUNK)


async def begin(client: ClientConnection, upload_id: str | None) -> tuple[str, int]:
    """Begin, or go on; return the id and where to start, if the server says so."""
    message = {"type": "begin", "name": "zeros", "size": len(DATA), "id": upload_id}
    while True:
        await client.send(
            json.dumps(message | {"sha256": sha256(DATA).hexdigest()})
        )
        try:
            async with asyncio.timeout(0.5):
                event = json.loads(await client.recv())
        except TimeoutError:
            return "", 0
        if event["type"] == "ready":
            return event["id"], event["offset"]
        # The server has not noticed yet that the first connection is gone.
        await asyncio.sleep(0.1)


async def main() -> None:
    async with connect(f"{SERVER}/upload") as client:
        upload_id, _ = await begin(client, None)
        for start in range(0, len(DATA) // 2, CHUNK):
            await client.send(DATA[start : start + CHUNK])
        await asyncio.sleep(0.5)
        # No close frame: as if the network cable had been pulled.
        client.transport.abort()
    async with connect(f"{SERVER}/upload") as client:
        _, offset = await begin(client, upload_id or None)
        for start in range(offset, len(DATA), CHUNK):
            await client.send(DATA[start : start + CHUNK])
        async with asyncio.timeout(10):
            while json.loads(await client.recv())["type"] != "uploaded":
                pass
    sent = len(DATA) - offset
    print(f"The second connection sent {sent} of {len(DATA)} bytes.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
