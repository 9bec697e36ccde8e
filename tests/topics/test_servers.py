"""Servers compared: each cell of the page's table is measured on the server it speaks of."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypercorn.config import Config
from websockets.exceptions import ConnectionClosed

from tests.support import speech, wire
from tests.support.client import connect, stalled, vanish
from tests.support.hostile import CLOSE, CONTINUATION, PING, TEXT, Raw, Target, frame
from tests.support.server import ROOT
from tests.support.servers import LABORATORY, SERVERS, AnyServer

PAGE = ROOT / "docs" / "topics" / "servers.md"
COLUMNS = {"granian": 1, "hypercorn": 2}
MIB = 2**20
WAITS_FOR_CLIENTS = sys.version_info >= (3, 12)
"""Since then, asyncio's `wait_closed()` waits for connections, and Hypercorn with it."""


def rows() -> dict[str, list[str]]:
    """Return what the page says of each row: a cell for uvicorn, Granian and Hypercorn."""
    lines = [
        [cell.strip().replace("`", "") for cell in line.strip("|\n").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [A-Z]\d", line)
    ]
    return {cells[0]: cells[2:] for cells in lines}


ROWS = rows()


def said(row: str, server: str) -> str:
    """Return what the page says of a server; `1007<br>wsproto: 1006` says two things."""
    usual, *exceptions = ROWS[row][COLUMNS.get(server, 0)].split("<br>")
    return dict(part.split(": ", 1) for part in exceptions).get(server, usual)


@contextmanager
def raw(server: AnyServer, path: str, extra: str = "") -> Generator[Raw]:
    """Open a WebSocket to which no library adds its own opinion."""
    client = Raw(Target(server.port, lambda: path, str))
    with client.socket:
        assert client.handshake(extra=extra).startswith("HTTP/1.1 101")
        yield client


def end_of(client: Raw) -> str:
    """Return how the server ends a connection: what is in its close frame, if it sends one."""
    try:
        for opcode, payload in client.frames():
            if opcode == CLOSE:
                if not payload:
                    return "1005, empty frame"
                if len(payload) > 125:
                    return "a frame too long"
                code = int.from_bytes(payload[:2])
                reason = re.sub("é{9,}", lambda run: f"{len(run[0])} × é", payload[2:].decode())
                return f"{code} {reason}".strip()
            if opcode == TEXT:
                return payload.decode()
    except ConnectionError:
        pass
    return "no frame"


def code_of(client: Raw) -> str:
    """Return how the server ends a connection, without the reason, which is each one's own."""
    return re.sub(r"^(1009) .*", r"\1", end_of(client))


@pytest.fixture(scope="module", params=SERVERS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def naive(name: str) -> Iterator[AnyServer]:
    with AnyServer(name, f"{wire.NAIVE}:app") as server:
        yield server


@pytest.fixture(scope="module")
def laboratory(name: str) -> Iterator[AnyServer]:
    with AnyServer(name, LABORATORY) as server:
        yield server


REFUSALS = {
    "R1": "/ws/1?refusal=websocket_exception",
    "R2": "/ws/1?refusal=exception",
    "R3": "/ws/1?refusal=denial",
    "R5": "/early/bug",
    "R6": "/early/return",
}
ENDS = {
    "E1": "close 4000 Why.",
    "E2": "return",
    "E3": "raise",
    "E4": "raise HTTPException",
    "E5": "close 100",
    "E6": "close 1006",
    "E7": f"close 1000 {'é' * 62}",
}


@pytest.mark.parametrize("row", REFUSALS)
def test_refuses_before_accept(row: str, naive: AnyServer, name: str) -> None:
    assert wire.program(naive, wire.Way(REFUSALS[row])) == said(row, name)


def test_refuses_with_a_body_in_parts(laboratory: AnyServer, name: str) -> None:
    assert wire.program(laboratory, wire.Way("/streamed")) == said("R4", name)


@pytest.mark.parametrize("row", ENDS)
def test_ends_after_accept(row: str, naive: AnyServer, name: str) -> None:
    with raw(naive, "/ws/1") as client:
        client.send(frame(ENDS[row].encode()))
        assert end_of(client) == said(row, name)


def test_sends_the_headers_of_accept(laboratory: AnyServer, name: str) -> None:
    with connect(f"{laboratory.ws}/cookie") as websocket:
        assert websocket.response
        sent = "Set-Cookie" in websocket.response.headers
    assert ("sent" if sent else "dropped") == said("H1", name)


def test_agrees_on_a_subprotocol(laboratory: AnyServer, name: str) -> None:
    with connect(f"{laboratory.ws}/subprotocol", subprotocols=["chat"]) as websocket:
        assert ("agreed" if websocket.subprotocol == "chat" else "") == said("H2", name)


def test_chooses_a_subprotocol_that_nobody_offered(laboratory: AnyServer, name: str) -> None:
    client = Raw(Target(laboratory.port, lambda: "/subprotocol", str))
    with client.socket:
        head = client.handshake().casefold()
    told = "sent" if "sec-websocket-protocol: chat" in head else head or "cut off"
    assert told == said("H3", name)


def test_agrees_on_compression(laboratory: AnyServer, name: str) -> None:
    with connect(f"{laboratory.ws}/read") as websocket:
        assert websocket.response
        agreed = websocket.response.headers.get("Sec-WebSocket-Extensions", "")
    assert ("on" if agreed.startswith("permessage-deflate") else "none") == said("H4", name)


def test_hands_on_what_the_lifespan_made(laboratory: AnyServer, name: str) -> None:
    with connect(f"{laboratory.ws}/greeting") as websocket:
        arrives = websocket.recv() == "Hello from the lifespan."
    assert ("arrives" if arrives else "") == said("H5", name)


@contextmanager
def told(server: AnyServer, what: str, row: str, name: str) -> Generator[None]:
    """Compare what the log says, in the line that begins with `what`, with the page."""
    begin = len(server.log)
    yield
    line = re.compile(rf"(?s)\A.{{{begin}}}.*?^{what}: ?([^\n]*)\n", re.MULTILINE)
    assert server.wait_for_log(line).group(1) == said(row, name)


@pytest.mark.parametrize(
    ("row", "code", "reason"), [("C1", 1000, "Done."), ("C2", 4001, "Enough.")]
)
def test_is_told_that_a_client_closed(
    row: str, code: int, reason: str, laboratory: AnyServer, name: str
) -> None:
    with (
        told(laboratory, "told", row, name),
        connect(f"{laboratory.ws}/read") as websocket,
    ):
        websocket.close(code, reason)


@pytest.mark.parametrize(
    ("row", "path", "what"),
    [("C3", "read", "told"), ("C4", "late", "sent"), ("C5", "blind", "sent")],
)
def test_is_told_that_a_client_vanished(
    row: str, path: str, what: str, laboratory: AnyServer, name: str
) -> None:
    with (
        told(laboratory, what, row, name),
        connect(f"{laboratory.ws}/{path}") as websocket,
    ):
        vanish(websocket)


def test_takes_bytes_where_text_is_wanted(name: str) -> None:
    with AnyServer(name, speech.app_of("01_echo")) as server, raw(server, "/ws") as client:
        client.send(frame(b"\x01", 0x2))
        assert end_of(client) == said("C6", name)


def test_is_sent_text_that_is_not_utf_8(laboratory: AnyServer, name: str) -> None:
    with raw(laboratory, "/read") as client:
        client.send(frame(b"\xff"))
        assert end_of(client) == said("S3", name)


def test_is_sent_a_frame_that_is_too_large(laboratory: AnyServer, name: str) -> None:
    with raw(laboratory, "/read") as client:
        too_large = frame(b"x" * (16 * MIB + 1))
        # The older implementation judges by the head, and leaves the rest unread for seconds.
        client.send(too_large[:100] if name == "websockets" else too_large)
        assert code_of(client) == said("S1", name)


def test_is_sent_a_message_that_is_too_large(laboratory: AnyServer, name: str) -> None:
    with raw(laboratory, "/read") as client:
        client.send(frame(b"x" * MIB, fin=False))
        for _ in range(15):
            client.send(frame(b"x" * MIB, CONTINUATION, fin=False))
        client.send(frame(b"x", CONTINUATION))
        assert code_of(client) == said("S2", name)


def test_has_a_limit_of_its_own_on_a_message_in_frames() -> None:
    with AnyServer("granian", LABORATORY) as server, raw(server, "/read") as client:
        client.send(frame(b"x" * MIB, fin=False))
        for _ in range(63):
            client.send(frame(b"x" * MIB, CONTINUATION, fin=False))
        client.send(frame(b"x", CONTINUATION))
        assert end_of(client) == "1005, empty frame"


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "granian"])
def test_can_be_given_a_lower_limit(name: str, tmp_path: Path) -> None:
    options = ("--ws-max-size", "1000")
    if name == "hypercorn":
        (tmp_path / "hypercorn.toml").write_text("websocket_max_message_size = 1000\n")
        options = ("--config", str(tmp_path / "hypercorn.toml"))
    with AnyServer(name, LABORATORY, *options) as server:
        with raw(server, "/read") as client:
            client.send(frame(b"x" * 1001))
            assert end_of(client).startswith("1009")
        with raw(server, "/read") as client:
            client.send(frame("é".encode() * 501))
            # Hypercorn counts characters, the others bytes.
            counted = "501 characters" if name == "hypercorn" else "1009"
            assert end_of(client).startswith(counted)


