"""Make a token without a password, and try to speak as Grace with it."""

import asyncio
import json
import sys

import jwt
from websockets.asyncio.client import connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    WebSocketException,
)

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"

# Anybody can read this in the source of the naive version.
SECRET_KEY = "our-chat-is-the-best-chat-of-all-chats"  # noqa: S105 - it is no secret


async def main() -> None:
    token = jwt.encode({"sub": "Grace"}, SECRET_KEY, "HS256")
    try:
        async with connect(f"{SERVER}/ws?room=attic&ticket={token}") as websocket:
            await websocket.send('{"type": "say", "text": "I am Grace."}')
            while True:
                event = json.loads(await websocket.recv())
                if event["type"] == "said":
                    print(f"The server believes that {event['user']} has spoken.")
                    return
    except InvalidStatus as refused:
        print(f"The server refused, with {refused.response.status_code}.")
    except ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd else 1006
        print(f"The server let us in, and closed with {code}.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
