"""What a check of an exercise speaks to the learner's app with. Every fault is a sentence."""

import json
import re
import socket
import struct
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx2
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from practice.page import Page
from practice.server import LearnerApp, Unmet

SECONDS = 3
"""How long a check waits for an answer."""

OK = 200

SHOWN = 200
"""How much of a message a sentence shows, in characters."""


class Client:
    """A client that is connected: a hut, in the story of the exercises."""

    def __init__(self, websocket: ClientConnection) -> None:
        self._websocket = websocket

    def send(self, message: str | bytes) -> None:
        """Send a message."""
        try:
            self._websocket.send(message)
        except ConnectionClosed as closed:
            raise Unmet(_closed(closed, f"take {message!r}")) from None

    def hears(self, otherwise: str = "") -> str:
        """Return the next message; `otherwise` is the sentence to fail with if none comes."""
        try:
            message = self._websocket.recv(timeout=SECONDS)
        except TimeoutError:
            raise Unmet(
                otherwise or f"Your app says nothing for {SECONDS} seconds, and should answer."
            ) from None
        except ConnectionClosed as closed:
            raise Unmet(_closed(closed, "say something")) from None
        if isinstance(message, bytes):
            raise Unmet(f"Your app sends the bytes {message!r}, and should send text.")
        return message

    def send_json(self, value: object) -> None:
        """Send a value as JSON."""
        self.send(json.dumps(value))

    def hears_json(self, otherwise: str = "") -> dict[str, Any]:
        """Return the next message, which is to be a JSON object; `otherwise` is as in `hears`."""
        text = self.hears(otherwise)
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Unmet(
                f"Your app sends {_short(text)}, which is not JSON, and should be."
            ) from None
        if not isinstance(value, dict):
            raise Unmet(f"Your app sends {_short(text)}, and should send a JSON object.")
        return value

    def hears_until(self, text: str) -> list[str]:
        """Return all that is heard before `text`."""
        heard: list[str] = []
        while (said := self.hears(_never(text, heard))) != text:
            heard.append(said)
            if len(heard) > 100:  # noqa: PLR2004 - an app that never stops talking.
                raise Unmet(_never(text, heard))
        return heard

    def closing(self, otherwise: str = "") -> tuple[int, str]:
        """Return the code and the reason your app closes with; (1006, "") without a close frame.

        `otherwise` is the sentence to fail with if the connection stays open.
        """
        try:
            while True:
                self._websocket.recv(timeout=SECONDS)
        except TimeoutError:
            raise Unmet(
                otherwise or "The connection is still open, and your app should close it."
            ) from None
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")

    def close(self) -> None:
        """Leave as a closed tab does."""
        self._websocket.close()

    def vanish(self) -> None:
        """Be cut off as by a crash: no close frame, the socket is reset."""
        with suppress(OSError):  # The app may have been quicker.
            reset = struct.pack("ii", 1, 0)
            self._websocket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            self._websocket.socket.shutdown(socket.SHUT_RD)
        self._websocket.socket.close()


@dataclass(frozen=True)
class Denial:
    """What a handshake is answered with: 101 if it is not refused, and then nothing more."""

    status: int = 101
    headers: dict[str, str] = field(default_factory=dict)
    """By name, in lower case."""
    body: str = ""


