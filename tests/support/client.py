"""Speak to a server from a program: connect, be closed, be refused, vanish."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from websockets.asyncio import client as asynchronous
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as _connect


def connect(url: str, **options: Any) -> ClientConnection:  # noqa: ANN401 - passed on as they are
    """Open a WebSocket for the length of a `with` block; no proxy comes between."""
    return _connect(url, proxy=None, **options)


class Secure:
    """A WebSocket over TLS, with what tests need of the blocking client's interface.

    The blocking client of websockets 17.4 can wait for ever over TLS: it waits for the socket and
    then reads from TLS, which may have nothing yet. So an event loop in a thread does the work.
    """

    def __init__(self, portal: BlockingPortal, connection: asynchronous.ClientConnection) -> None:
        self._portal = portal
        self._connection = connection

    def send(self, message: str | bytes) -> None:
        """Send a message."""
        self._portal.call(self._connection.send, message)

    def recv(self, timeout: float | None = None) -> str | bytes:
        """Return the next message.

        Raises:
            TimeoutError: there was none for `timeout` seconds.
            ConnectionClosed: there will be none.
        """

        async def receive() -> str | bytes:
            async with asyncio.timeout(timeout):
                return await self._connection.recv()

        return self._portal.call(receive)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection."""
        self._portal.call(self._connection.close, code, reason)


@contextmanager
def connect_securely(
    url: str,
    trust: ssl.SSLContext,
    **options: Any,  # noqa: ANN401 - passed on as they are
) -> Generator[Secure]:
    """Open a WebSocket over TLS for the length of a `with` block; no proxy comes between."""
    connecting = asynchronous.connect(url, ssl=trust, proxy=None, **options)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(connecting) as connection,
    ):
        yield Secure(portal, connection)


def closing(websocket: ClientConnection | Secure) -> tuple[int, str]:
    """Return the code and reason the server closes with; (1006, "") if it sends no close frame."""
    while True:
        try:
            websocket.recv(timeout=10)
        except ConnectionClosed as closed:
            frame = closed.rcvd
            return (frame.code, frame.reason) if frame else (1006, "")


def refusal(url: str, **options: Any) -> Response:  # noqa: ANN401 - passed on as they are
    """Return the HTTP response that refuses a handshake."""
    with pytest.raises(InvalidStatus) as refused, connect(url, **options):
        pass
    return refused.value.response


def vanish(websocket: ClientConnection) -> None:
    """Cut the connection as a crash does: no close frame, the socket is reset."""
    websocket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    websocket.socket.close()


@contextmanager
def stalled(port: int, path: str) -> Generator[socket.socket]:
    """Keep a connection open whose client neither reads nor answers, and give out its socket."""
    lines = (
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        client.sendall("\r\n".join((*lines, "", "")).encode())
        assert client.recv(12) == b"HTTP/1.1 101"
        yield client
