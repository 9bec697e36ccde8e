"""Measure how a connection ends: what a program, a browser, TestClient and the log see of it."""

import importlib
import re
import threading
from dataclasses import dataclass
from itertools import count

import httpx2
from fastapi.testclient import TestClient
from playwright.sync_api import Page
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import InvalidStatus

from tests.support.client import closing, connect
from tests.support.server import FALSE_ALARMS, Server, complaints

NAIVE = "tests.support.apps.mistakes"

_barriers = count(1)


@dataclass(frozen=True)
class Way:
    """A way to end a connection to the naive laboratory: its address, and what is sent then."""

    path: str = "/ws/1"
    text: str | None = None


WAYS = {
    "B1": Way("/ws/1?refusal=close"),
    "B2": Way("/ws/1?refusal=websocket_exception"),
    "B3": Way("/ws/1?refusal=denial"),
    "B4": Way("/ws/1?refusal=exception"),
    "B5": Way("/ws/one"),
    "B6": Way("/nowhere"),
    "B7": Way("/early/bug"),
    "B8": Way("/early/return"),
    "A1": Way(text="close 1000 Bye."),
    "A2": Way(text="close 1008 Why."),
    "A3": Way(text="close 4000 Why."),
    "A4": Way(text="raise WebSocketException"),
    "A5": Way(text="return"),
    "A6": Way(text="raise"),
    "A7": Way(text="raise HTTPException"),
    "A8": Way(text="close 100"),
    "A9": Way(text="close 1006"),
    "A10": Way(text="close 5000"),
    "A11": Way(text=f"close 1000 {'é' * 62}"),
    "A12": Way(text="twice"),
}
"""Rows of the wire table that a server brings about: B before accept, A after it."""


def _short(told: str) -> str:
    """Return what was told with a long run of é counted instead of written out."""
    return re.sub("é{9,}", lambda run: f"{len(run[0])} × é", told)


def program(server: Server, way: Way) -> str:
    """Return what a Python program is told."""
    try:
        with connect(f"{server.ws}{way.path}") as websocket:
            if way.text is not None:
                websocket.send(way.text)
            return _short(" ".join(str(part) for part in closing(websocket) if part))
    except InvalidStatus as refused:
        body = " and a body" if refused.response.body else ""
        return f"HTTP {refused.response.status_code}{body}"


def browser(page: Page, server: Server, way: Way) -> str:
    """Return what a page in a browser is told; it has to be at the server's address."""
    told = page.evaluate(
        """([address, text]) => new Promise((resolve) => {
            const socket = new WebSocket(address);
            let never = ", never open";
            socket.onopen = () => {
                never = "";
                if (text !== null) socket.send(text);
            };
            socket.onclose = ({ code, reason }) => resolve(`${code} ${reason}`.trim() + never);
        })""",
        [f"{server.ws}{way.path}", way.text],
    )
    return _short(told)


def in_test_client(way: Way) -> str:
    """Return what Starlette's TestClient is told, which has no time limit of its own."""
    told: list[str] = []
    # TestClient waits for ever in some cases, so it waits in a thread that may be left behind.
    thread = threading.Thread(target=lambda: told.append(_test_client(way)), daemon=True)
    thread.start()
    thread.join(3)
    return _short(told[0]) if told else "waits for ever"


def _test_client(way: Way) -> str:
    app = importlib.import_module(NAIVE).app
    try:
        with TestClient(app).websocket_connect(way.path) as websocket:
            if way.text is not None:
                websocket.send_text(way.text)
            while True:
                websocket.receive_text()
    except WebSocketDenialResponse as refused:
        body = " and a body" if refused.content else ""
        return f"HTTP {refused.status_code}{body}"
    except WebSocketDisconnect as closed:
        # For a parameter that does not fit, the reason is the list of errors, however long.
        reason = "and the errors" if str(closed.reason).startswith("[{") else closed.reason
        return f"{int(closed.code)} {reason}".strip()
    except Exception as error:  # noqa: BLE001 - whatever is raised is the measurement
        return f"raises {type(error).__name__}"


def logged(log: str) -> str:
    """Return what a part of the server's log complains of: the errors' names, or nothing."""
    last = re.compile(r"^(?:\w+\.)*(\w+)(?::|$)", re.MULTILINE)
    names = [last.findall(complaint.strip())[-1] for complaint in complaints(log)]
    if any(words in log for words in FALSE_ALARMS):
        names.append("false alarm")
    return ", ".join(names) or "nothing"


def barrier(server: Server) -> int:
    """Return how long the log is, once everything that has happened so far is in it."""
    path = f"/barrier-{next(_barriers)}"
    httpx2.get(f"{server.url}{path}")
    return server.wait_for_log(rf"{path} .*\n").end()
