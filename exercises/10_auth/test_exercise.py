"""What a revoked token is worth in exercise 10: `make check E=10`."""

import asyncio
import sys
from importlib import import_module
from random import sample
from time import monotonic

import httpx2
import pytest
from practice import SECONDS, App, Client
from starlette.types import Message

STARTER_SAYS = "revokes a token, and POST /tickets with this token gets"

REVOKED = 4401

PASSWORDS = {"Ada": "engine", "Grace": "compiler"}


def two_users() -> list[str]:
    """Return the users in one order or the other."""
    return sample(sorted(PASSWORDS), 2)


def signs_in(app: App, name: str) -> str:
    """Return a new token."""
    body = {"name": name, "password": PASSWORDS[name]}
    answer = app.post("/token", body)
    assert answer.is_success, (
        f"{name} signs in with the right password and gets {answer.status_code}."
    )
    return answer.json()["access_token"]


def asks(app: App, path: str, token: str) -> int:
    """Return the status of a request with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return app.post(path, headers=headers).status_code


def gets_ticket(app: App, token: str) -> str:
    """Return the address that a ticket leads to."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.post("/tickets", headers=headers)
    assert answer.is_success, (
        f"A valid token asks for a ticket and gets {answer.status_code}."
    )
    return f"/ws?ticket={answer.json()['ticket']}"


def connects(app: App, token: str) -> Client:
    """Connect with a token, and say something."""
    client = app.open(gets_ticket(app, token))
    client.send("Good evening.")
    client.hears()
    return client


def revokes(app: App, token: str) -> None:
    """Revoke a token."""
    status = asks(app, "/revoke", token)
    assert status == 204, (
        f"A valid token is revoked, and gets {status}; 204 is right."
    )


def count(app: App) -> int:
    """Return how many tokens are in the list."""
    return app.get("/revoked").json()["revoked"]


def test_gives_no_ticket_for_it(app: App) -> None:
    """A revoked token gets no ticket, and cannot be revoked twice."""
    name, _ = two_users()
    token = signs_in(app, name)
    revokes(app, token)
    status = asks(app, "/tickets", token)
    assert status == 401, f"{name} {STARTER_SAYS} {status}; 401 is right."
    status = asks(app, "/revoke", token)
    assert status == 401, (
        f"A token is revoked a second time, and gets {status}; 401 is right."
    )


def test_takes_no_ticket_of_it(app: App) -> None:
    """A ticket that was created before is not valid any more."""
    name, _ = two_users()
    token = signs_in(app, name)
    address = gets_ticket(app, token)
    revokes(app, token)
    status = app.refusal(address)
    assert status == 401, (
        f"{name} revokes a token, and a ticket from before gets {status};"
        " 401 is right."
    )


def test_closes_its_connections(app: App) -> None:
    """All connections of a revoked token are closed with 4401 at once."""
    name, _ = two_users()
    token = signs_in(app, name)
    one, two = connects(app, token), connects(app, token)
    revokes(app, token)
    for client in (one, two):
        code, _ = client.closing(
            f"{name} revokes a token, and a connection of it stays open."
        )
        assert code == REVOKED, (
            f"{name} revokes a token, and a connection of it is closed with {code};"
            f" {REVOKED} is right."
        )
    app.stays_calm("A token with two connections was revoked")


def test_leaves_the_others(app: App) -> None:
    """Other tokens stay valid, also those of the same user."""
    name, other = two_users()
    token = signs_in(app, name)
    tokens = {
        f"{name}'s other token": signs_in(app, name),
        f"{other}'s token": signs_in(app, other),
    }
    clients = {whose: connects(app, one) for whose, one in tokens.items()}
    addresses = {whose: gets_ticket(app, one) for whose, one in tokens.items()}
    revokes(app, token)
    for whose, one in tokens.items():
        status = asks(app, "/tickets", one)
        assert status == 200, f"{whose} is still valid, and gets {status}."
    clients[f"{other}'s token"].send("Still here.")
    for whose, client in clients.items():
        try:
            client.hears_until(f"{other}: Still here.")
        except AssertionError as fault:
            raise AssertionError(f"{whose} is still valid. {fault}") from None
    for whose, address in addresses.items():
        status = app.refusal(address)
        assert status == 101, (
            f"{whose} is still valid, and a ticket from before gets {status};"
            " 101 is right."
        )