def test_hypercorn_has_the_defaults_that_the_page_names() -> None:
    config = Config()
    assert config.websocket_ping_interval is None
    assert config.websocket_max_message_size == 16 * MIB
    assert config.graceful_timeout == 3


@pytest.mark.parametrize(
    ("server", "options"),
    [
        (
            "uvicorn",
            {
                "--ws-max-size",
                "--ws-ping-interval",
                "--ws-ping-timeout",
                "--ws-per-message-deflate",
                "--timeout-graceful-shutdown",
            },
        ),
        ("granian", set()),
        ("hypercorn", {"--config", "--websocket-ping-interval", "--graceful-timeout"}),
    ],
)
def test_has_the_options_that_the_page_names(server: str, options: set[str]) -> None:
    words = subprocess.run(
        [sys.executable, "-m", server, "--help"], check=True, capture_output=True, text=True
    ).stdout
    # What the page says is missing is looked for by a part of its name.
    known = set(re.findall(r"--[\w-]+", words))
    assert options <= known
    missing = {"granian": "ping|max-size|deflate", "hypercorn": "max-size|deflate|timeout-ping"}
    assert not [name for name in known if re.search(missing.get(server, "^$"), name)]


def test_a_client_answers_no_ping(name: str) -> None:
    options = {
        "granian": (),
        # Its command takes whole seconds.
        "hypercorn": ("--websocket-ping-interval", "1"),
    }.get(name, ("--ws-ping-interval", "0.2", "--ws-ping-timeout", "0.2"))
    with AnyServer(name, LABORATORY, *options) as server, raw(server, "/read") as client:
        pings = 0
        client.socket.settimeout(2.5)
        measured = "stays"
        try:
            for opcode, payload in client.frames():
                if opcode == CLOSE:
                    measured = f"{int.from_bytes(payload[:2])} {payload[2:].decode()}"
                    break
                pings += opcode == PING
                if pings == 3:
                    break
        except TimeoutError:
            pass
        if measured == "stays":
            client.send(frame(b"I was only frozen."))
            assert end_of(client) == "18 characters"
            measured = "stays, unasked" if not pings else "stays, asked and asked again"
    assert measured == said("K1", name)


