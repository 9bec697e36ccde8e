"""Each message that the page Symptoms shows is one that is really seen."""

import ast
import re
import signal
import traceback
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi.staticfiles import StaticFiles
from websockets.exceptions import InvalidStatus

from tests.support.client import closing, connect
from tests.support.server import ROOT, Server, serve
from tests.support.symptoms import symptoms

LABORATORY = "topics.symptoms.laboratory:app"


@dataclass(frozen=True)
class Seen:
    """What a client does to provoke a line of the log, and how that ends for the client."""

    path: str
    end: int
    """A close code; below 1000, the status of a refusal."""
    message: str | bytes | None = None
    leaves: bool = False


LOG = {
    "starlette.websockets.WebSocketDisconnect: (1000, '')": Seen("/text", 1000, leaves=True),
    "KeyError: 'text'": Seen("/text", 1006, b"bytes"),
    "KeyError: 'bytes'": Seen("/bytes", 1006, "text"),
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)": Seen(
        "/json", 1006, "hello"
    ),
    "TypeError: Object of type datetime is not JSON serializable": Seen("/datetime", 1006),
    "ValueError: list.remove(x): x not in list": Seen("/remove", 1006),
    "RuntimeError: Set changed size during iteration": Seen("/set", 1006),
    "RuntimeError: dictionary changed size during iteration": Seen("/dictionary", 1006),
    "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)": Seen(
        "/group", 1000, leaves=True
    ),
    "RuntimeWarning: coroutine 'WebSocket.send_text' was never awaited": Seen("/await", 1000),
    "Task exception was never retrieved": Seen("/task", 1000),
    'starlette.websockets.WebSocketDisconnected: Cannot call "send" once a close message has been'
    " sent.": Seen("/closed", 1000),
    "RuntimeError: Expected ASGI message 'websocket.send' or 'websocket.close', but got"
    " 'websocket.http.response.start'.": Seen("/http-exception", 1006),
    "websockets.exceptions.ProtocolError: invalid status code": Seen("/code", 1006),
    "websockets.exceptions.ProtocolError: control frame too long": Seen("/reason", 1006),
    '"WebSocket /nowhere" 403': Seen("/nowhere", 403),
    '"WebSocket /items/abc" 403': Seen("/items/abc", 403),
    "ASGI callable returned without completing handshake.": Seen("/refused", 401),
    'RuntimeError: Expected ASGI message "websocket.accept", "websocket.close" or'
    " \"websocket.http.response.start\", but got 'websocket.send'": Seen("/not-accepted", 500),
    "TypeError: who() missing 1 required positional argument: 'request'": Seen("/request", 500),
    "TypeError: object NoneType can't be used in 'await' expression": Seen("/def", 500),
}
"""By the words in the log."""

HTTP = {
    '"GET /text HTTP/1.1" 404 Not Found': "/text",
    "TypeError: unhashable type: 'dict'": "/template",
}
STOPPING = {
    "Waiting for background tasks to complete. (CTRL+C to force quit)",
    "Waiting for connections to close. (CTRL+C to force quit)",
}
NO_FOLDER = "RuntimeError: Directory 'static' does not exist"
ELSEWHERE = {
    "No supported WebSocket library detected": "lessons/test_01_echo.py",
    "ImportError: attempted relative import with no known parent package": (
        "contract/test_folders.py"
    ),
    'Form data requires "python-multipart"': "lessons/test_00_http.py",
    "UvicornDeprecationWarning: The `websockets` implementation": "docs/test_topics.py",
}
"""By the words, the tests that provoke them; they need a server of their own."""


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with serve(LABORATORY) as server:
        yield server


def test_each_row_about_the_log_is_provoked() -> None:
    assert symptoms("log") == {*LOG, *HTTP, *STOPPING, *ELSEWHERE, NO_FOLDER}


@pytest.mark.parametrize("words", LOG)
def test_the_log_says(server: Server, words: str) -> None:
    seen = LOG[words]
    before = len(server.log)
    try:
        with connect(f"{server.ws}{seen.path}") as websocket:
            if seen.message is not None:
                websocket.send(seen.message)
            end = 1000 if seen.leaves else closing(websocket)[0]
    except InvalidStatus as refused:
        end = refused.response.status_code

    assert end == seen.end
    server.wait_for_log(re.escape(words), since=before)


@pytest.mark.parametrize("words", HTTP)
def test_the_log_says_of_a_request(server: Server, words: str) -> None:
    before = len(server.log)
    httpx2.get(f"{server.url}{HTTP[words]}")
    server.wait_for_log(re.escape(words), since=before)


def test_a_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError) as raised:
        StaticFiles(directory="static")

    assert traceback.format_exception_only(raised.value) == [f"{NO_FOLDER}\n"]


@pytest.mark.parametrize("words", ELSEWHERE)
def test_a_test_elsewhere_provokes_the_words(words: str) -> None:
    source = (ROOT / "tests" / ELSEWHERE[words]).read_text(encoding="utf-8")
    tests = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    texts = [
        part.value
        for test in tests
        if test.name.startswith("test_")
        for part in ast.walk(test)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]

    assert any(words in text for text in texts)


def test_a_server_that_is_to_stop_waits_for_an_endpoint() -> None:
    with serve(LABORATORY, "--timeout-graceful-shutdown", "1") as server:
        with connect(f"{server.ws}/queue"):
            pass
        with connect(f"{server.ws}/text") as websocket:
            server.signal(signal.SIGTERM)
            assert closing(websocket)[0] == 1012
        server.wait_for_log(
            re.escape("Waiting for background tasks to complete. (CTRL+C to force quit)")
        )
        server.wait_for_exit()


def test_a_server_that_is_to_stop_waits_for_a_stream() -> None:
    with (
        serve(LABORATORY, "--timeout-graceful-shutdown", "1") as server,
        httpx2.stream("GET", f"{server.url}/stream") as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "hello"
        server.signal(signal.SIGTERM)
        server.wait_for_log(re.escape("Waiting for connections to close. (CTRL+C to force quit)"))
        server.wait_for_exit()


def test_the_codes(server: Server) -> None:
    found = {}
    for code, path in (("1000", "/closed"), ("1003", "/kind"), ("1006", "/returned")):
        with connect(f"{server.ws}{path}") as websocket:
            if path == "/kind":
                websocket.send(b"bytes")
            found[code] = closing(websocket)[0]
    with connect(f"{server.ws}/text") as websocket:
        websocket.send("x" * (16 * 1024 * 1024 + 1))
        found["1009"] = closing(websocket)[0]

    assert found == {code: int(code) for code in found}
    # The two others have tests of their own.
    assert symptoms("codes") == {*found, "1011 keepalive ping timeout", "1012"}


def test_a_client_that_is_well_gets_1011_from_an_endpoint_that_does_not_receive() -> None:
    pings = ("--ws-ping-interval", "0.2", "--ws-ping-timeout", "0.2")
    with (
        serve(LABORATORY, *pings) as server,
        connect(f"{server.ws}/queue") as websocket,
    ):
        websocket.send("nobody reads this")
        assert closing(websocket) == (1011, "keepalive ping timeout")
