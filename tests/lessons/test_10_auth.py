"""Lesson 10: what the page says, over a real server."""

import asyncio
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from threading import Barrier, Event
from time import time
from typing import Any

import httpx2
import jwt
import pytest
from anyio import CancelScope
from fastapi import HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.typing import Subprotocol

from tests.support.client import closing, connect, refusal, vanish
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve
from tests.support.speech import HTTP, PASSWORDS, eventually, token

KEY = "the key of these tests and of no other, as long as the longest hash wants it"
ENV = {"SECRET_KEY": KEY}

NEVER = 2_000_000_000
"""A second in the year 2033."""

WAYS = ("ticket", "cookie", "header", "subprotocol", "hello")
EXPIRED = (4401, "Your time is over. Sign in again.")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The lesson, with a key that the tests know."""
    with serve("lessons.10_auth.main:app", env=ENV) as server:
        yield server


@pytest.fixture(params=IMPLEMENTATIONS, scope="module")
def each(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The lesson, on each of uvicorn's implementations in turn."""
    with serve("lessons.10_auth.main:app", "--ws", request.param, env=ENV) as server:
        yield server


def mint(key: str = KEY, algorithm: str = "HS256", **claims: object) -> str:
    """Return a token; a claim that is None is left out."""
    claims = {"sub": "Ada", "aud": "chat", "exp": NEVER, **claims}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm)


def post(server: Server, path: str, token: str = "", **options: Any) -> httpx2.Response:  # noqa: ANN401 - passed on
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= options.pop("headers", {})
    return HTTP.post(f"{server.url}/{path}", headers=headers, **options)


def get(server: Server, path: str, token: str = "") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return HTTP.get(f"{server.url}/{path}", headers=headers)


@contextmanager
def enter(server: Server, token: str, way: str = "ticket") -> Generator[ClientConnection]:
    """Open a WebSocket to the attic, and show the token in one of the ways."""
    path, options = f"ws/{way}?room=attic", {}
    match way:
        case "ticket":
            ticket = post(server, "tickets", token).json().get("ticket", "")
            path = f"ws?room=attic&ticket={ticket}"
        case "cookie":
            options = {"additional_headers": {"Cookie": f"token={token}"}}
        case "header":
            options = {"additional_headers": {"Authorization": f"Bearer {token}"}}
        case "subprotocol":
            options = {"subprotocols": ["bearer", token]}
    with connect(f"{server.ws}/{path}", **options) as websocket:
        if way == "hello":
            websocket.send(json.dumps({"type": "hello", "token": token}))
        yield websocket


def next_event(websocket: ClientConnection) -> dict[str, Any]:
    return json.loads(websocket.recv(timeout=10))


def say(websocket: ClientConnection, text: str) -> None:
    websocket.send(json.dumps({"type": "say", "text": text}))


def hears(websocket: ClientConnection, **wanted: str) -> dict[str, Any]:
    """Return the first event that is as wanted."""
    while not wanted.items() <= (event := next_event(websocket)).items():
        pass
    return event


def test_a_password_is_exchanged_for_a_token_that_says_who_and_until_when(server: Server) -> None:
    begun = time()
    answer = post(server, "token", data={"username": "Ada", "password": PASSWORDS["Ada"]})
    told = answer.json()

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (told["token_type"], told["expires_in"]) == ("bearer", 900)
    claims = jwt.decode(told["access_token"], KEY, ["HS256"], audience="chat")
    assert claims.keys() == {"sub", "aud", "exp"}
    assert claims["sub"] == "Ada"
    assert begun + 900 <= claims["exp"] <= time() + 901


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(server: Server) -> None:
    forms = ({"username": user, "password": "wrong"} for user in ("Ada", "Nobody"))
    wrong, unknown = (post(server, "token", data=form) for form in forms)

    for answer in (wrong, unknown):
        del answer.headers["date"]
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Wrong name or password."}
    assert wrong.headers == unknown.headers