def test_sends_to_a_client_that_stops_reading(laboratory: AnyServer, name: str) -> None:
    with told(laboratory, "flooded", "B1", name), stalled(laboratory.port, "/flood"):
        laboratory.wait_for_log("flooded: .*\n")


def test_lesson_3_drops_a_member_that_does_not_read(name: str) -> None:
    lesson = "03_manager"
    with (
        AnyServer(name, speech.app_of(lesson)) as server,
        speech.pair(server, lesson) as both,
        stalled(server.port, "/ws/3"),
    ):
        # Twice of what the sockets' own buffers hold: if each of the rest took its second, the last
        # answer would be late by far.
        both.converses("x" * 60_000, times=100, speakers=1)
    assert said("B2", name) == "the others go on"


class Stopped:
    """What happens at SIGTERM to a client of an address, to its endpoint, and to the process."""

    def __init__(self, name: str, path: str) -> None:
        with AnyServer(name, LABORATORY) as server:
            with raw(server, path) as client:
                client.socket.settimeout(6)
                if path == "/wait":
                    server.wait_for_log("waits\n")
                server.signal(signal.SIGTERM)
                try:
                    self.client = end_of(client)
                except TimeoutError:
                    self.client = "nothing"
            # An endpoint that never ends would hold uvicorn up for ever.
            try:
                self.exit_code = server.wait_for_exit(6 if path == "/read" else 2)
            except AssertionError:
                self.exit_code = None
            self.log = server.log


