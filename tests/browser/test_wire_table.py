"""The wire table: each row of its page is measured, under each of uvicorn's implementations."""

import re
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.support import wire
from tests.support.browser import EACH_IMPLEMENTATION
from tests.support.client import closing, connect, stalled, vanish
from tests.support.server import ROOT, Server, serve

PAGE = ROOT / "docs" / "topics" / "wire-table.md"


def rows() -> dict[str, list[str]]:
    """Return the page's rows by the name in their first column, without it."""
    lines = [
        [cell.strip().replace("`", "") for cell in line.strip("|\n").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [A-Z]\d", line)
    ]
    return {cells[0]: cells[1:] for cells in lines}


ROWS = rows()


def said(cell: str, implementation: str) -> str:
    """Return what a cell says of an implementation: `1006<br>wsproto: 1000` says two things."""
    usual, *exceptions = cell.split("<br>")
    return dict(part.split(": ", 1) for part in exceptions).get(implementation, usual)


@pytest.fixture(scope="module", params=EACH_IMPLEMENTATION)
def implementation(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def laboratory(implementation: str) -> Iterator[Server]:
    with serve(f"{wire.NAIVE}:app", "--ws", implementation) as server:
        yield server


@pytest.fixture(scope="module")
def reporter(implementation: str) -> Iterator[Server]:
    with serve("tests.support.apps.reporter:app", "--ws", implementation) as server:
        yield server


def test_has_a_measurement_for_each_row_and_a_row_for_each_measurement() -> None:
    assert list(ROWS) == [*wire.WAYS, *ENDS, "P1", "P2"]


@pytest.mark.parametrize("name", wire.WAYS)
def test_a_server_ends_it(name: str, laboratory: Server, implementation: str, page: Page) -> None:
    way = wire.WAYS[name]
    page.goto(laboratory.url)

    begin = wire.barrier(laboratory)
    program = wire.program(laboratory, way)
    end = wire.barrier(laboratory)
    browser = wire.browser(page, laboratory, way)

    measured = [program, browser, wire.logged(laboratory.log[begin:end])]
    _, *told, _, log = ROWS[name]
    assert measured == [said(cell, implementation) for cell in (*told, log)]


@pytest.mark.parametrize("name", wire.WAYS)
def test_test_client_is_told(name: str) -> None:
    assert wire.in_test_client(wire.WAYS[name]) == ROWS[name][3]


def page_closes(*how: int | str) -> Callable[[Server, Page], str]:
    def act(server: Server, page: Page) -> str:
        return page.evaluate(
            """([address, how]) => new Promise((resolve) => {
                const socket = new WebSocket(address);
                socket.onopen = () => socket.close(...how);
                socket.onclose = ({ code, reason }) => resolve(`${code} ${reason}`.trim());
            })""",
            [f"{server.ws}/ws", list(how)],
        )

    return act


def page_is_left(server: Server, page: Page) -> str:
    page.evaluate(
        """(address) => new Promise((resolve) => {
            window.socket = new WebSocket(address);
            window.socket.onopen = resolve;
        })""",
        f"{server.ws}/ws",
    )
    page.goto("about:blank")
    return "nothing"


def program_vanishes(server: Server, page: Page) -> str:  # noqa: ARG001 - called like the others
    with connect(f"{server.ws}/ws") as websocket:
        vanish(websocket)
    return "nothing"


def program_sends(message: bytes | list[bytes], *, text: bool) -> Callable[[Server, Page], str]:
    def act(server: Server, page: Page) -> str:  # noqa: ARG001 - called like the others
        with connect(f"{server.ws}/ws", compression=None) as websocket:
            websocket.send(message, text=text)
            return str(closing(websocket)[0])

    return act


ENDS: dict[str, Callable[[Server, Page], str]] = {
    "C1": page_closes(),
    "C2": page_closes(1000, "Done."),
    "C3": page_closes(4001, "Enough."),
    "C4": page_is_left,
    "C5": program_vanishes,
    "C6": program_sends(b"\xff", text=True),
    # In fragments, so that only the last byte is one too many: the server has read all the others,
    # and need not cut off a client that is still sending, which can cost it the close frame.
    "C7": program_sends([b"x" * 2**20] * 16 + [b"x"], text=False),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_client_ends_it(name: str, reporter: Server, implementation: str, page: Page) -> None:
    page.goto(f"{reporter.url}")
    begin = len(reporter.log)

    client = ENDS[name](reporter, page)

    told = re.compile(rf"(?s)\A.{{{begin}}}.*?told: ?(.*?)\n")
    server = reporter.wait_for_log(told).group(1)
    if name in {"C6", "C7"}:
        # Each implementation has a reason of its own here; the code is what they agree on.
        server = server.split()[0]
    assert [server, client] == [said(cell, implementation) for cell in ROWS[name][1:]]


def test_the_server_is_stopped(implementation: str) -> None:
    with serve("tests.support.apps.reporter:app", "--ws", implementation) as server:
        with connect(f"{server.ws}/ws") as websocket:
            server.signal(signal.SIGTERM)
            client = " ".join(str(part) for part in closing(websocket) if part)
        server.wait_for_exit()
        told = server.wait_for_log(r"told: (.*)").group(1)

    assert [told, client] == [said(cell, implementation) for cell in ROWS["P1"][1:]]


def test_a_client_answers_no_ping(implementation: str) -> None:
    pings = ("--ws-ping-interval", "0.2", "--ws-ping-timeout", "0.2")
    with serve("tests.support.apps.reporter:app", "--ws", implementation, *pings) as server:
        with stalled(server.port, "/ws") as client:
            sent = b"".join(iter(lambda: client.recv(4096), b""))
        told = server.wait_for_log(r"told: (.*)").group(1)
    _, _, frame = sent.rpartition(b"\x88")
    code, reason = int.from_bytes(frame[1:3]), frame[3:].decode()

    assert [told, f"{code} {reason}"] == [said(cell, implementation) for cell in ROWS["P2"][1:]]
