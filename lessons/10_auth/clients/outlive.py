"""Sign in as Ada, and go on talking when the token has expired."""

import asyncio
import json
import sys
from time import time
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jwt
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


def post(path: str, token: str = "", **form: str) -> dict[str, str]:
    """Send a form to the server, and return its answer."""
    url = f"http{SERVER.removeprefix('ws')}/{path}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request(url, urlencode(form).encode(), headers)  # noqa: S310 - http(s) alone
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return json.load(answer)


async def main() -> None:
    form = {"username": "Ada", "password": "engine"}
    token = post("token", **form)["access_token"]
    # A token can be read without its key; only its signature needs the key.
    expires_at = jwt.decode(token, options={"verify_signature": False})["exp"]
    if expires_at - time() > 60:
        print("Start the server with TOKEN_SECONDS=3, or this takes too long.")
        return
    ticket = post("tickets", token)["ticket"]
    url = f"{SERVER}/ws?room=attic&ticket={ticket}"
    # No limit on what waits: this client does not read what it is sent.
    async with connect(url, max_queue=None) as websocket:
        try:
            while time() < expires_at + 1:
                await websocket.send('{"type": "say", "text": "I am still here."}')
                await asyncio.sleep(0.1)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            print(f"The server closed with {code} when the token expired.")
        else:
            print("The token has expired, and we are still talking.")


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