def test_is_stopped(name: str) -> None:
    stopped = Stopped(name, "/read")
    if name == "hypercorn" and WAITS_FOR_CLIENTS:
        assert stopped.client == "nothing"
        assert "told: 1006" in stopped.log
    else:
        told = re.findall(r"^told: ?(.*)", stopped.log, re.MULTILINE)
        assert ("Traceback" in stopped.log) == (name == "hypercorn")
        assert stopped.client == said("T1", name)
        if name == "granian":
            # Its process ends without waiting for the endpoints.
            assert said("T2", name) == "1005, or nothing"
            assert told in ([], ["1005"])
        else:
            assert told == [said("T2", name)]
    assert str(stopped.exit_code) == said("T4", name)


def test_is_stopped_while_an_endpoint_does_not_read(name: str) -> None:
    stopped = Stopped(name, "/wait")
    if name == "hypercorn" and WAITS_FOR_CLIENTS:
        assert stopped.client == "nothing"
        return
    if stopped.exit_code is None:
        measured = "runs on, and holds the process up"
    elif "waited: ended" in stopped.log:
        measured = "cancelled"
    else:
        measured = "gone, without its finally"
    assert measured == said("T3", name)


@pytest.mark.parametrize("name", ["websockets-sansio", "granian", "hypercorn"])
def test_workers_share_no_memory(name: str) -> None:
    with AnyServer(name, LABORATORY, "--workers", "2") as server:
        seen: set[str | bytes] = set()
        deadline = time.monotonic() + 15
        while len(seen) < 2:
            assert time.monotonic() < deadline, f"Only {seen} answered."
            try:
                with connect(f"{server.ws}/process") as websocket:
                    seen.add(websocket.recv())
            except (ConnectionError, ConnectionClosed):
                continue
    assert said("W1", name) == "one for each"


@pytest.mark.parametrize("name", ["granian", "hypercorn"])
def test_lessons_1_to_7_run_on_the_other_servers(name: str) -> None:
    seven = [lesson for lesson in speech.FOLDERS if "01" <= lesson[:2] <= "07"]
    assert len(seven) == 7
    limits = {key: value for lesson in seven for key, value in speech.lesson(lesson).env.items()}
    with AnyServer(name, "course.main:app", env=limits) as server:
        for lesson in seven:
            prefix = f"/live/{lesson}/"
            with (
                speech.guest(server, lesson, 1, prefix) as one,
                speech.guest(server, lesson, 2, prefix) as other,
            ):
                speech.Pair(one, other).converses(times=3)


@pytest.mark.parametrize("name", ["granian", "hypercorn"])
def test_lesson_6_closes_as_its_page_says_on_the_other_servers(name: str) -> None:
    ends = {
        "close 1000 Bye.": "1000 Bye.",
        "bye": "1011 The server failed.",
        "close 4000 Why.": "4000 Why.",
        "return": "1000 That was all.",
        "raise": "1011 The server failed.",
        "raise WebSocketException": "1008 This is against the rules.",
        "raise HTTPException": "1011 The server failed.",
    }
    with AnyServer(name, speech.app_of("06_closing")) as server:
        for words, expected in ends.items():
            with raw(server, "/ws/1") as client:
                client.send(frame(words.encode()))
                assert end_of(client) == expected


@pytest.mark.parametrize("name", ["granian", "hypercorn"])
def test_lesson_7_closes_an_idle_client_on_the_other_servers(name: str) -> None:
    env = {"IDLE_TIMEOUT": "0.2"}
    with (
        AnyServer(name, speech.app_of("07_limits"), env=env) as server,
        raw(server, "/ws") as client,
    ):
        assert end_of(client).startswith("4408")


def test_every_row_is_measured() -> None:
    others = {"R4", *(f"H{number}" for number in range(1, 6))}
    others |= {f"C{number}" for number in range(1, 7)} | {"S1", "S2", "S3", "K1", "B1", "B2"}
    others |= {f"T{number}" for number in range(1, 5)} | {"W1"}
    assert set(ROWS) == {*REFUSALS, *ENDS, *others}


def test_the_measured_work_is_least_where_the_page_says() -> None:
    lines = (ROOT / "bench" / "servers.md").read_text(encoding="utf-8").splitlines()[2:]
    works = [float(line.split("|")[3].split()[0]) for line in lines]

    assert "`uvicorn` " in lines[0]
    assert works[0] == 1
    assert min(works[1:]) > 1
