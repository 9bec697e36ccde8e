"""Lesson 11: what the page says, over a real server."""

import json
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from starlette.requests import HTTPConnection
from websockets.exceptions import InvalidStatus

from tests.support.client import connect
from tests.support.nginx import nginx
from tests.support.server import IMPLEMENTATIONS, Server, complaints, serve
from tests.support.speech import HTTP, Address

KEY = "the key of these tests and of no other, as long as the longest hash wants it"
LISTED = ("https://chat.example.org", "http://localhost:3000")
ENV = {"SECRET_KEY": KEY, "ALLOWED_ORIGINS": json.dumps(LISTED)}
EVIL = "https://evil.example"

TOKEN = jwt.encode({"sub": "Ada", "aud": "chat", "exp": 2_000_000_000}, KEY, "HS256")
COOKIE = {"Cookie": f"token={TOKEN}; session={TOKEN}"}
"""The naive version calls its cookie session, so that the two never meet in a browser."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The lesson, with two origins on its list."""
    with serve("lessons.11_origin.main:app", env=ENV) as server:
        yield server


@pytest.fixture(scope="module")
def naive() -> Iterator[Server]:
    """The naive version."""
    with serve("lessons.11_origin.naive:app", env=ENV) as server:
        yield server


@pytest.fixture(params=IMPLEMENTATIONS, scope="module")
def each(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The lesson, on each of uvicorn's implementations in turn."""
    with serve("lessons.11_origin.main:app", "--ws", request.param, env=ENV) as server:
        yield server


def knock(server: Address, *origins: str, **headers: str) -> int:
    """Return how a handshake with Ada's cookie is answered: 101 if it is let in."""
    given = [*(COOKIE | headers).items(), *(("Origin", origin) for origin in origins)]
    try:
        with connect(f"{server.ws}/ws/cookie?room=attic", additional_headers=given) as websocket:
            websocket.send('{"type": "who"}')
            assert "Ada" in str(websocket.recv(timeout=10))
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


ADMITTED = {
    "the server's own": "http://127.0.0.1:{port}",
    "its own, in capitals": "HTTP://127.0.0.1:{port}",
    "its own, where a proxy took TLS off": "https://127.0.0.1:{port}",
    "one of the list": "https://chat.example.org",
    "one of the list, with its port": "https://chat.example.org:443",
    "one of the list, in capitals": "HTTPS://Chat.Example.ORG",
    "the other of the list": "http://localhost:3000",
}
REFUSED = {
    "another host": EVIL,
    "another port": "http://127.0.0.1:1",
    "the port of HTTP": "http://127.0.0.1",
    "another name of the same host": "http://localhost:{port}",
    "null": "null",
    "nothing": "",
    "all": "*",
    "a host above": "https://example.org",
    "a host below": "https://evil.chat.example.org",
    "a host that begins like it": "https://chat.example.org.evil.example",
    "a host that ends like it": "https://evilchat.example.org",
    "a dot at the end": "https://chat.example.org.",
    "another scheme": "http://chat.example.org",
    "another port of it": "https://chat.example.org:8443",
    "a port that is none": "https://chat.example.org:99999",
    "a name before it": "https://chat.example.org@evil.example",
    "a path behind it": "https://chat.example.org/chat",
    "two in one": "https://chat.example.org, https://evil.example",
    "a file": "file://",
    "an extension": "chrome-extension://abcdefghijklmnop",
    "nonsense": "chat.example.org",
}


@pytest.mark.parametrize("what", ADMITTED)
def test_lets_in_its_own_page_and_those_of_the_list(each: Server, what: str) -> None:
    assert knock(each, ADMITTED[what].replace("{port}", str(each.port))) == 101


@pytest.mark.parametrize("what", REFUSED)
def test_refuses_every_other_page_before_accept(each: Server, what: str) -> None:
    assert knock(each, REFUSED[what].replace("{port}", str(each.port))) == 403
    assert not complaints(each.log)


@pytest.mark.parametrize("second", ["https://chat.example.org", EVIL])
def test_refuses_two_origins_even_if_both_are_good(
    each: Server, second: str, request: pytest.FixtureRequest
) -> None:
    # The newest implementation refuses such a handshake by itself.
    by_itself = "sansio" in request.node.name
    status = 400 if by_itself else 403

    assert knock(each, "https://chat.example.org", second) == status
    assert knock(each, second, "https://chat.example.org") == status


def test_lets_in_a_program_without_an_origin_unless_one_is_required(each: Server) -> None:
    assert knock(each) == 101
    with serve("lessons.11_origin.main:app", env={**ENV, "REQUIRE_ORIGIN": "1"}) as strict:
        assert knock(strict) == 403
        assert knock(strict, strict.url) == 101


def test_a_page_without_tls_is_none_of_a_server_with_it(each: Server) -> None:
    tls = {"X-Forwarded-Proto": "https"}
    own = f"127.0.0.1:{each.port}"

    assert knock(each, f"https://{own}", **tls) == 101
    assert knock(each, f"http://{own}", **tls) == 403


@pytest.mark.parametrize("door", ["", "/cookie", "/header", "/subprotocol", "/hello", "/none"])
def test_no_door_opens_to_another_page(each: Server, door: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", **COOKIE}
    ticket = HTTP.post(f"{each.url}/tickets", headers=headers).json()["ticket"]
    url = f"{each.ws}/ws{door}?room=attic&ticket={ticket}"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(url, additional_headers=headers, origin=EVIL),
    ):
        pass

    assert refused.value.response.status_code == 403
    # Refused, it is not used up either.
    with connect(f"{each.ws}/ws?room=attic&ticket={ticket}", origin=each.url):
        pass


HOSTS = (
    ("ws", "[::1]:8000", "http://[::1]:8000", True),
    ("ws", "[::1]:8000", "http://[0:0:0:0:0:0:0:1]:8000", True),
    ("ws", "[::1]:8000", "http://[::2]:8000", False),
    ("ws", "chat.example", "http://chat.example", True),
    ("ws", "chat.example", "http://chat.example:80", True),
    ("ws", "chat.example:80", "http://chat.example", True),
    ("ws", "chat.example", "https://chat.example", True),
    ("ws", "chat.example", "http://chat.example:443", False),
    ("wss", "chat.example", "https://chat.example", True),
    ("wss", "chat.example:443", "https://chat.example", True),
    ("wss", "chat.example", "http://chat.example", False),
    ("wss", "CHAT.example", "https://chat.example", True),
    ("ws", "chat.example.", "http://chat.example.", True),
    ("ws", "chat.example.", "http://chat.example", False),
    ("ws", "", "http://chat.example", False),
    ("ws", "a b", "http://chat.example", False),
    ("ws", "chat.example/x", "http://chat.example", False),
    ("ws", "evil.example@chat.example", "http://chat.example", False),
)


@pytest.mark.parametrize(("scheme", "host", "origin", "admitted"), HOSTS)
def test_its_own_page_is_that_of_the_host_that_was_asked_for(
    scheme: str, host: str, origin: str, *, admitted: bool
) -> None:
    guard = import_module("lessons.11_origin.origin").OriginGuard(lambda *_: None)
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    connection = HTTPConnection({"type": "websocket", "scheme": scheme, "headers": headers})

    assert guard.is_allowed(connection) == admitted


def test_a_handshake_without_a_host_has_no_page_of_its_own() -> None:
    guard = import_module("lessons.11_origin.origin").OriginGuard(lambda *_: None)
    headers = [(b"origin", b"http://chat.example")]

    assert not guard.is_allowed(
        HTTPConnection({"type": "websocket", "scheme": "ws", "headers": headers})
    )


PROXY = """
server {
    listen @HTTP@;
    location / {
        proxy_pass http://127.0.0.1:@BACKEND@;
        proxy_http_version 1.1;
        proxy_set_header Upgrade    $http_upgrade;
        proxy_set_header Connection upgrade;
        @HOST@
    }
}
"""
HOST_LINES = {
    "with its port": ("proxy_set_header Host $http_host;", 101),
    "without its port": ("proxy_set_header Host $host;", 403),
    "not at all": ("", 403),
}


@pytest.mark.parametrize("how", HOST_LINES)
def test_behind_a_proxy_its_own_page_comes_in_if_host_is_passed_on(how: str) -> None:
    line, status = HOST_LINES[how]
    with (
        serve("lessons.11_origin.main:app", env=ENV) as server,
        nginx(PROXY, BACKEND=server.port, HOST=line) as proxy,
    ):
        assert knock(proxy, proxy.http) == status
        assert knock(proxy, LISTED[0]) == 101
        assert knock(proxy, EVIL) == 403


@pytest.mark.parametrize("origin", ["*", "null", "chat.example.org", "https://chat.example.org/x"])
def test_a_list_with_anything_but_origins_is_refused_at_the_start(origin: str) -> None:
    env = {**ENV, "ALLOWED_ORIGINS": json.dumps([origin])}
    with (
        pytest.raises(AssertionError) as failed,
        serve("lessons.11_origin.main:app", env=env),
    ):
        pass

    assert "allowed_origins.0" in str(failed.value)


def ask(server: Server, method: str, path: str, **headers: str) -> httpx2.Response:
    return HTTP.request(method, f"{server.url}/{path}", headers=headers)


PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
}


