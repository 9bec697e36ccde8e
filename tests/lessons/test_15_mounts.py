"""Lesson 15: what a mounted app hears of, and what a real nginx leaves of an address."""

import re
import signal
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.exceptions import FastAPIDeprecationWarning
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.support.client import Secure, closing, connect, connect_securely, refusal
from tests.support.clients import run_client
from tests.support.nginx import Nginx, change, nginx_file
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, serve

MAIN = "lessons.15_mounts.main:app"
UNDER_CHAT = ("--root-path", "/chat")
LESSON = ROOT / "lessons" / "15_mounts"
CONFIG = change(
    (LESSON / "nginx.conf").read_text(),
    {
        # The lesson's own file, with https and two limits as on a server.
        "events {}": "worker_shutdown_timeout 10m;\nevents { worker_connections 1024; }",
        "listen 127.0.0.1:8080;": "listen 127.0.0.1:8080; listen 127.0.0.1:8443 ssl;"
        " ssl_certificate @CERT@; ssl_certificate_key @KEY@;",
    },
)
STRIPS = "proxy_pass http://127.0.0.1:8000/;"
KEEPS = "proxy_pass http://127.0.0.1:8000;"
UPGRADE = "proxy_set_header Upgrade $http_upgrade;"
CONNECTION = "proxy_set_header Connection $connection_upgrade;"
HOST = "proxy_set_header Host $http_host;"
CLAIM = {"X-Forwarded-For": "203.0.113.9"}


def where(
    url: str, trust: ssl.SSLContext | None = None, headers: dict[str, str] | None = None
) -> dict[str, str]:
    """Return what the app believes of the address it was called by."""
    answer = httpx2.get(f"{url}/api/v1/where", headers=headers, verify=trust or True)
    assert answer.status_code == 200
    return answer.json()


def converses(websocket: ClientConnection | Secure) -> bool:
    """Say something, and return once it has come back; what others say is passed over."""
    websocket.send("Hello.")
    while websocket.recv(timeout=10) != "You wrote: Hello.":
        pass
    return True


@pytest.fixture(scope="module")
def prefixed() -> Iterator[Server]:
    """The lesson as the page starts it, for a proxy that takes /chat away."""
    with serve(MAIN, *UNDER_CHAT) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(prefixed: Server) -> Iterator[Nginx]:
    """The lesson's nginx.conf in front of it, to the letter."""
    with nginx_file(CONFIG, BACKEND=prefixed.port) as running:
        yield running


# Mounted.


def test_passes_startup_and_shutdown_on_to_what_it_mounts() -> None:
    with serve(MAIN) as server:
        lines = re.findall(r"^INFO: +(The room .*|Application .*)$", server.stop(), re.MULTILINE)

    assert lines == [
        "The room opens.",
        "Application startup complete.",
        "The room is closed.",
        "Application shutdown complete.",
    ]


def test_refuses_a_handshake_when_its_startup_has_not_run() -> None:
    with serve(MAIN, "--lifespan", "off") as server:
        assert refusal(f"{server.ws}/api/v1/ws").status_code == 500
        server.wait_for_log("AttributeError: 'State' object has no attribute 'manager'")


def test_page_and_room_share_what_the_lifespan_made(server: Server) -> None:
    with connect(f"{server.ws}/api/v1/ws") as websocket:
        assert converses(websocket)

        assert "Already here: 1" in httpx2.get(server.url).text


def test_mounted_app_has_documentation_of_its_own(server: Server) -> None:
    inner, outer = (httpx2.get(f"{server.url}{at}/openapi.json").json() for at in ("/api/v1", ""))

    assert list(inner["paths"]) == ["/where"]
    assert inner["servers"] == [{"url": "/api/v1"}]
    assert list(outer["paths"]) == ["/"]


def test_url_for_gives_the_path_with_all_that_is_above_it(server: Server) -> None:
    assert where(server.url)["websocket"] == f"{server.ws}/api/v1/ws"


def test_url_for_asks_the_outermost_app() -> None:
    with serve("lessons.15_mounts.main:api") as server:
        assert httpx2.get(f"{server.url}/where").status_code == 500
        server.wait_for_log('NoMatchFound: No route exists for name "api:chat"')