def test_a_wrong_password_and_an_unknown_name_cost_the_same_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passwords = import_module("lessons.10_auth.passwords")
    worked: list[str] = []

    def verify(password: str, stored: str) -> bool:
        worked.append(stored.rpartition("$")[0].rpartition("$")[0])
        return not password.startswith("wrong")

    monkeypatch.setattr(passwords.hasher, "verify", verify)
    for user, password in (("Ada", "wrong"), ("Nobody", "wrong"), ("Nobody", "right")):
        with pytest.raises(HTTPException) as refused:
            passwords.authenticate_user(OAuth2PasswordRequestForm(username=user, password=password))
        assert refused.value.status_code == 401

    assert worked == ["$argon2id$v=19$m=65536,t=3,p=4"] * 3


async def test_passwords_are_checked_two_at_once_and_hold_up_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = import_module("lessons.10_auth.main").app
    passwords = import_module("lessons.10_auth.passwords")
    two, released, begun = Barrier(3, timeout=10), Event(), []

    def verify(password: str, stored: str) -> bool:
        begun.append(stored)
        if not released.is_set():
            two.wait()
            released.wait(10)
        return password == PASSWORDS["Ada"]

    monkeypatch.setattr(passwords.hasher, "verify", verify)
    form = {"username": "Ada", "password": PASSWORDS["Ada"]}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        signing_in = [asyncio.create_task(client.post("/token", data=form)) for _ in range(5)]
        await asyncio.to_thread(two.wait)
        # Two are being checked. Meanwhile others are answered, and a third one waits.
        pages = [await client.get("/") for _ in range(5)]
        checking = len(begun)
        released.set()
        answers = await asyncio.gather(*signing_in)

    assert [page.status_code for page in pages] == [200] * 5
    assert checking == 2
    assert [answer.status_code for answer in answers] == [200] * 5


BAD_FORMS: dict[str, tuple[dict[str, Any], int]] = {
    "nothing": ({}, 422),
    "no password": ({"data": {"username": "Ada"}}, 422),
    "an empty password": ({"data": {"username": "Ada", "password": ""}}, 422),
    "another grant": ({"data": {"username": "Ada", "password": "s3cret", "grant_type": "x"}}, 422),
    "JSON": ({"json": {"username": "Ada", "password": "s3cret"}}, 422),
    "a NUL": ({"data": {"username": "Ada\0", "password": "s3cret\0"}}, 401),
    "another case": ({"data": {"username": "ada", "password": "engine"}}, 401),
    "a blank": ({"data": {"username": "Ada ", "password": "engine"}}, 401),
    "bytes": ({"content": b"username=Ada&password=%FF%FE"}, 401),
    "half a character": ({"content": b"username=%ED%A0%80&password=s3cret"}, 401),
    "too much": ({"data": {"username": "Ada", "password": "s3cret" * 5000}}, 413),
}


@pytest.mark.parametrize("what", BAD_FORMS)
def test_a_bad_form_is_refused_and_not_repeated(server: Server, what: str) -> None:
    form, status = BAD_FORMS[what]
    coded = {"Content-Type": "application/x-www-form-urlencoded"} if "content" in form else {}
    answer = post(server, "token", headers=coded, **form)

    assert answer.status_code == status
    assert "s3cret" not in answer.text
    assert len(answer.content) < 200
    assert not complaints(server.log)


