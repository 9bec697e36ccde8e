"""How to speak to each lesson, so that one test can be put to all of them."""

import re
import ssl
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx2
import pytest
from playwright.sync_api import FrameLocator, Page
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from course import find_lesson
from tests.support.server import ROOT
from tools.lessons import Lesson

FOLDERS = tuple(find_lesson.names())
"""Every lesson there is, by its folder's name."""

PAGE_SUFFIXES = {".html", ".js", ".css"}
"""What a lesson's page is made of."""

HTTP = httpx2.Client(
    # To trust nobody is quick: to read the system's certificates takes longer than a request.
    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    limits=httpx2.Limits(max_keepalive_connections=0),
    trust_env=False,
    # Hashing a password takes long on purpose, and longer on a busy machine.
    timeout=60,
)
"""What asks lessons by HTTP, many times; it keeps no connection."""

PATIENCE = 10.0
"""Seconds an answer may take before it counts as missing; it takes milliseconds as a rule."""


@dataclass(frozen=True)
class Speech:
    """What a well-behaved client has to know about a lesson.

    A lesson without a WebSocket has no `path`, and is spoken to by POST at `posts`.

    In `path`, `{n}` stands for the number of a client, distinct for each. In `message`, `reply` and
    `heard`, `{text}` stands for what is said; in `heard`, `{n}` is the speaker's number. `reply` is
    part of what the speaker gets back, `heard` part of what everybody else gets, None if nobody
    else gets anything. `refused` are addresses that never lead to a conversation, `longest`
    is a number of characters that may be said at once. `env` opens limits that a crowd of test
    clients would meet. `arrange` brings the lesson's page to its conversation, for a page that does
    not begin it by itself. `gone` is what the page's state begins with when the server has stopped.
    `ticket` gets what `{ticket}` in `path` stands for, from the page's address and the client's
    number.
    """

    path: str | None = "ws"
    posts: str = ""
    message: str = "{text}"
    reply: str = "{text}"
    heard: str | None = None
    refused: tuple[str, ...] = ()
    longest: int = 30_000
    env: Mapping[str, str] = field(default_factory=dict)
    arrange: Callable[[Page | FrameLocator], None] | None = None
    gone: str = "closed (1012)"
    ticket: Callable[[str, int], str] | None = None

    def address(self, number: int, page: str) -> str:
        """Return the path of a client's WebSocket, relative to `page`, the page's address."""
        assert self.path is not None, "This lesson has no WebSocket."
        path = self.path.replace("{n}", str(number))
        return path.replace("{ticket}", self.ticket(page, number)) if self.ticket else path

    def say(self, text: str) -> str:
        """Return a message that says `text`."""
        return self.message.replace("{text}", text)


def _press_connect(page: Page | FrameLocator) -> None:
    page.get_by_role("button", name="Connect").click()


def _sign_in(page: Page | FrameLocator) -> None:
    page.get_by_label("Password").fill(PASSWORDS["Ada"])
    page.get_by_role("button", name="Sign in").click()


PASSWORDS = {"Ada": "engine", "Grace": "compiler"}
"""Who may sign in to the lessons that ask, as their pages tell it."""

_tokens: dict[tuple[str, str], str] = {}


def token(page: str, user: str) -> str:
    """Sign in to the lesson at `page`, or take the token of the last time."""
    if (page, user) not in _tokens:
        form = {"username": user, "password": PASSWORDS[user]}
        answer = HTTP.post(f"{page}token", data=form)
        assert answer.status_code == 200, f"Signing in was answered by {answer.status_code}."
        _tokens[page, user] = answer.json()["access_token"]
    return _tokens[page, user]


def _ticket(page: str, number: int) -> str:
    """Return a ticket for one visit: odd numbers are Ada's, even ones Grace's."""
    user = "Ada" if number % 2 else "Grace"
    for _ in range(2):
        headers = {"Authorization": f"Bearer {token(page, user)}"}
        answer = HTTP.post(f"{page}tickets", headers=headers)
        if answer.status_code == 200:
            return answer.json()["ticket"]
        # Another server had this port before.
        del _tokens[page, user]
    raise AssertionError(f"Asking for a ticket was answered by {answer.status_code}.")