def test_middleware_of_the_app_sees_what_it_mounts_and_its_dependencies_do_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "guarded.py").write_text(
        "from fastapi import Depends, FastAPI, HTTPException, WebSocket\n"
        "def refuse() -> None:\n"
        "    raise HTTPException(401)\n"
        "api = FastAPI()\n"
        "@api.websocket('/ws')\n"
        "async def talk(websocket: WebSocket) -> None:\n"
        "    await websocket.accept()\n"
        "    await websocket.close(1000)\n"
        "app = FastAPI(dependencies=[Depends(refuse)])\n"
        "app.add_api_websocket_route('/ws', talk)\n"
        "app.mount('/api', api)\n"
        "@app.middleware('http')\n"
        "async def mark(request, call_next):\n"
        "    response = await call_next(request)\n"
        "    response.headers['X-Seen'] = 'yes'\n"
        "    return response\n"
    )
    with serve("guarded:app", cwd=tmp_path) as server:
        assert httpx2.get(f"{server.url}/api/docs").headers["X-Seen"] == "yes"
        assert refusal(f"{server.ws}/ws").status_code == 401
        with connect(f"{server.ws}/api/ws") as websocket:
            assert closing(websocket) == (1000, "")


# Under a prefix: who takes it away, and who knows of it.


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The lesson with its prefix in the code, as `FastAPI(root_path="/chat")` leaves it."""
    folder = tmp_path_factory.mktemp("coded")
    (folder / "coded.py").write_text(
        "import importlib\n"
        "app = importlib.import_module('lessons.15_mounts.main').app\n"
        "app.root_path = '/chat'\n"
    )
    options = ("--app-dir", str(folder))
    with serve("coded:app", *options, env={"PYTHONPATH": str(ROOT)}) as server:
        yield server


def handshake(url: str, trust: ssl.SSLContext | None = None) -> int:
    """Return how a handshake is answered; one that is accepted leads to a conversation."""
    try:
        with connect_securely(url, trust) if trust else connect(url) as websocket:
            assert converses(websocket)
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def statuses(url: str, ws: str) -> list[int]:
    """Return how the page, its script, the mounted app and its WebSocket are answered."""
    paths = ("/", "/static/ws.js", "/api/v1/where")
    found = [httpx2.get(f"{url}{path}").status_code for path in paths]
    return [*found, handshake(f"{ws}/api/v1/ws")]


ALL = [200, 200, 200, 101]
NOTHING = [404, 404, 404, 403]
PAGE_ONLY = [200, 404, 404, 403]


@pytest.mark.parametrize(
    ("started", "told", "expected"),
    [
        ("server", STRIPS, ALL),
        ("prefixed", STRIPS, ALL),
        pytest.param("coded", STRIPS, PAGE_ONLY, marks=pytest.mark.thorough),
        pytest.param("server", KEEPS, NOTHING, marks=pytest.mark.thorough),
        ("prefixed", KEEPS, NOTHING),
        pytest.param("coded", KEEPS, ALL, marks=pytest.mark.thorough),
    ],
)
def test_prefix_is_taken_away_once_and_known_to_the_server(
    started: str, told: str, expected: list[int], request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(started)

    with nginx_file(change(CONFIG, {STRIPS: told}), BACKEND=server.port) as proxy:
        assert statuses(f"{proxy.http}/chat", f"{proxy.ws}/chat") == expected
        if expected == ALL:
            named = where(f"{proxy.http}/chat")["websocket"]
            # The page works all the same: its own addresses are relative.
            known = "" if started == "server" else "/chat"
            assert named == f"{proxy.ws}{known}/api/v1/ws"


def test_root_path_is_put_before_the_path_that_arrives(prefixed: Server) -> None:
    assert statuses(prefixed.url, prefixed.ws) == ALL
    assert statuses(f"{prefixed.url}/chat", f"{prefixed.ws}/chat") == NOTHING
    assert where(prefixed.url)["path"] == "/chat/api/v1/where"


def test_root_path_in_the_code_answers_with_and_without_it(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(
        "from fastapi import FastAPI, Request, WebSocket\n"
        "app = FastAPI(root_path='/api/v1')\n"
        "@app.get('/app')\n"
        "def read_main(request: Request) -> dict[str, str]:\n"
        "    return {'root_path': request.scope['root_path']}\n"
        "@app.websocket('/ws')\n"
        "async def talk(websocket: WebSocket) -> None:\n"
        "    await websocket.accept()\n"
        "    await websocket.close(1000)\n"
    )
    with serve("sample:app", cwd=tmp_path) as server:
        for prefix in ("", "/api/v1"):
            assert httpx2.get(f"{server.url}{prefix}/app").json() == {"root_path": "/api/v1"}
            with connect(f"{server.ws}{prefix}/ws") as websocket:
                assert closing(websocket) == (1000, "")
        server.wait_for_log("FastAPIDeprecationWarning: The `root_path` parameter is deprecated")


def test_root_path_in_the_code_is_deprecated() -> None:
    with pytest.warns(FastAPIDeprecationWarning, match="`root_path` parameter is deprecated"):
        FastAPI(root_path="/chat")


@pytest.mark.parametrize(("told", "expected"), [(STRIPS, NOTHING), (KEEPS, ALL)])
def test_app_mounted_under_the_prefix_needs_a_proxy_that_keeps_it(
    told: str, expected: list[int], tmp_path: Path
) -> None:
    (tmp_path / "above.py").write_text(
        "import importlib\n"
        "from fastapi import FastAPI\n"
        "lesson = importlib.import_module('lessons.15_mounts.main')\n"
        "app = FastAPI(lifespan=lesson.lifespan)\n"
        "app.mount('/chat', lesson.app)\n"
    )
    options = ("--app-dir", str(tmp_path))
    with (
        serve("above:app", *options, env={"PYTHONPATH": str(ROOT)}) as server,
        nginx_file(change(CONFIG, {STRIPS: told}), BACKEND=server.port) as proxy,
    ):
        paths = statuses(f"{proxy.http}/chat", f"{proxy.ws}/chat")

    assert paths == expected


def test_page_has_relative_addresses_alone(prefixed: Server, server: Server) -> None:
    pages = [httpx2.get(one.url).text for one in (prefixed, server)]
    found = re.findall(r'(?:href|src|data-ws|data-from)="(?!data:)([^"]*)"', pages[0])

    assert found == ["static/style.css", "static/ws.js", "api/v1/ws", "api/v1/where"]
    assert pages[0] == pages[1]


# Behind a proxy.


def test_each_line_about_the_proxy_is_on_the_page() -> None:
    page = (ROOT / "docs" / "lessons" / "15_mounts.md").read_text(encoding="utf-8")
    config = (LESSON / "nginx.conf").read_text()
    location = re.findall(r"^        location .*?^        }", config, re.MULTILINE | re.DOTALL)[0]
    table = page[page.index("| line |") : page.index("The rest of the file")]
    lines = re.findall(r"(proxy_(?:pass|http_version|read_timeout)|(?<=header )[\w-]+) ", location)

    assert f"```nginx\n{dedent(location)}\n```" in page
    assert len(lines) == 8
    assert [line for line in lines if f"`{line}" not in table] == []


def test_speaks_through_the_file_as_it_is(prefixed: Server) -> None:
    with (
        nginx_file((LESSON / "nginx.conf").read_text(), BACKEND=prefixed.port) as proxy,
        connect(f"{proxy.ws}/chat/api/v1/ws") as websocket,
    ):
        assert converses(websocket)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_speaks_through_http_and_https(implementation: str) -> None:
    with (
        serve(MAIN, *UNDER_CHAT, "--ws", implementation) as server,
        nginx_file(CONFIG, BACKEND=server.port) as proxy,
    ):
        with connect(f"{proxy.ws}/chat/api/v1/ws") as plain:
            assert converses(plain)
        with connect_securely(f"{proxy.wss}/chat/api/v1/ws", proxy.trust) as private:
            assert converses(private)


def test_tells_the_app_scheme_host_and_caller(proxy: Nginx) -> None:
    told = where(f"{proxy.https}/chat", proxy.trust)

    assert told == {
        "url": f"{proxy.https}/chat/api/v1/where",
        "root_path": "/chat/api/v1",
        "path": "/chat/api/v1/where",
        "client": "127.0.0.1",
        "websocket": f"{proxy.wss}/chat/api/v1/ws",
    }


def test_adds_the_slash_that_relative_addresses_need(proxy: Nginx) -> None:
    answer = httpx2.get(f"{proxy.http}/chat")

    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{proxy.http}/chat/"


def test_answers_for_its_own_location_alone(proxy: Nginx) -> None:
    assert httpx2.get(f"{proxy.http}/static/style.css").status_code == 404
    assert refusal(f"{proxy.ws}/api/v1/ws").status_code == 404


@pytest.mark.parametrize("lines", [(UPGRADE, CONNECTION), (UPGRADE,), (CONNECTION,)])
def test_handshake_without_its_headers_is_an_ordinary_request(lines: tuple[str, ...]) -> None:
    config = CONFIG
    for line in lines:
        config = change(config, {line: ""})
    with serve(MAIN, *UNDER_CHAT) as server, nginx_file(config, BACKEND=server.port) as proxy:
        refused = refusal(f"{proxy.ws}/chat/api/v1/ws")

        assert (refused.status_code, refused.body) == (404, b'{"detail":"Not Found"}')
        server.wait_for_log(r'"GET /chat/api/v1/ws HTTP/1\.\d" 404')


@pytest.mark.parametrize(("own", "status"), [("", 101), ("proxy_set_header X-Own 1;", 404)])
def test_one_header_in_a_block_replaces_all_from_around_it(
    own: str, status: int, prefixed: Server
) -> None:
    lines = re.findall(r"proxy_set_header .*;", CONFIG)
    config = change(CONFIG, {"location /chat/ {": f"{' '.join(lines)} location /chat/ {{ {own}"})
    for line in lines:
        config = config.replace(f"            {line}\n", "")
    with nginx_file(config, BACKEND=prefixed.port) as proxy:
        assert len(lines) == 5
        assert handshake(f"{proxy.ws}/chat/api/v1/ws") == status


@pytest.mark.parametrize("line", ["", "proxy_set_header Host $host;"])
def test_without_its_host_url_for_leads_elsewhere(line: str, prefixed: Server) -> None:
    with nginx_file(change(CONFIG, {HOST: line}), BACKEND=prefixed.port) as proxy:
        named = where(f"{proxy.http}/chat")["websocket"]

    # By default nginx gives the address it calls; $host is what the browser asked for, but no port.
    authority = "127.0.0.1" if line else f"127.0.0.1:{prefixed.port}"
    assert named == f"ws://{authority}/chat/api/v1/ws"


def test_without_the_scheme_url_for_is_not_private(prefixed: Server) -> None:
    config = change(CONFIG, {"proxy_set_header X-Forwarded-Proto $scheme;": ""})
    with nginx_file(config, BACKEND=prefixed.port) as proxy:
        named = where(f"{proxy.https}/chat", proxy.trust)["websocket"]

    assert named.startswith("ws://")


@pytest.mark.parametrize(
    ("options", "believed"),
    [
        ((), True),
        pytest.param(("--forwarded-allow-ips", "127.0.0.1"), True, marks=pytest.mark.thorough),
        pytest.param(("--forwarded-allow-ips", "*"), True, marks=pytest.mark.thorough),
        (("--forwarded-allow-ips", "10.0.0.1"), False),
        pytest.param(("--no-proxy-headers",), False, marks=pytest.mark.thorough),
    ],
)
def test_only_a_trusted_proxy_is_believed(options: tuple[str, ...], *, believed: bool) -> None:
    with (
        serve(MAIN, *UNDER_CHAT, *options) as server,
        nginx_file(CONFIG, BACKEND=server.port) as proxy,
    ):
        named = where(f"{proxy.https}/chat", proxy.trust)["websocket"]
        lied = where(server.url, headers={**CLAIM, "X-Forwarded-Proto": "https"})

    assert named.partition(":")[0] == ("wss" if believed else "ws")
    # A caller at a trusted address is believed as the proxy is, whatever it says.
    assert lied["client"] == ("203.0.113.9" if believed else "127.0.0.1")
    assert lied["url"].startswith("https:" if believed else "http:")


def test_names_the_caller_itself_whatever_the_caller_claims(prefixed: Server, proxy: Nginx) -> None:
    adds = change(
        CONFIG, {"X-Forwarded-For $remote_addr": "X-Forwarded-For $proxy_add_x_forwarded_for"}
    )

    assert where(f"{proxy.http}/chat", headers=CLAIM)["client"] == "127.0.0.1"
    with nginx_file(adds, BACKEND=prefixed.port) as gullible:
        assert where(f"{gullible.http}/chat", headers=CLAIM)["client"] == "203.0.113.9"


def test_host_is_what_the_caller_claims_with_and_without_a_proxy(proxy: Nginx) -> None:
    named = where(f"{proxy.http}/chat", headers={"Host": "evil.example"})["websocket"]

    assert named == "ws://evil.example/chat/api/v1/ws"


def test_uvicorn_does_not_read_of_a_prefix_or_a_host_in_headers(prefixed: Server) -> None:
    claims = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example"}
    told = where(prefixed.url, headers=claims)

    assert told["websocket"] == f"{prefixed.ws}/chat/api/v1/ws"


# Time.


def test_idle_socket_is_cut_off_and_pings_keep_one_open() -> None:
    config = change(CONFIG, {"proxy_read_timeout 60s": "proxy_read_timeout 1s"})
    # At any level above this one, nginx keeps it to itself.
    config = change(config, {"error_log stderr;": "error_log stderr info;"})
    with ExitStack() as stack:
        servers = [
            stack.enter_context(serve(MAIN, "--ws-ping-interval", seconds))
            for seconds in ("30", "0.2")
        ]
        silent, pinging = (
            stack.enter_context(nginx_file(config, BACKEND=server.port)) for server in servers
        )
        near = f"{servers[0].ws}/api/v1/ws"
        path = "/chat/api/v1/ws"
        with (
            connect(f"{pinging.ws}{path}", ping_interval=None) as kept,
            connect(near) as witness,
            connect(f"{silent.ws}{path}", ping_interval=None) as cut,
        ):
            assert closing(cut) == (1006, "")
            # It has been as idle as the other one, and longer, but for the server's pings.
            assert converses(kept)

            assert str(witness.recv(timeout=10)).endswith("left the chat")
        silent.wait_for_log("timed out")
        assert "while proxying upgraded connection" in silent.log


def test_buffering_and_body_size_concern_requests_alone(prefixed: Server) -> None:
    config = change(CONFIG, {STRIPS: f"{STRIPS} proxy_buffering on; client_max_body_size 1m;"})
    with nginx_file(config, BACKEND=prefixed.port) as proxy:
        with connect(f"{proxy.ws}/chat/api/v1/ws", max_size=None) as websocket:
            assert converses(websocket)
            websocket.send("x" * 2_000_000)
            assert len(websocket.recv(timeout=10)) == 2_000_000 + len("You wrote: ")

        posted = httpx2.post(f"{proxy.http}/chat/", content=b"x" * 2_000_000)
        assert posted.status_code == 413


def test_each_socket_takes_two_connections_of_a_worker(prefixed: Server) -> None:
    config = change(CONFIG, {"worker_connections 1024": "worker_connections 10"})
    with nginx_file(config, BACKEND=prefixed.port) as proxy, ExitStack() as stack:
        status = 101
        opened = 0
        while status == 101 and opened < 10:
            try:
                stack.enter_context(connect(f"{proxy.ws}/chat/api/v1/ws"))
                opened += 1
            except InvalidStatus as refused:
                status = refused.response.status_code

        assert status == 500
        assert opened < 5
        proxy.wait_for_log("10 worker_connections are not enough")


def test_stopping_server_says_1012_through_the_proxy() -> None:
    with (
        serve(MAIN, *UNDER_CHAT) as server,
        nginx_file(CONFIG, BACKEND=server.port) as proxy,
        connect_securely(f"{proxy.wss}/chat/api/v1/ws", proxy.trust) as websocket,
    ):
        assert converses(websocket)
        server.stop()

        assert closing(websocket)[0] == 1012
        refused = refusal(f"{proxy.ws}/chat/api/v1/ws")
        assert refused.status_code == 502
        assert httpx2.get(f"{proxy.http}/chat/").status_code == 502


def move(proxy: Nginx, config: str) -> None:
    """Reload with another name for the location."""
    proxy.configure(change(config, {"location /chat/": "location /new/"}))
    proxy.reload()


def test_reloading_nginx_leaves_open_sockets_open(prefixed: Server) -> None:
    with (
        nginx_file(CONFIG, BACKEND=prefixed.port) as proxy,
        connect(f"{proxy.ws}/chat/api/v1/ws") as websocket,
    ):
        assert converses(websocket)
        move(proxy, CONFIG)

        assert converses(websocket)
        assert handshake(f"{proxy.ws}/chat/api/v1/ws") == 404
        assert handshake(f"{proxy.ws}/new/api/v1/ws") == 101


def test_old_worker_ends_what_is_open_after_its_time(prefixed: Server) -> None:
    config = change(CONFIG, {"worker_shutdown_timeout 10m": "worker_shutdown_timeout 1s"})
    with (
        nginx_file(config, BACKEND=prefixed.port) as proxy,
        connect(f"{proxy.ws}/chat/api/v1/ws") as websocket,
    ):
        assert converses(websocket)
        move(proxy, config)

        assert closing(websocket) == (1006, "")


def test_stopping_nginx_says_nothing_to_anybody(prefixed: Server) -> None:
    with (
        nginx_file(CONFIG, BACKEND=prefixed.port) as proxy,
        connect(f"{proxy.ws}/chat/api/v1/ws") as websocket,
    ):
        assert converses(websocket)
        proxy.signal(signal.SIGTERM)

        assert closing(websocket) == (1006, "")
        assert proxy.wait_for_exit() == 0


# The steps.

ASK = LESSON / "clients" / "ask.py"


def asked(program: str, *options: str) -> tuple[str, str]:
    """Return what a program that asks through nginx for the address is told, and what it gets."""
    app = f"lessons.15_mounts.{program}:app"
    with serve(app, *options) as server, nginx_file(CONFIG, BACKEND=server.port) as proxy:
        sentence = run_client(ASK, f"{proxy.ws}/chat").sentence
        found = re.fullmatch(r'The app says (.*), where a client gets "(.*)"\.', sentence)
        assert found
        return found[1].removeprefix(proxy.ws), found[2]


NOT_THERE = "server rejected WebSocket connection: HTTP 404"


@pytest.mark.parametrize(
    ("program", "options", "expected"),
    [
        ("step_1", (), ("/api/v1/ws", NOT_THERE)),
        ("step_1", UNDER_CHAT, ("/api/v1/ws", NOT_THERE)),
        ("main", (), ("/api/v1/ws", NOT_THERE)),
        ("main", UNDER_CHAT, ("/chat/api/v1/ws", "You wrote: hello")),
    ],
)
def test_a_program_behind_the_proxy_is_told_what_the_page_says(
    program: str, options: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert asked(program, *options) == expected


def test_lesson_5_needs_to_be_told_the_prefix() -> None:
    for options, status in ((), 404), (UNDER_CHAT, 200):
        with (
            serve("lessons.05_templates.main:app", *options) as server,
            nginx_file(CONFIG, BACKEND=server.port) as proxy,
        ):
            page = httpx2.get(f"{proxy.http}/chat/").text
            found = re.search(r'href="([^"]*style.css)"', page)

            assert found
            assert httpx2.get(f"{proxy.http}{found[1]}").status_code == status


def test_nobody_runs_the_lifespan_of_the_naive_room() -> None:
    with serve("lessons.15_mounts.naive:app") as server:
        assert refusal(f"{server.ws}/api/v1/ws").status_code == 500
        server.wait_for_log("AttributeError: 'State' object has no attribute 'manager'")
        assert "The room opens." not in server.log


def test_naive_room_is_well_when_it_is_not_mounted() -> None:
    with (
        serve("lessons.15_mounts.naive:api") as server,
        connect(f"{server.ws}/ws") as websocket,
    ):
        assert converses(websocket)
        assert "The room opens." in server.log


def test_step_1_runs_the_lifespan_before_it_is_ready() -> None:
    with serve("lessons.15_mounts.step_1:app") as server:
        with connect(f"{server.ws}/api/v1/ws") as websocket:
            assert converses(websocket)
        log = server.stop()

    assert 0 < log.index("The room opens.") < log.index("Application startup complete.")