def part(value: object) -> str:
    """Return a part of a token, as base64url."""
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CLAIMS = {"sub": "Ada", "aud": "chat", "exp": NEVER}
FORGED: dict[str, Callable[[], str]] = {
    "unsigned": lambda: mint("", "none"),
    "unsigned, in capitals": lambda: f"{part({'alg': 'NONE'})}.{part(CLAIMS)}.",
    "signed by another key": lambda: mint("another key, and as long as this one is"),
    "signed in another way": lambda: mint(algorithm="HS512"),
    "changed after signing": lambda: ".".join(
        (mint().split(".")[0], part({**CLAIMS, "sub": "Grace"}), mint().split(".")[2])
    ),
    "without its signature": lambda: mint().rpartition(".")[0] + ".",
    "for another audience": lambda: mint(aud="shop"),
    "for no audience": lambda: mint(aud=None),
    "too old": lambda: mint(exp=1_000_000_000),
    "without an end": lambda: mint(exp=None),
    "not good yet": lambda: mint(nbf=NEVER),
    "of nobody": lambda: mint(sub=None),
    "of somebody unknown": lambda: mint(sub="Eve"),
    "of an empty name": lambda: mint(sub=""),
    "of a critical extension": lambda: jwt.encode(CLAIMS, KEY, "HS256", {"crit": ["x"], "x": 1}),
    "of an odd algorithm": lambda: f"{part({'alg': ['HS256']})}.{part(CLAIMS)}.AAAA",
    "of a list": lambda: f"{part([])}.{part([])}.AAAA",
    "nonsense": lambda: "nonsense",
    "two dots": lambda: "..",
    "long": lambda: "a" * 5000,
}


@pytest.mark.parametrize("what", FORGED)
def test_a_token_that_is_not_ours_or_not_whole_is_refused_at_every_door(
    each: Server, what: str
) -> None:
    forged = FORGED[what]()

    for answer in (post(each, "tickets", forged), post(each, "ws/cookie", forged)):
        assert (answer.status_code, answer.json()) == (401, {"detail": "Sign in."})
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "set-cookie" not in answer.headers
    for way in ("cookie", "header", "subprotocol"):
        with pytest.raises(InvalidStatus) as refused, enter(each, forged, way):
            pass
        assert refused.value.response.status_code == 401
    with enter(each, forged, "hello") as websocket:
        assert closing(websocket) == (4401, "Say hello, with a token.")
    assert not complaints(each.log)


@pytest.mark.parametrize("way", WAYS)
def test_each_door_lets_in_whom_the_token_names(each: Server, way: str) -> None:
    with enter(each, mint(), way) as ada, enter(each, mint(sub="Grace"), way) as grace:
        hears(ada, type="joined", user="Grace")
        say(grace, "I am Grace.")

        assert hears(ada, type="said")["user"] == "Grace"
        if way == "subprotocol":
            assert ada.subprotocol == "bearer"


def test_a_ticket_is_good_once(each: Server) -> None:
    ticket = post(each, "tickets", mint()).json()["ticket"]
    url = f"{each.ws}/ws?room=once&ticket={ticket}"
    with connect(url) as websocket:
        hears(websocket, type="joined", user="Ada")

        answer = refusal(url)
    assert answer.status_code == 401
    assert json.loads(answer.body or b"") == {
        "detail": "This ticket is not valid, or not any more."
    }


def test_of_twenty_who_show_the_same_ticket_at_once_one_gets_in(each: Server) -> None:
    ticket = post(each, "tickets", mint()).json()["ticket"]

    def come(_: int) -> int:
        try:
            with connect(f"{each.ws}/ws?room=crowd&ticket={ticket}"):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(come, range(20))) == [101] + [401] * 19


def test_a_ticket_that_is_too_old_is_refused() -> None:
    env = {**ENV, "TICKET_SECONDS": "0.000001"}
    with serve("lessons.10_auth.main:app", env=env) as server:
        answer = post(server, "tickets", mint())

        assert answer.headers["cache-control"] == "no-store"
        ticket = answer.json()["ticket"]
        assert refusal(f"{server.ws}/ws?room=attic&ticket={ticket}").status_code == 401