def test_by_http_the_pages_of_the_list_may_ask_and_no_other(server: Server) -> None:
    for origin in LISTED:
        answer = ask(server, "OPTIONS", "tickets", Origin=origin, **PREFLIGHT)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        answer = ask(server, "GET", "rooms", Origin=origin, Authorization=f"Bearer {TOKEN}")
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)
    answer = ask(server, "OPTIONS", "tickets", Origin=EVIL, **PREFLIGHT)
    assert (answer.status_code, answer.text) == (400, "Disallowed CORS origin")
    assert "access-control-allow-origin" not in ask(server, "GET", "rooms", Origin=EVIL).headers


def test_the_middleware_for_http_times_http_and_no_websocket(each: Server) -> None:
    begin = time.perf_counter()
    answer = ask(each, "GET", "")
    # It measures the time within the server, which is a part of what the client waited.
    assert 0 < float(answer.headers["X-Process-Time"]) < time.perf_counter() - begin
    with connect(f"{each.ws}/ws/cookie?room=attic", additional_headers=COOKIE) as websocket:
        assert websocket.response
        assert "X-Process-Time" not in websocket.response.headers


def test_a_host_that_is_not_trusted_gets_400_for_a_websocket_too(tmp_path: Path) -> None:
    (tmp_path / "trusting.py").write_text(
        "from fastapi import FastAPI, WebSocket\n"
        "from starlette.middleware.trustedhost import TrustedHostMiddleware\n"
        "app = FastAPI()\n"
        "app.add_middleware(TrustedHostMiddleware, allowed_hosts=['chat.example.org'])\n"
        "@app.websocket('/ws')\n"
        "async def ws(websocket: WebSocket):\n"
        "    await websocket.accept()\n"
    )
    with (
        serve("trusting:app", cwd=tmp_path) as server,
        pytest.raises(InvalidStatus) as refused,
        connect(f"{server.ws}/ws"),
    ):
        pass

    assert refused.value.response.status_code == 400


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("app", ["10_auth.main", "11_origin.naive"])
def test_without_the_guard_any_page_gets_in_with_the_cookie(app: str, implementation: str) -> None:
    with serve(f"lessons.{app}:app", "--ws", implementation, env=ENV) as server:
        for origin in (EVIL, "null", "http://127.0.0.1:1"):
            assert knock(server, origin) == 101