ODD_IDS = ("ws/", "ws/1.5", "ws/somebody", "ws/" + "9" * 5000)
"""Addresses where a lesson wants a positive number and gets something else."""

_UNKNOWN = (
    "ws",
    "ws?room=attic",
    "ws?room=attic&ticket=",
    "ws?room=attic&ticket=nonsense",
    "ws?room=attic&ticket=%FF%00",
    "ws?room=attic&ticket=" + "a" * 5000,
    "ws?room=ATTIC&ticket=nonsense",
    "ws/cookie?room=attic",
    "ws/header?room=attic",
    "ws/subprotocol?room=attic",
    "ws/hello?room=ATTIC",
)
"""Addresses of those who have not signed in."""

LESSONS: dict[str, Speech] = {
    "00_http": Speech(
        path=None,
        posts="rooms/lobby/messages",
        message='{"text": "{text}"}',
        reply='"text":"{text}"',
        gone="closed (",
    ),
    "01_echo": Speech(reply="Message text was: {text}"),
    "02_depends": Speech(
        path="items/plumbus-{n}/ws?token=apple",
        reply="Message text was: {text}, for item ID: plumbus-",
        refused=(
            "items/plumbus/ws",
            "items/plumbus/ws?token=pear",
            "items/plumbus/ws?token=apple&q=many",
            "items/plumbus/ws?token=apple&q=" + "9" * 5000,
            "items/plumbus/ws?token=%FF%00",
            "items/%F0%9F%90%9F/ws?token=apple",
        ),
        arrange=_press_connect,
    ),
    "03_manager": Speech(
        path="ws/{n}",
        reply="You wrote: {text}",
        heard="Client #{n} says: {text}",
        refused=ODD_IDS,
    ),
    "04_json": Speech(
        message='{"type": "say", "text": "{text}"}',
        reply='"text":"{text}"',
        heard='"text":"{text}"',
        longest=900,
    ),
    "05_templates": Speech(reply="You wrote: {text}", heard="says: {text}"),
    "06_closing": Speech(
        path="ws/{n}",
        reply="You wrote: {text}",
        heard="Client #{n} says: {text}",
        refused=(
            *ODD_IDS,
            "ws/1?refusal=close",
            "ws/1?refusal=exception",
            "ws/1?refusal=nonsense",
        ),
    ),
    "07_limits": Speech(
        reply="You wrote: {text}",
        heard="says: {text}",
        refused=("ws?refuse=nonsense",),
        env={
            "MAX_CONNECTIONS": "1000",
            "MAX_MESSAGE_BYTES": "2000000",
            "MESSAGES_PER_SECOND": "1000000",
        },
    ),
    "08_routers": Speech(
        path="ws/chat",
        message='{"type": "say", "text": "{text}"}',
        reply='"text":"{text}"',
        heard='"text":"{text}"',
        longest=900,
    ),
    "09_rooms": Speech(
        path="rooms/attic/ws?user=guest-{n}",
        message='{"type": "say", "text": "{text}"}',
        reply='"text":"{text}"',
        heard='"user":"guest-{n}","text":"{text}"',
        refused=(
            "rooms/attic/ws",
            "rooms/attic/ws?user=",
            "rooms/attic/ws?user=a%20b",
            "rooms/attic/ws?user=%FF%00",
            "rooms/attic/ws?user=" + "a" * 5000,
            "rooms/ATTIC/ws?user=Ada",
            "rooms/" + "a" * 33 + "/ws?user=Ada",
            "rooms/%0A/ws?user=Ada",
        ),
        longest=900,
        arrange=_press_connect,
    ),
    "10_auth": Speech(
        path="ws?room=attic&ticket={ticket}",
        message='{"type": "say", "text": "{text}"}',
        reply='"text":"{text}"',
        heard='"text":"{text}"',
        refused=_UNKNOWN,
        longest=900,
        env={"SECRET_KEY": "a key of the tests, and of nobody else"},
        arrange=_sign_in,
        ticket=_ticket,
    ),
    "12_lifespan": Speech(
        path="ws/{n}",
        reply="You wrote: {text}",
        heard="Client #{n} says: {text}",
        refused=ODD_IDS,
        env={"TICK_SECONDS": "1000"},
    ),
    "13_push": Speech(
        reply="Unknown: {text}",
        longest=900,
        env={"TICK_SECONDS": "1000", "LOOK_UP_SECONDS": "0", "TOKEN_SECONDS": "0"},
    ),
    # What is no message of an upload is answered, and the answer quotes its beginning.
    "14_binary": Speech(path="upload", longest=60),
    "15_mounts": Speech(path="api/v1/ws", reply="You wrote: {text}", heard="says: {text}"),
}
"""By its folder's name, each lesson that is not spoken to as the one it builds on is."""