def test_tickets_that_are_too_old_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("lessons.10_auth.tickets")
    tickets = module.Tickets()
    user = import_module("lessons.10_auth.auth").User("Ada", NEVER)
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    old = [tickets.create(user) for _ in range(3)]
    now += 29
    young = tickets.create(user)
    now += 2
    last = tickets.create(user)

    assert list(tickets.pending) == [young, last]
    assert tickets.redeem(young) == user
    for ticket in (young, *old, ""):
        with pytest.raises(HTTPException):
            tickets.redeem(ticket)


@pytest.mark.parametrize(
    "way",
    # All ways call one function, so the others add little to the ticket's.
    ["ticket", *(pytest.param(way, marks=pytest.mark.thorough) for way in WAYS[1:])],
)
def test_a_connection_ends_with_4401_in_the_second_in_which_its_token_does(
    each: Server, way: str
) -> None:
    until = int(time()) + 2
    with enter(each, mint(sub="Grace")) as grace:
        with enter(each, mint(exp=until), way) as ada:
            hears(ada, type="joined", user="Ada")
            say(ada, "I have time.")
            hears(grace, type="said", user="Ada")

            assert closing(ada) == EXPIRED
            assert time() > until - 0.1
        assert hears(grace, type="left")["user"] == "Ada"
    assert not complaints(each.log)


def test_a_client_that_vanished_before_its_token_ended_is_no_error(each: Server) -> None:
    until = int(time()) + 2
    with enter(each, mint(sub="Grace", exp=until + 1)) as grace:
        with enter(each, mint(exp=until)) as ada:
            hears(grace, type="joined", user="Ada")
            vanish(ada)
        assert closing(grace) == EXPIRED
    assert not complaints(each.log)


