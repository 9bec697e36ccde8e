"""The nginx of the page on deployment, run for real in front of a real uvicorn."""

import json
import re
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.client import Secure, closing, connect_securely
from tests.support.deployment import FOLDER, PLACES, site, text
from tests.support.nginx import Nginx, nginx
from tests.support.pages import fences
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve

CHAT = "lessons.03_manager.main:app"
MIRROR = "tests.support.apps.mirror:app"
ELSEWHERE = "127.0.0.2"
"""Another address of this machine's: on Linux, each that begins with 127 is."""

FROM_ELSEWHERE = pytest.mark.skipif(
    sys.platform != "linux",
    reason="only Linux lets a client call from 127.0.0.2: run the tests there",
)
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@contextmanager
def front(
    server: Server, name: str = "nginx.conf", changes: dict[str, str] | None = None, main: str = ""
) -> Generator[Nginx]:
    """Put the nginx of the page in front of a server."""
    with nginx(site(name, changes), main=main, BACKEND=server.port) as proxy:
        yield proxy


@contextmanager
def chat(
    proxy: Nginx,
    path: str = "/ws/1",
    **options: Any,  # noqa: ANN401 - passed on as they are
) -> Generator[Secure]:
    """Open a WebSocket through nginx. It sends no pings of its own."""
    url = f"{proxy.wss}{path}"
    with connect_securely(url, proxy.trust, ping_interval=None, **options) as websocket:
        yield websocket


def status(proxy: Nginx, path: str = "/ws/1") -> int:
    """Return the status by which a handshake is refused."""
    with pytest.raises(InvalidStatus) as refused, chat(proxy, path):
        pass
    return refused.value.response.status_code


def assert_answered(websocket: Secure, words: str) -> None:
    websocket.send(words)
    assert websocket.recv(timeout=10) == f"You wrote: {words}"


def get(proxy: Nginx) -> httpx2.Response:
    return httpx2.get(f"{proxy.https}/", verify=proxy.trust)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(CHAT) as server:
        yield server
        assert complaints(server.stop()) == []


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Nginx]:
    with front(server) as proxy:
        yield proxy


# A page and its WebSocket


def test_serves_the_page_over_https(proxy: Nginx) -> None:
    answer = get(proxy)
    assert answer.status_code == 200
    assert 'new WebSocket("ws/' in answer.text or "new WebSocket(`ws/" in answer.text


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_carries_a_conversation_over_tls(implementation: str) -> None:
    with (
        serve(CHAT, "--ws", implementation) as server,
        front(server) as proxy,
        chat(proxy, "/ws/1") as one,
        chat(proxy, "/ws/2") as two,
    ):
        assert_answered(two, "hello")
        assert one.recv(timeout=10) == "Client #2 says: hello"
        two.close(1000)
        assert one.recv(timeout=10) == "Client #2 left the chat"


def test_sends_a_page_from_http_to_https(proxy: Nginx) -> None:
    answer = httpx2.get(f"{proxy.http}/some/page?of=mine")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{proxy.https}/some/page?of=mine"


def test_a_handshake_without_tls_gets_the_redirect_too(proxy: Nginx) -> None:
    answer = httpx2.get(f"{proxy.http}/ws/1", headers=HANDSHAKE)
    assert answer.status_code == 301


def test_a_refused_handshake_comes_through_with_its_status(proxy: Nginx) -> None:
    assert status(proxy, "/nowhere") == 403


# Without the headers of a handshake


def test_naive_handshake_is_answered_by_404(server: Server) -> None:
    with front(server, "naive.conf") as proxy:
        assert get(proxy).status_code == 200
        assert status(proxy) == 404
    server.wait_for_log(r'"GET /ws/1 HTTP/1\.0" 404')


@pytest.mark.parametrize(
    "header",
    [
        "proxy_set_header Upgrade    $http_upgrade;",
        "proxy_set_header Connection $connection_upgrade;",
    ],
)
def test_one_header_of_the_two_is_not_enough(server: Server, header: str) -> None:
    with front(server, changes={header: ""}) as proxy:
        assert status(proxy) == 404


def test_uvicorn_takes_a_handshake_in_the_old_http_too(server: Server) -> None:
    with (
        front(server, changes={"proxy_http_version 1.1;": ""}) as proxy,
        chat(proxy) as websocket,
    ):
        assert_answered(websocket, "hello")


# Who is calling

NAMED = {"Host": "chat.example.org"}
CLAIM = {"X-Forwarded-For": "203.0.113.7"}
APPENDS = {"X-Forwarded-For   $remote_addr": "X-Forwarded-For $proxy_add_x_forwarded_for"}


def mirrored(proxy: Nginx, **headers: str) -> dict[str, str]:
    with chat(proxy, "/ws", local_addr=(ELSEWHERE, 0), additional_headers=headers) as websocket:
        return json.loads(websocket.recv(timeout=10))