def test_keeps_it_in_the_list_while_it_matters(app: App) -> None:
    """A revoked token stays revoked when others are revoked after it."""
    tokens = [signs_in(app, name) for name in [*two_users(), *two_users()]]
    for token in tokens:
        revokes(app, token)
    listed = count(app)
    assert listed == len(tokens), (
        f"{len(tokens)} tokens are revoked, and GET /revoked says {listed}."
    )
    for number, token in enumerate(tokens, 1):
        status = asks(app, "/tickets", token)
        assert status == 401, (
            f"Four tokens are revoked, and number {number} gets {status};"
            " 401 is right."
        )


@pytest.mark.environment(TOKEN_SECONDS="1")  # noqa: S106 - it is a time
def test_removes_what_has_expired(app: App) -> None:
    """A token that has expired is not in the list, and not valid either."""
    token = signs_in(app, "Ada")
    revokes(app, token)
    end = monotonic() + SECONDS
    while (listed := count(app)) and monotonic() < end:
        pass
    assert listed == 0, (
        "The revoked token has expired a second or two ago, and GET /revoked says"
        f" {listed}."
    )
    status = asks(app, "/tickets", token)
    assert status == 401, f"A token that has expired gets {status}; 401 is right."


@pytest.mark.environment(TOKEN_SECONDS="3")  # noqa: S106 - it is a time
def test_removes_no_other(app: App) -> None:
    """When one revoked token expires, the others in the list stay revoked."""
    first = signs_in(app, "Ada")
    revokes(app, first)
    later = monotonic() + 1.5
    while monotonic() < later:
        count(app)
    second = signs_in(app, "Ada")
    revokes(app, second)
    end = monotonic() + 4 + SECONDS
    while (listed := count(app)) == 2 and monotonic() < end:
        pass
    assert listed == 1, (
        "Two tokens are revoked, the first of them expires, and GET /revoked says"
        f" {listed}; 1 is right."
    )
    status = asks(app, "/tickets", second)
    assert status == 401, (
        "Two tokens are revoked, the first of them expires, and the second gets"
        f" {status}; 401 is right."
    )


class Inside:
    """The learner's program in this process, where a check can look into it."""

    def __init__(self, app: App, patch: pytest.MonkeyPatch) -> None:
        patch.syspath_prepend(str(app.folder))
        patch.delitem(sys.modules, "main", raising=False)
        # A compiled file would hide what is changed within the same second.
        patch.setattr(sys, "dont_write_bytecode", True)
        self.program = import_module("main")
        transport = httpx2.ASGITransport(app=self.program.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://app")

    async def signs_in(self) -> dict[str, str]:
        """Return the headers that show a new token."""
        body = {"name": "Ada", "password": PASSWORDS["Ada"]}
        answer = await self.http.post("/token", json=body)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def ends(self, headers: dict[str, str]) -> bool:
        """Revoke a token while its connection is accepted; return if that ends."""
        answer = await self.http.post("/tickets", headers=headers)
        connect = [{"type": "websocket.connect"}]

        async def receive() -> Message:
            if not connect:
                # The client says nothing, and stays.
                await asyncio.Event().wait()
            return connect.pop()

        async def send(message: Message) -> None:
            if message["type"] == "websocket.accept":
                await self.http.post("/revoke", headers=headers)

        scope = {
            "type": "websocket",
            "path": "/ws",
            "query_string": f"ticket={answer.json()['ticket']}".encode(),
            "headers": [],
            "subprotocols": [],
        }
        try:
            async with asyncio.timeout(1):
                await self.program.app(scope, receive, send)
        except TimeoutError:
            return False
        return True


def test_closes_a_connection_that_is_being_accepted(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection ends, too, whose token is revoked while it is accepted."""

    async def check() -> None:
        inside = Inside(app, monkeypatch)
        assert await inside.ends(await inside.signs_in()), (
            "A token is revoked at the moment at which a connection of it is"
            " accepted, and this connection stays open."
        )

    asyncio.run(check())


def test_the_list_itself_gets_shorter(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has expired is removed, and not only left out of the count."""
    monkeypatch.setenv("TOKEN_SECONDS", "1")

    async def check() -> None:
        inside = Inside(app, monkeypatch)
        await inside.http.post("/revoke", headers=await inside.signs_in())
        end = monotonic() + SECONDS
        while (await inside.http.get("/revoked")).json()["revoked"]:
            if monotonic() > end:
                break
        kept = getattr(inside.program, "revoked", {})
        assert not kept, (
            "The revoked token has expired, and your dictionary `revoked` still has"
            " it, so it grows for as long as the server runs."
        )

    asyncio.run(check())