def described(name: str) -> Speech | None:
    """Return how to speak to a lesson, None if no lesson it builds on is described either."""
    known = Lesson(name)
    while known.name not in LESSONS:
        base = known.builds_on()
        if base is None:
            return None
        known = base
    return LESSONS[known.name]


WITH_WEBSOCKET = tuple(
    name for name in FOLDERS if (known := described(name)) is None or known.path is not None
)
"""The lessons that a WebSocket client can speak to."""

WITHOUT_WEBSOCKET = tuple(name for name in FOLDERS if name not in WITH_WEBSOCKET)
"""The lessons that come before the upgrade."""


def lesson(name: str) -> Speech:
    """Return how to speak to a lesson, or to one of its programs, as "03_manager/step_1".

    A lesson nobody has described fails the test.
    """
    folder = name.partition("/")[0]
    known = described(folder)
    if known is None:
        pytest.fail(
            f"tests/support/speech.py does not say how to speak to {folder}: "
            "add an entry to LESSONS, or no contract is tested for it."
        )
    return known


def app_of(name: str) -> str:
    """Return what uvicorn is given from the project's root, for a lesson or for its program."""
    folder, _, program = name.partition("/")
    found = find_lesson.find_program(ROOT / "lessons" / folder, program or find_lesson.MAIN)
    return f"{found.module}:app"


def page_files(name: str) -> list[Path]:
    """Return the files that the page of a finished lesson is made of."""
    folder = ROOT / "lessons" / name
    return sorted(
        path
        for path in folder.rglob("*")
        # A step may have a page of its own, in which something is still wrong.
        if path.suffix in PAGE_SUFFIXES
        and not path.relative_to(folder).parts[0].startswith("step_")
    )


class Address(Protocol):
    """Where something is served, however it was started."""

    @property
    def ws(self) -> str:
        """The address for WebSockets, without a slash at its end."""
        ...


