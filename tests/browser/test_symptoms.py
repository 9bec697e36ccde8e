"""What the page Symptoms says of a browser's console is what a browser says."""

import socket
from collections.abc import Generator

import pytest
from playwright.sync_api import BrowserContext

from tests.support.server import Server, serve
from tests.support.symptoms import symptoms

OPEN = "const socket = new WebSocket('/text'); await new Promise((done) => socket.onopen = done);"
SECURE = "https://chat.example/"

CONSOLE = {
    "Error during WebSocket handshake: Unexpected response code: 403": "new WebSocket('/nowhere')",
    "HTTP Authentication failed; no valid credentials available": "new WebSocket('/refused')",
    "Error in connection establishment: net::ERR_CONNECTION_REFUSED": (
        "new WebSocket('ws://127.0.0.1:PORT/')"
    ),
    "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.": (
        "new WebSocket('/text').send('hello')"
    ),
    "WebSocket is already in CLOSING or CLOSED state.": (
        f"{OPEN} socket.close(); socket.send('hello')"
    ),
    "The close code must be either 1000, or between 3000 and 4999. 1001 is neither.": (
        f"{OPEN} socket.close(1001)"
    ),
    "Fragment identifiers are not allowed in WebSocket URLs.": "new WebSocket('/text?name=a#b')",
    "Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received": (
        "new WebSocket('/subprotocol', ['chat'])"
    ),
    "An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.": (
        "new WebSocket('ws://chat.example/ws')"
    ),
    "has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the"
    " requested resource.": "await fetch(location.href.replace('127.0.0.1', 'localhost'))",
    '"NaN" is not valid JSON': "JSON.parse('NaN')",
}
"""By the words in the console, the JavaScript that provokes them."""


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with serve("topics.symptoms.laboratory:app") as server:
        yield server


def test_each_row_about_the_console_is_provoked() -> None:
    assert symptoms("console") == {*CONSOLE}


@pytest.mark.parametrize("words", CONSOLE)
def test_the_console_says(context: BrowserContext, server: Server, words: str) -> None:
    # Without a witness: one of these pages has another host's address, which nobody is asked for.
    page = context.new_page()
    page.route(f"{SECURE}**", lambda route: route.fulfill(body="<h1>By https</h1>"))
    page.goto(SECURE if "HTTPS" in words else server.url)
    # An exception is written as the console writes it, without the "Uncaught" before it.
    run = f"try {{ {CONSOLE[words]} }} catch (error) {{ console.error(String(error)) }}"
    with socket.socket() as taken:
        # Bound, and nobody listens: no other program can have this port meanwhile.
        taken.bind(("127.0.0.1", 0))
        run = run.replace("PORT", str(taken.getsockname()[1]))
        with page.expect_console_message(lambda line: words in line.text):
            page.evaluate(f"async () => {{ {run} }}")