class Tab:
    """A WebSocket that says nothing, and keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.closed: list[int] = []

    async def send_text(self, text: str) -> None:
        """Take a message, a moment later than others do."""
        for _ in range(5):
            await asyncio.sleep(0)
        self.told.append(json.loads(text)["type"])

    async def receive_text(self) -> str:
        """Wait for ever."""
        await asyncio.Event().wait()
        return ""

    async def close(self, code: int, reason: str) -> None:
        """Keep the code."""
        assert reason
        self.closed.append(code)


async def test_what_is_being_told_when_the_token_ends_is_told_to_all() -> None:
    endpoints, rooms = (import_module(f"lessons.10_auth.{name}") for name in ("endpoints", "rooms"))
    user = import_module("lessons.10_auth.auth").User("Ada", expires_at=0)
    room, slow, late = rooms.get_or_create_room("late"), Tab(), Tab()
    room.manager.connections[slow] = import_module("lessons.10_auth.manager").Connection(
        CancelScope()
    )
    room.tabs[slow] = "Grace"

    await endpoints.serve_until_expiry(late, "late", user)
    del rooms.rooms["late"]

    assert slow.told == ["joined", "left"]
    assert (late.told, late.closed) == (["joined"], [4401])


def test_http_wants_a_token_and_signs_a_note_with_its_name(each: Server) -> None:
    with enter(each, mint()) as ada:
        hears(ada, type="joined")
        for answer in (
            get(each, "rooms"),
            get(each, "rooms/attic"),
            post(each, "rooms/attic/messages", json={"text": "x"}),
        ):
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert get(each, "rooms/attic", mint()).json() == ["Ada"]
        note = {"text": "A parcel.", "user": "Ada"}
        answer = post(each, "rooms/attic/messages", mint(sub="Grace"), json=note)

        assert answer.json() == {"users": 1, "tabs": 1}
        assert hears(ada, type="said")["user"] == "Grace"


BAD_HELLOS: dict[str, str | bytes] = {
    "bytes": b"\xff",
    "no JSON": "hello",
    "a list": "[1]",
    "nothing": "",
    "no token": '{"type": "hello"}',
    "a number for a token": '{"type": "hello", "token": 1}',
    "another message": '{"type": "say", "text": "x"}',
    "deep": "[" * 100_000,
    "half a character": '{"type": "hello", "token": "\\ud800"}',
}


@pytest.mark.parametrize("what", BAD_HELLOS)
def test_a_first_message_that_is_no_hello_is_answered_by_4401(each: Server, what: str) -> None:
    with connect(f"{each.ws}/ws/hello?room=attic") as websocket:
        websocket.send(BAD_HELLOS[what])

        assert closing(websocket) == (4401, "Say hello, with a token.")
    assert not complaints(each.log)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_who_does_not_say_hello_is_closed_with_4408(implementation: str) -> None:
    env = {**ENV, "HELLO_SECONDS": "0.2"}
    with serve("lessons.10_auth.main:app", "--ws", implementation, env=env) as server:
        with connect(f"{server.ws}/ws/hello?room=attic") as websocket:
            assert closing(websocket) == (4408, "Say hello sooner.")
        with connect(f"{server.ws}/ws/hello?room=attic") as websocket:
            vanish(websocket)
        with enter(server, mint(), "hello") as websocket:
            hears(websocket, type="joined", user="Ada")
        assert not complaints(server.log)


@pytest.mark.parametrize("offers", [[], ["bearer"], ["chat"], ["chat", "x"], ["bearer", "x", "y"]])
def test_a_subprotocol_that_is_no_token_is_refused_with_401(
    each: Server, offers: list[Subprotocol]
) -> None:
    answer = refusal(f"{each.ws}/ws/subprotocol?room=attic", subprotocols=offers or None)

    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["", "/cookie", "/header", "/subprotocol"])
def test_who_shows_nothing_is_refused_before_accept(each: Server, path: str) -> None:
    status = refusal(f"{each.ws}/ws{path}?room=attic").status_code

    assert status == (403 if path in ("", "/cookie") else 401)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_is_for_its_door_and_for_no_script(server: Server, scheme: str) -> None:
    headers = {"X-Forwarded-Proto": scheme}
    answer = post(server, "ws/cookie", mint(), headers=headers)
    value, *flags = answer.headers["set-cookie"].split("; ")

    assert (answer.status_code, value) == (204, f"token={mint()}")
    secure = {"Secure"} if scheme == "https" else set()
    assert set(flags) == {"HttpOnly", "Path=/ws/cookie", "SameSite=strict"} | secure


def test_no_secret_is_ever_in_the_log(each: Server) -> None:
    secrets = [KEY, PASSWORDS["Ada"], "a wrong password"]
    post(each, "token", data={"username": "Ada", "password": PASSWORDS["Ada"]})
    post(each, "token", data={"username": "Ada", "password": "a wrong password"})
    good, bad = mint(), mint(exp=1_000_000_000)
    ticket = post(each, "tickets", good).json()["ticket"]
    secrets += [good, bad, ticket]
    for one in (good, bad):
        for way in WAYS:
            try:
                with enter(each, one, way) as websocket:
                    say(websocket, "hello")
                    websocket.recv(timeout=10)
            except (InvalidStatus, ConnectionClosed):
                assert one == bad
        get(each, f"rooms?token={one}", one)
        get(each, f"nowhere?token={one}")
        refusal(f"{each.ws}/ws?room=attic&ticket={one}")
        refusal(f"{each.ws}/ws?room=ATTIC&ticket={one}")
        refusal(f"{each.ws}/nowhere?token={one}")
    with connect(f"{each.ws}/ws?room=attic&ticket={ticket}"):
        pass
    refusal(f"{each.ws}/ws?room=attic&ticket={ticket}")
    get(each, "healthz/the-last-line")
    each.wait_for_log("the-last-line")

    assert '"WebSocket /ws" [accepted]' in each.log
    assert [secret for secret in secrets if secret in each.log] == []


def test_the_log_for_debugging_has_the_headers_and_so_the_token() -> None:
    with serve("lessons.10_auth.main:app", "--log-level", "debug", env=ENV) as server:
        with enter(server, mint(), "header"):
            pass

        assert f"authorization: Bearer {mint()}" in server.log


def test_without_a_key_a_token_does_not_outlive_the_process() -> None:
    tokens = []
    for _ in range(2):
        with serve("lessons.10_auth.main:app", env={"TOKEN_SECONDS": "60"}) as server:
            assert "SECRET_KEY is not set: sign in again after a restart.\n" in server.log
            tokens.append(token(f"{server.url}/", "Ada"))
            statuses = [post(server, "tickets", one).status_code for one in tokens]

    assert statuses == [401, 200]


def test_a_short_key_is_refused_at_the_start_and_not_shown() -> None:
    env = {"SECRET_KEY": "hunter2"}
    with (
        pytest.raises(AssertionError) as failed,
        serve("lessons.10_auth.main:app", env=env),
    ):
        pass

    assert "at least 32" in str(failed.value)
    assert "hunter2" not in str(failed.value)


def test_naive_tells_who_has_an_account(naive: Server) -> None:
    forms = ({"username": user, "password": "wrong"} for user in ("Ada", "Nobody"))
    answers = [post(naive, "token", data=form) for form in forms]

    assert [answer.status_code for answer in answers] == [401, 404]


def forge(**claims: object) -> str:
    """Return a token that anybody can make who has read naive.py."""
    return jwt.encode({"sub": "Grace", **claims}, "our-chat-is-the-best-chat-of-all-chats", "HS256")


def naive_door(server: Server, token: str) -> str:
    return f"{server.ws}/ws?room=attic&ticket={token}"


def test_naive_believes_whoever_has_read_its_source(naive: Server) -> None:
    # Without an end, it is believed for ever; and for another audience, just as well.
    with connect(naive_door(naive, forge())) as websocket:
        say(websocket, "I am Grace.")

        assert hears(websocket, type="said")["user"] == "Grace"


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One of the lesson's programs, with tokens that last for three seconds."""
    app = f"lessons.10_auth.{request.param}:app"
    with serve(app, env={"TOKEN_SECONDS": "3", "TZ": "UTC"}) as server:
        yield server


