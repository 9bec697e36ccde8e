"""Upload a file whose name leads out of the folder for uploads."""

import asyncio
import json
import sys
from hashlib import sha256
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"

# Where the file is afterwards, if the server believes the name.
OUTSIDE = Path(__file__).parents[1] / "escaped.txt"


async def main() -> None:
    data = b"hello"
    begin = {"type": "begin", "name": "../escaped.txt", "size": len(data)}
    async with connect(f"{SERVER}/upload") as client:
        await client.send(json.dumps(begin | {"sha256": sha256(data).hexdigest()}))
        await client.send(data)
        async with asyncio.timeout(5):
            while json.loads(await client.recv())["type"] != "uploaded":
                pass
    if OUTSIDE.exists():
        print(f"The server wrote {OUTSIDE.name}, beside main.py.")
        OUTSIDE.unlink()
    else:
        print("The server did not write beside main.py.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