def test_naive_cors_lets_every_page_read_with_cookies(naive: Server) -> None:
    for origin in (EVIL, "null"):
        answer = ask(naive, "GET", "me", Origin=origin, **COOKIE)
        assert answer.json() == {"user": "Ada"}
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        answer = ask(naive, "OPTIONS", "me", Origin=origin, **PREFLIGHT)
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"


def test_naive_middleware_times_http_alone(naive: Server) -> None:
    assert "X-Process-Time" in ask(naive, "GET", "").headers
    url = f"{naive.ws}/ws/cookie?room=attic"
    with connect(url, additional_headers=COOKIE, origin=EVIL) as websocket:
        assert websocket.response
        headers: Any = websocket.response.headers
        assert "X-Process-Time" not in headers
        assert "access-control-allow-origin" not in headers


def test_naive_cookie_is_lax_without_a_word(naive: Server) -> None:
    answer = ask(naive, "POST", "ws/cookie", Authorization=f"Bearer {TOKEN}")

    assert answer.headers["set-cookie"] == f"session={TOKEN}; HttpOnly; Path=/; SameSite=lax"


def test_of_two_cookies_it_trusts_neither_though_the_origin_is_its_own(each: Server) -> None:
    """A page on another port has planted Grace's token beside Ada's."""
    graces = jwt.encode({"sub": "Grace", "aud": "chat", "exp": 2_000_000_000}, KEY, "HS256")

    assert knock(each, each.url) == 101
    assert knock(each, each.url, Cookie=f"token={TOKEN}; token={graces}") == 401


@pytest.mark.parametrize(
    ("program", "other", "listed", "own"),
    [
        ("naive", "let in", "let in", "let in"),
        ("step_1", "refused", "refused", "refused"),
        ("main", "refused", "let in", "let in"),
    ],
)
def test_an_origin_is_one_origin_however_it_is_written(
    run_client: Callable[..., str], program: str, other: str, listed: str, own: str
) -> None:
    env = {**ENV, "ALLOWED_ORIGINS": '["HTTPS://Chat.Example.org:443"]'}
    with serve(f"lessons.11_origin.{program}:app", env=env) as server:
        assert run_client("knock", server) == (
            f"Another page: {other}. The page of the list: {listed}."
            f" Our own page behind a proxy: {own}."
        )
        assert not complaints(server.stop())


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_step_1_refuses_another_page_and_lets_its_own_in(implementation: str) -> None:
    with serve("lessons.11_origin.step_1:app", "--ws", implementation, env=ENV) as server:
        assert knock(server, EVIL) == 403
        assert knock(server, "http://127.0.0.1:1") == 403
        assert knock(server, server.url) == 101
        assert knock(server, LISTED[0]) == 101
        assert knock(server) == 101