def each_of(*programs: str) -> pytest.MarkDecorator:
    """Run a test on each of these programs, of which all tests share a server."""
    return pytest.mark.parametrize("program", programs, indirect=True, scope="module")


BEFORE, AFTER = ("naive", "step_1"), ("step_2", "step_3", "main")


@each_of(*BEFORE)
def test_until_step_2_whoever_has_read_the_source_makes_tokens(
    program: Server, run_client: Callable[..., str]
) -> None:
    assert run_client("forge", program) == "The server believes that Grace has spoken."


@each_of(*AFTER)
def test_from_step_2_on_nobody_makes_tokens_but_the_server(
    program: Server, run_client: Callable[..., str]
) -> None:
    assert run_client("forge", program) == "The server refused, with 401."
    assert get(program, "rooms").status_code == 401


@each_of("naive", "step_1", "step_2")
def test_until_step_3_an_address_from_the_log_opens_the_door_again(
    program: Server, run_client: Callable[..., str]
) -> None:
    assert run_client("show_twice", program) == "The same address let us in 2 of 2 times."
    program.wait_for_log(r"WebSocket /ws\?room=attic&ticket=eyJ\S+ \[accepted\]")


@each_of("step_3", "main")
def test_from_step_3_on_an_address_opens_the_door_once(
    program: Server, run_client: Callable[..., str]
) -> None:
    assert run_client("show_twice", program) == "The same address let us in 1 of 2 times."
    assert not re.search(r"ticket=eyJ\S+ \[accepted\]", program.log)


@each_of("step_3")
def test_step_3_goes_on_with_a_token_that_has_expired(
    program: Server, run_client: Callable[..., str]
) -> None:
    words = "The token has expired, and we are still talking."
    assert run_client("outlive", program) == words