@FROM_ELSEWHERE
def test_uvicorn_knows_the_callers_address_and_scheme() -> None:
    with serve(MIRROR) as server, front(server) as proxy:
        assert mirrored(proxy) == {"scheme": "wss", "client": ELSEWHERE, "host": "127.0.0.1"}
        transport = httpx2.HTTPTransport(verify=proxy.trust, local_address=ELSEWHERE)
        with httpx2.Client(transport=transport) as client:
            seen = client.get(f"{proxy.https}/", headers=NAMED).json()
        assert seen == {"scheme": "https", "client": ELSEWHERE, "host": "chat.example.org"}


def test_naive_every_caller_is_nginx_and_nothing_is_secure() -> None:
    with serve(MIRROR) as server, front(server, "naive.conf") as proxy:
        seen = httpx2.get(f"{proxy.https}/", verify=proxy.trust, headers=NAMED).json()
        assert seen == {"scheme": "http", "client": "127.0.0.1", "host": "127.0.0.1"}


@FROM_ELSEWHERE
@pytest.mark.parametrize(
    ("options", "env"),
    [
        (("--forwarded-allow-ips", "192.0.2.1"), {}),
        ((), {"FORWARDED_ALLOW_IPS": "192.0.2.1"}),
        (("--no-proxy-headers",), {}),
    ],
)
def test_a_proxy_that_is_not_trusted_is_not_believed(
    options: tuple[str, ...], env: dict[str, str]
) -> None:
    with serve(MIRROR, *options, env=env) as server, front(server) as proxy:
        seen = mirrored(proxy)
        assert (seen["scheme"], seen["client"]) == ("ws", "127.0.0.1")


@FROM_ELSEWHERE
@pytest.mark.parametrize(
    ("trusted", "changes"), [("127.0.0.1", {}), ("*", {}), ("127.0.0.1", APPENDS)]
)
def test_a_caller_cannot_choose_its_address(trusted: str, changes: dict[str, str]) -> None:
    with (
        serve(MIRROR, "--forwarded-allow-ips", trusted) as server,
        front(server, changes=changes) as p,
    ):
        assert mirrored(p, **CLAIM)["client"] == ELSEWHERE


@FROM_ELSEWHERE
def test_a_caller_chooses_its_address_if_nginx_appends_and_uvicorn_trusts_all() -> None:
    with serve(MIRROR, "--forwarded-allow-ips", "*") as server, front(server, changes=APPENDS) as p:
        assert mirrored(p, **CLAIM)["client"] == "203.0.113.7"


@FROM_ELSEWHERE
def test_a_second_proxy_that_is_trusted_is_believed() -> None:
    trusted = ("--forwarded-allow-ips", f"127.0.0.1,{ELSEWHERE}")
    with serve(MIRROR, *trusted) as server, front(server, changes=APPENDS) as proxy:
        assert mirrored(proxy, **CLAIM)["client"] == "203.0.113.7"


# Sizes


