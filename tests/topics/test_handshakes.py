"""The wire table: handshakes that one parser takes and another refuses, and compressed messages."""

import re
import signal
import socket
import sys
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.course.conftest import CourseCommand
from tests.support.client import closing, connect
from tests.support.hostile import CLOSE, Raw, Target
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, serve

PAGE = ROOT / "docs" / "topics" / "wire-table.md"
HANDSHAKE = (
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)
ODD = {
    "a header line of more than 8192 bytes": ("", ["X-Long: " + "a" * 9000]),
    "an address of more than 8192 bytes": ("?" + "a" * 9000, []),
    "more than 128 headers": ("", [f"X-{number}: 1" for number in range(130)]),
    "Content-Length: 5": ("", ["Content-Length: 5"]),
    "Transfer-Encoding: chunked": ("", ["Transfer-Encoding: chunked"]),
}
MIB = 2**20


@contextmanager
def odd(port: int, path: str, what: str) -> Generator[socket.socket]:
    """Send an odd handshake, and give out its socket."""
    query, headers = ODD[what]
    lines = (f"GET {path}{query} HTTP/1.1", *HANDSHAKE, *headers, "", "")
    with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
        client.sendall("\r\n".join(lines).encode())
        yield client


def answer(client: socket.socket) -> str:
    """Return the status with which a handshake is answered, within a second."""
    try:
        return client.recv(12).decode().removeprefix("HTTP/1.1 ")
    except TimeoutError:
        return "no answer"


def said(what: str) -> dict[str, str]:
    """Return what the page says of an odd handshake, by implementation."""
    row = re.search(rf"^\| `?{re.escape(what)}`? \|(.+)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert row, f"The wire table has no row for {what}."
    return dict(zip(IMPLEMENTATIONS, map(str.strip, row[1].split("|")), strict=True))


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_an_odd_handshake_is_answered_as_the_page_says(implementation: str, what: str) -> None:
    with (
        serve("lessons.03_manager.main:app", "--ws", implementation) as server,
        odd(server.port, "/ws/1", what) as client,
    ):
        assert answer(client) == said(what)[implementation]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_an_odd_handshake_breaks_the_shutdown_of_one_implementation(implementation: str) -> None:
    """If this fails for websockets-sansio, uvicorn has mended it: course/handshake.py can go."""
    with (
        serve("lessons.03_manager.main:app", "--ws", implementation) as server,
        odd(server.port, "/ws/1", "Content-Length: 5") as client,
    ):
        answer(client)
        server.signal(signal.SIGTERM)
        code = server.wait_for_exit()

    broken = implementation == "websockets-sansio"
    assert code == (1 if broken else -signal.SIGTERM)
    assert ("assert not self.eof_sent" in server.log) == broken
    assert ("Application shutdown complete" in server.log) != broken


@pytest.mark.parametrize("what", ODD)
def test_the_course_answers_an_odd_handshake_and_ends_well(what: str) -> None:
    with (
        CourseCommand("--port", "0") as course,
        connect(f"{course.ws}/live/01_echo/ws") as healthy,
        odd(course.port, "/live/03_manager/ws/1", what) as client,
    ):
        status = answer(client)
        course.signal(signal.SIGTERM)

        assert closing(healthy)[0] == 1012
        course.wait_for_exit()

    assert status in {"400", "414", "431"}
    assert "Application shutdown complete" in course.log
    assert "Traceback" not in course.log


def peak(server: Server) -> int:
    """Return the most memory that a server has held, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads a server's memory from Linux's /proc")
@pytest.mark.parametrize(
    ("options", "inflates"),
    [
        (("--ws", "websockets-sansio"), False),
        (("--ws", "websockets"), False),
        (("--ws", "wsproto"), True),
        (("--ws", "wsproto", "--ws-per-message-deflate", "false"), False),
    ],
    ids=["sansio", "legacy", "wsproto", "wsproto without compression"],
)
def test_one_implementation_inflates_a_message_before_it_counts(
    options: tuple[str, ...], *, inflates: bool
) -> None:
    shrink = zlib.compressobj(9, wbits=-12)
    bomb = shrink.compress(bytes(200 * MIB)) + shrink.flush(zlib.Z_SYNC_FLUSH)
    bomb = bomb.removesuffix(b"\0\0\xff\xff")
    head = bytes([0xC1, 0xFF]) + len(bomb).to_bytes(8) + bytes(4)
    with serve("lessons.01_echo.main:app", *options) as server:
        client = Raw(Target(server.port, lambda: "/ws", str))
        with client.socket:
            extra = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12\r\n"
            assert client.handshake(extra=extra).startswith("HTTP/1.1 101")
            before = peak(server)
            client.socket.sendall(head + bomb)
            closes = [data for opcode, data in client.frames() if opcode == CLOSE]
            grown = peak(server) - before

    # A compressed frame that nobody has agreed on is no frame: the connection is cut.
    assert [int.from_bytes(data[:2]) for data in closes] == ([] if "false" in options else [1009])
    assert (grown > 190 * MIB) == inflates
    assert inflates or grown < 60 * MIB