@each_of("main")
def test_the_finished_lesson_ends_with_the_token(
    program: Server, run_client: Callable[..., str]
) -> None:
    words = "The server closed with 4401 when the token expired."
    assert run_client("outlive", program) == words


@each_of("step_1", "step_2", "step_3")
def test_from_step_1_on_an_unknown_name_gets_the_same_answer(program: Server) -> None:
    forms = ({"username": user, "password": "wrong"} for user in ("Ada", "Nobody"))
    answers = [post(program, "token", data=form) for form in forms]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def test_naive_writes_the_token_into_the_log_and_it_is_good_again() -> None:
    with serve("lessons.10_auth.naive:app", "--no-access-log") as naive:
        answer = post(naive, "token", data={"username": "Ada", "password": PASSWORDS["Ada"]})
        with connect(naive_door(naive, answer.json()["access_token"])):
            pass
        found = naive.wait_for_log(r"WebSocket /ws\?room=attic&ticket=(\S+)\" \[accepted\]")
        with connect(naive_door(naive, found[1])) as websocket:
            say(websocket, "found in the log")

            assert hears(websocket, type="said")["user"] == "Ada"


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_naive_lets_a_stranger_in_to_say_no_and_closes_as_if_all_were_well(
    implementation: str,
) -> None:
    with serve("lessons.10_auth.naive:app", "--ws", implementation) as naive:
        with connect(naive_door(naive, "nonsense")) as websocket:
            assert next_event(websocket) == {"type": "error", "detail": "Not enough segments"}
            assert closing(websocket) == (1000, "")
        assert "[accepted]" in naive.log


def test_naive_goes_on_with_a_token_that_is_over() -> None:
    with serve("lessons.10_auth.naive:app", env={"TOKEN_SECONDS": "2", "TZ": "UTC"}) as naive:
        answer = post(naive, "token", data={"username": "Ada", "password": PASSWORDS["Ada"]})
        shown = answer.json()["access_token"]
        with connect(naive_door(naive, shown)) as websocket:
            eventually(
                lambda: post(naive, "tickets", shown).status_code == 401,
                lambda: "The token is still good.",
                seconds=10,
            )
            say(websocket, "I am still here.")

            assert hears(websocket, type="said")["text"] == "I am still here."


@pytest.mark.parametrize(("zone", "status", "hours"), [("UTC-9", 401, -9), ("UTC+5", 200, 5)])
def test_naive_is_wrong_by_as_many_hours_as_its_clock(zone: str, status: int, hours: int) -> None:
    with serve("lessons.10_auth.naive:app", env={"TZ": zone}) as naive:
        answer = post(naive, "token", data={"username": "Ada", "password": PASSWORDS["Ada"]})
        shown = answer.json()["access_token"]

        assert post(naive, "tickets", shown).status_code == status
    claims = jwt.decode(shown, options={"verify_signature": False})
    assert round((claims["exp"] - 900 - time()) / 3600) == hours


@pytest.mark.parametrize("lesson", ["10_auth", "11_origin"])
@pytest.mark.parametrize(
    "file", ["messages.py", "manager.py", "errors.py", "features/say.py", "features/roll.py"]
)
def test_what_the_page_calls_as_in_lesson_9_is_so(lesson: str, file: str) -> None:
    here, there = ROOT / "lessons" / lesson / file, ROOT / "lessons/09_rooms" / file

    assert here.read_text("utf-8") == there.read_text("utf-8")


def test_of_two_cookies_it_trusts_neither(each: Server) -> None:
    """A page on another port has planted Grace's token beside Ada's."""
    two = {"Cookie": f"token={mint(sub='Ada')}; token={mint(sub='Grace')}"}

    answer = refusal(f"{each.ws}/ws/cookie?room=attic", additional_headers=two)

    assert answer.status_code == 401
    assert b"Two cookies are named token." in answer.body