class App:
    """The learner's app, served on a port of this machine."""

    def __init__(self, learner: LearnerApp) -> None:
        self._learner = learner
        self._open = ExitStack()
        self._moved = ""

    @property
    def origin(self) -> str:
        """The origin of the app's own pages."""
        return f"http://127.0.0.1:{self._learner.port}"

    @property
    def folder(self) -> Path:
        """Where the learner's program is, for a check that has to look into it."""
        return self._learner.folder

    @contextmanager
    def connect(self, path: str, headers: dict[str, str] | None = None) -> Generator[Client]:
        """Open a WebSocket for the length of a `with` block."""
        client = self.open(path, headers)
        yield client
        # Not after a failure: a frozen app would be waited for, once for each of its clients.
        client.close()

    def open(self, path: str, headers: dict[str, str] | None = None) -> Client:
        """Open a WebSocket that stays open until the check ends."""
        try:
            websocket = self._connect(path, headers)
        except InvalidStatus as refused:
            status = refused.response.status_code
            raise Unmet(f"Your app refuses the handshake of {path} with HTTP {status}.") from None
        return Client(websocket)

    def refusal(self, path: str, headers: dict[str, str] | None = None) -> int:
        """Return the HTTP status of a handshake: 101 if it is not refused."""
        try:
            self._connect(path, headers)
        except InvalidStatus as refused:
            return refused.response.status_code
        return 101

    def denial(self, path: str) -> Denial:
        """Return how a handshake is refused, with headers and body; not refused, it stays open."""
        try:
            self._connect(path, None)
        except InvalidStatus as refused:
            response = refused.response
            headers = {name.lower(): value for name, value in response.headers.raw_items()}
            body = bytes(response.body or b"").decode(errors="replace")
            return Denial(response.status_code, headers, body)
        return Denial()

    def open_unread(self, path: str) -> None:
        """Open a WebSocket from which nobody ever reads: what is sent to it piles up."""
        # With room for one message, the library stops reading from the network.
        self._connect(path, None, reads=False)

    def open_soon(self, path: str, otherwise: str) -> Client:
        """Open a WebSocket as soon as it is let in; `otherwise` is the sentence if it never is.

        What one client has left is free for another a moment later, and nobody says when.
        """
        end = monotonic() + SECONDS
        while True:
            with suppress(InvalidStatus):
                return Client(self._connect(path, None))
            if monotonic() > end:
                raise Unmet(otherwise)

    def all_at_once(self, paths: Sequence[str]) -> list[Denial]:
        """Open a WebSocket to each path at the same moment, and return how each is answered."""
        with ThreadPoolExecutor(len(paths)) as crowd:
            return list(crowd.map(self.denial, paths))

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Return the answer to a GET request."""
        url = f"http://127.0.0.1:{self._learner.port}{path}"
        try:
            return httpx2.get(url, headers=headers, timeout=SECONDS, trust_env=False)
        except httpx2.HTTPError:
            raise Unmet(f"GET {path} gets no answer within {SECONDS} seconds.") from None

    def post(
        self, path: str, value: object = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Return the answer to a POST request with a value as JSON."""
        url = f"http://127.0.0.1:{self._learner.port}{path}"
        try:
            return httpx2.post(url, json=value, headers=headers, timeout=SECONDS, trust_env=False)
        except httpx2.HTTPError:
            raise Unmet(f"POST {path} gets no answer within {SECONDS} seconds.") from None

    def printed(self) -> str:
        """Return what your app has printed so far."""
        return self._learner.log

    def stop(self) -> str:
        """Stop the app while clients are connected, and return what it has printed to its end."""
        if not self._learner.stop():
            raise Unmet("Your app goes on when it is told to stop: something in it never ends.")
        return self._learner.log

    def move_to(self, address: str) -> None:
        """Serve the app anew at `https://host/prefix`, behind a proxy that takes the prefix away.

        `connect` and `get` still speak to the app itself, without the prefix.
        """
        self.leave()
        self._moved = address
        self._learner.restart(urlsplit(address).path)

    def page(self, path: str) -> Page:
        """Return the page at this path, read as a browser reads it."""
        address = self._moved or f"http://127.0.0.1:{self._learner.port}"
        origin = urlsplit(address)
        # What a proxy adds, and uvicorn believes.
        answer = self.get(path, {"Host": origin.netloc, "X-Forwarded-Proto": origin.scheme})
        if answer.status_code != OK:
            raise Unmet(f"GET {path} gets {answer.status_code}; {OK} is due.")
        return Page(f"{address}{path}", answer.text)

    def follow(self, page: Page, address: str) -> str:
        """Return the path that the app is asked for by who follows an address on a page.

        For a WebSocket too: a browser makes `wss` of `https`, and `ws` of `http`.
        """
        here, there = urlsplit(page.url), urlsplit(urljoin(page.url, address))
        at = f"The page at {page.url} leads to {address!r}, which is"
        if there.netloc != here.netloc:
            raise Unmet(f"{at} at {there.netloc}, not at {here.netloc}.")
        if there.scheme.replace("ws", "http") != here.scheme:
            raise Unmet(f"{at} not {here.scheme}.")
        prefix = urlsplit(self._moved).path
        if not there.path.startswith(f"{prefix}/"):
            raise Unmet(f"{at} outside of {prefix}/, where the app is.")
        path = there.path.removeprefix(prefix) + (f"?{there.query}" if there.query else "")
        # A browser escapes what no request can have, and nothing that is escaped already.
        return quote(path, safe="/?%:@!$&'()*+,;=~")

    def stays_calm(self, after: str) -> None:
        """Stop the app, and fail if there is an error in its log; `after` says after what."""
        self.leave()
        self._learner.stop()
        errors = self._learner.errors()
        if errors:
            raise Unmet(f"{after}, and your app's log has an error: {errors[0]}")

    def leave(self) -> None:
        """Close what is still open."""
        self._open.close()

    def _connect(
        self, path: str, headers: dict[str, str] | None, *, reads: bool = True
    ) -> ClientConnection:
        url = f"ws://127.0.0.1:{self._learner.port}{path}"
        try:
            return self._open.enter_context(
                connect(
                    url,
                    proxy=None,
                    open_timeout=SECONDS,
                    close_timeout=SECONDS,
                    additional_headers=headers,
                    max_queue=16 if reads else 1,
                    compression="deflate" if reads else None,
                )
            )
        except InvalidStatus:
            raise
        except (InvalidHandshake, OSError, EOFError):  # A time limit is an OSError too.
            raise Unmet(f"Nobody answers the handshake of {path}.") from None


def _closed(closed: ConnectionClosed, instead: str) -> str:
    if closed.rcvd is None:
        return f"Your app breaks the connection off (1006), and should {instead}."
    said = f"{closed.rcvd.code} {closed.rcvd.reason}".strip()
    return f"Your app closes the connection ({said}), and should {instead}."


def _no_constant(name: str) -> float:
    # Python reads NaN and Infinity; JSON has neither, and a browser stops at them.
    raise ValueError(name)


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _never(text: str, heard: list[str]) -> str:
    if not heard:
        return f"Nothing is heard for {SECONDS} seconds; {text!r} should be."
    return f"{text!r} should be heard, and is not; the last thing heard is {heard[-1]!r}."


def sentence(words: str) -> str:
    """Return a docstring's first paragraph on one line."""
    return re.sub(r"\s+", " ", words.strip().partition("\n\n")[0])
