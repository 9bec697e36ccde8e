"""Knock with Ada's cookie, as three pages would, and see which of them come in."""

import asyncio
import json
import sys
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


def sign_in() -> str:
    """Return a token of Ada's."""
    form = urlencode({"username": "Ada", "password": "engine"}).encode()
    url = f"http{SERVER.removeprefix('ws')}/token"
    with urlopen(url, form, timeout=30) as answer:  # noqa: S310 - http(s) alone
        return json.load(answer)["access_token"]


async def knock(token: str, origin: str) -> str:
    """Return what becomes of a handshake of a page with this origin."""
    # A browser does this by itself: it adds the cookie, and says whose page it is.
    headers = {"Cookie": f"token={token}; session={token}", "Origin": origin}
    url = f"{SERVER}/ws/cookie?room=attic"
    try:
        async with connect(url, additional_headers=headers):
            return "let in"
    except InvalidStatus:
        return "refused"


async def main() -> None:
    token = sign_in()
    other = await knock(token, "https://evil.example")
    listed = await knock(token, "https://chat.example.org")
    own = await knock(token, f"https://{urlsplit(SERVER).netloc}")
    print(
        f"Another page: {other}. The page of the list: {listed}."
        f" Our own page behind a proxy: {own}."
    )


try:
    asyncio.run(main())
except (OSError, ValueError, WebSocketException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