class Guest:
    """A well-behaved client: it says what the lesson understands and reads what it gets."""

    def __init__(self, name: str, number: int, socket: ClientConnection) -> None:
        self.name = name
        self.lesson = lesson(name)
        self.number = number
        self.socket = socket

    def __str__(self) -> str:
        return f"guest {self.number} of {self.name}"

    def say(self, text: str) -> None:
        """Send a valid message."""
        self.socket.send(self.lesson.say(text))

    def hears(self, part: str, seconds: float = PATIENCE) -> str:
        """Return the first message that contains `part`; earlier ones are read and passed over.

        Raises:
            AssertionError: the connection ended, or `seconds` passed, before it came.
        """
        deadline = time.monotonic() + seconds
        others: list[str] = []
        short = part[:80]
        while True:
            try:
                message = self.socket.recv(timeout=max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise AssertionError(
                    f"{self} did not get {short!r} within {seconds} s, but {others[-3:]}."
                ) from None
            except ConnectionClosed as error:
                raise AssertionError(f"{self} was cut off ({error}) before {short!r}.") from None
            if isinstance(message, str) and part in message:
                return message
            others.append(str(message)[:80])

    def is_answered(self, text: str) -> str:
        """Say `text` and return the reply."""
        self.say(text)
        return self.hears(self.lesson.reply.replace("{text}", text))

    def hears_from(self, speaker: "Guest", text: str) -> None:
        """Read until what `speaker` said is there, in a lesson where guests hear each other."""
        heard = self.lesson.heard
        if heard is not None:
            self.hears(heard.replace("{n}", str(speaker.number)).replace("{text}", text))

    def close_code(self, seconds: float = PATIENCE) -> int | None:
        """Read until the connection ends and return the code it ended with, None without one.

        Raises:
            AssertionError: it was still open after `seconds`.
        """
        deadline = time.monotonic() + seconds
        try:
            while True:
                self.socket.recv(timeout=max(0.0, deadline - time.monotonic()))
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else None
        except TimeoutError:
            raise AssertionError(f"{self} was still connected after {seconds} s.") from None


@contextmanager
def guest(server: Address, name: str, number: int, prefix: str = "/") -> Generator[Guest]:
    """Connect a well-behaved client while the block runs."""
    # http for ws, and https for wss.
    page = f"{server.ws.replace('ws', 'http', 1)}{prefix}"
    url = f"{server.ws}{prefix}{lesson(name).address(number, page)}"
    # Within its own limits the client would refuse a long message, and stop reading after a few.
    with connect(url, proxy=None, max_size=None, max_queue=None) as socket:
        yield Guest(name, number, socket)


class Pair:
    """Two guests in one conversation, who notice when somebody else spoils it."""

    def __init__(self, one: Guest, other: Guest) -> None:
        self.guests = (one, other)
        self._count = 0

    def converses(self, ballast: str = "", times: int = 1, speakers: int = 2) -> None:
        """Let each say something, `times` in a row, and get everything it is owed.

        Raises:
            AssertionError: one of the two was not served.
        """
        for speaker, listener in (self.guests, self.guests[::-1])[:speakers]:
            for _ in range(times):
                self._count += 1
                text = f"sentence {self._count}.{ballast}"
                speaker.say(text)
            # Answers keep their order: the last one is there when all of them are.
            speaker.hears(speaker.lesson.reply.replace("{text}", text))
            listener.hears_from(speaker, text)


@contextmanager
def pair(server: Address, name: str, prefix: str = "/") -> Generator[Pair]:
    """Connect two well-behaved clients while the block runs; both have been answered already."""
    with guest(server, name, 1, prefix) as one, guest(server, name, 2, prefix) as other:
        both = Pair(one, other)
        both.converses()
        yield both


def post(server: Address, name: str, text: str, prefix: str = "/") -> None:
    """Say `text` to a lesson without a WebSocket.

    Raises:
        AssertionError: the answer is not what it should be.
    """
    known = lesson(name)
    url = f"http{server.ws.removeprefix('ws')}{prefix}{known.posts}"
    body = known.say(text).encode()
    headers = {"Content-Type": "application/json"}
    answer = httpx2.post(url, content=body, headers=headers, timeout=PATIENCE, trust_env=False)
    assert answer.is_success, f"{text[:80]!r} was answered by {answer.status_code}."
    assert known.reply.replace("{text}", text) in answer.text


def assert_served(server: Address, name: str, prefix: str = "/") -> None:
    """Let well-behaved clients speak, each over what the lesson speaks.

    Raises:
        AssertionError: one of them was not served.
    """
    if lesson(name).path is None:
        post(server, name, f"posted at {prefix}", prefix)
        return
    with pair(server, name, prefix) as both:
        both.converses()


def eventually(holds: Callable[[], bool], otherwise: Callable[[], str], seconds: float) -> None:
    """Wait for what cannot be awaited: something seen from outside the server's process.

    Raises:
        AssertionError: it did not hold within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise())
        time.sleep(0.02)  # Between two looks; nothing relies on its length.


def odd_lines(log: str) -> list[str]:
    """Return the log's lines that stand in no record of uvicorn's.

    The handler of last resort prints them: a task nobody awaited, a callback that raised.
    """
    lines = [line for line in log.splitlines() if line.strip()]
    record = re.compile(r"(INFO|WARNING|ERROR|CRITICAL): ")
    odd: list[str] = []
    within = "INFO"
    for line in lines:
        if found := record.match(line):
            within = found.group(1)
        elif "DeprecationWarning" in line:
            within = "WARNING"  # Its next line quotes the source.
        elif within == "INFO":
            odd.append(line)
    return odd