def test_a_large_body_is_refused_by_nginx(proxy: Nginx) -> None:
    answer = httpx2.post(f"{proxy.https}/", verify=proxy.trust, content=b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413


def test_the_limit_of_a_body_is_not_one_of_a_message(proxy: Nginx) -> None:
    with chat(proxy) as websocket:
        assert_answered(websocket, "x" * 200_000)


def test_a_large_message_is_closed_by_uvicorn_with_1009() -> None:
    with serve(CHAT, "--ws-max-size", "65536") as server, front(server) as proxy:
        with chat(proxy) as websocket:
            assert_answered(websocket, "x" * 65536)
            websocket.send("x" * 65537)
            assert closing(websocket)[0] == 1009
        assert complaints(server.stop()) == []


# An idle connection

PATIENCE = {"proxy_read_timeout 60s;": "proxy_read_timeout 1s;"}
TALKATIVE = {**PATIENCE, "client_max_body_size 64k;": "error_log stderr info;"}
PINGS = ("--ws-ping-interval", "0.2")
NO_PINGS = ("--ws-ping-interval", "3600")


def test_pings_keep_an_idle_connection_open_and_without_them_it_is_cut() -> None:
    with (
        serve(CHAT, *PINGS) as pinging,
        serve(CHAT, *NO_PINGS) as silent,
        front(pinging, changes=PATIENCE) as one,
        front(silent, changes=TALKATIVE) as other,
        # Open first, it has been idle for longer than the one that is cut.
        chat(one) as kept,
        chat(other) as cut,
    ):
        assert closing(cut) == (1006, "")
        other.wait_for_log(r"\[info\] .*upstream timed out \(\d+: Connection timed out\)")
        assert_answered(kept, "still here")
        assert complaints(silent.stop()) == []


def test_a_frozen_server_is_noticed_after_the_read_timeout() -> None:
    with (
        serve(CHAT, *PINGS) as server,
        front(server, changes=PATIENCE) as proxy,
        chat(proxy) as websocket,
    ):
        assert_answered(websocket, "hello")
        server.signal(signal.SIGSTOP)
        assert closing(websocket) == (1006, "")
        assert get(proxy).status_code == 504
        server.signal(signal.SIGCONT)
        assert complaints(server.stop()) == []


# Restarts


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_stopping_uvicorn_closes_with_1012_through_nginx(implementation: str) -> None:
    with (
        serve(CHAT, "--ws", implementation) as server,
        front(server) as proxy,
        ExitStack() as stack,
    ):
        clients = []
        for number in range(1, 6):
            clients.append(stack.enter_context(chat(proxy, f"/ws/{number}")))
            assert_answered(clients[-1], "here I am")
        server.signal(signal.SIGTERM)
        assert [closing(client)[0] for client in clients] == [1012] * 5
        server.wait_for_exit()
        assert not [words for words in complaints(server.log) if "Traceback" in words]


def test_without_a_server_nginx_answers_502_and_the_next_attempt_works_once_it_is_back() -> None:
    with serve(CHAT) as server, front(server) as proxy:
        port = str(server.port)
        server.stop()
        assert get(proxy).status_code == 502
        assert status(proxy) == 502
        with serve(CHAT, "--port", port), chat(proxy) as websocket:
            assert_answered(websocket, "hello again")


def test_an_open_connection_outlives_a_reload_of_nginx(server: Server) -> None:
    with front(server) as proxy, chat(proxy, "/ws/1") as before:
        assert_answered(before, "hello")
        proxy.reload()
        with chat(proxy, "/ws/2") as after:
            assert_answered(after, "I am new")
            assert before.recv(timeout=10) == "Client #2 says: I am new"
        assert before.recv(timeout=10) == "Client #2 left the chat"
        assert " exited with code" not in proxy.log
        before.close()
        proxy.wait_for_log(r"worker process \d+ exited with code 0")


def test_an_old_worker_cuts_its_connections_when_it_is_told_to(server: Server) -> None:
    with front(server, main="worker_shutdown_timeout 1s;") as proxy, chat(proxy) as websocket:
        assert_answered(websocket, "hello")
        proxy.reload()
        assert closing(websocket) == (1006, "")


def test_a_stopping_nginx_cuts_its_connections(server: Server) -> None:
    with front(server) as proxy, chat(proxy) as websocket:
        assert_answered(websocket, "hello")
        proxy.signal(signal.SIGTERM)
        assert closing(websocket) == (1006, "")
        assert proxy.wait_for_exit() == 0


# A stream


def test_an_event_stream_is_not_held_back() -> None:
    with serve("topics.three_ways.sse:app") as server, front(server) as proxy:
        direct = httpx2.Client()
        with direct, direct.stream("GET", f"{server.url}/votes") as response:
            assert response.headers["X-Accel-Buffering"] == "no"
        client = httpx2.Client(verify=proxy.trust)
        with client, client.stream("GET", f"{proxy.https}/votes") as response:
            events = (line for line in response.iter_lines() if line.startswith("data: "))
            assert next(events) == "data: 0"
            httpx2.post(f"{proxy.https}/votes", verify=proxy.trust)
            assert next(events) == "data: 1"


# The page


def test_each_place_of_the_configuration_is_put_right() -> None:
    words = text("nginx.conf")
    assert not [place for place in PLACES if place not in words]
    assert not re.search(r"listen \d|example\.org/|:8000", site())


def test_the_page_shows_each_file_and_quotes_it_word_for_word() -> None:
    page = (ROOT / "docs" / "topics" / "deployment.md").read_text(encoding="utf-8")
    sources = {path: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    shown = [path for fence in fences(page) for path in fence.snippets]
    assert set(shown) >= {path.relative_to(ROOT).as_posix() for path in sources}
    for fence in fences(page):
        if fence.language in {"nginx", "ini", "dockerfile"} and not fence.snippets:
            lines = [line.strip() for line in fence.body.strip().split("\n")]
            quoted = "\n".join(lines)
            stripped = ("\n".join(map(str.strip, text.split("\n"))) for text in sources.values())
            assert any(quoted in source for source in stripped), quoted


def test_no_line_of_a_file_is_wider_than_the_page() -> None:
    for path in FOLDER.iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if len(line) > 84] == []


def test_the_page_explains_each_directive() -> None:
    page = (ROOT / "docs" / "topics" / "deployment.md").read_text(encoding="utf-8")
    directives = set(re.findall(r"^ +(\w+) ", text("nginx.conf"), re.MULTILINE))
    own = {"server_name", "listen", "location", "default"}
    assert not [name for name in directives - own if f"`{name}" not in page]
