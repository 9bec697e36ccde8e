"""What becomes of a lost pass in exercise 10: `make check E=10`."""

import asyncio
import sys
from importlib import import_module
from time import monotonic

import httpx2
import pytest
from practice import SECONDS, App, Client
from starlette.types import Message

STARTER_SAYS = "Kar reports its pass as lost, and asking for a ticket with it gets"

OVER = 4401


def gets_pass(app: App, hut: str = "Kar", word: str = "edelweiss") -> str:
    """Return a new pass."""
    answer = app.post("/passes", {"hut": hut, "word": word})
    assert answer.is_success, (
        f"{hut} asks for a pass with its word and gets {answer.status_code}."
    )
    return answer.json()["pass"]


def asks(app: App, path: str, shown: str) -> int:
    """Return the status of a request with a pass."""
    headers = {"Authorization": f"Bearer {shown}"}
    return app.post(path, headers=headers).status_code


def gets_ticket(app: App, shown: str) -> str:
    """Return the address that a ticket leads to."""
    headers = {"Authorization": f"Bearer {shown}"}
    answer = app.post("/tickets", headers=headers)
    assert answer.is_success, (
        f"A good pass asks for a ticket and gets {answer.status_code}."
    )
    return f"/ws?ticket={answer.json()['ticket']}"


def calls(app: App, shown: str) -> Client:
    """Open a line with a pass, and say something on it."""
    client = app.open(gets_ticket(app, shown))
    client.send("Good evening.")
    client.hears()
    return client


def loses(app: App, shown: str) -> None:
    """Report a pass as lost."""
    status = asks(app, "/lost", shown)
    assert status == 204, (
        f"A pass is reported as lost, and gets {status}; 204 is due."
    )


def test_gives_no_ticket_for_it(app: App) -> None:
    """A lost pass gets no ticket, and cannot be reported twice."""
    shown = gets_pass(app)
    loses(app, shown)
    status = asks(app, "/tickets", shown)
    assert status == 401, f"{STARTER_SAYS} {status}; 401 is due."
    status = asks(app, "/lost", shown)
    assert status == 401, (
        f"A lost pass is reported once more, and gets {status}; 401 is due."
    )


def test_takes_no_ticket_of_it(app: App) -> None:
    """A ticket that was given out before the pass was lost is no longer good."""
    shown = gets_pass(app)
    address = gets_ticket(app, shown)
    loses(app, shown)
    status = app.refusal(address)
    assert status == 401, (
        "Kar's pass is lost, and a ticket from before opens the line with"
        f" {status}; 401 is due."
    )


def test_ends_its_lines(app: App) -> None:
    """All lines of a lost pass are closed with 4401 at once."""
    shown = gets_pass(app)
    one, two = calls(app, shown), calls(app, shown)
    loses(app, shown)
    for client in (one, two):
        code, _ = client.closing("Kar's pass is lost, and a line of it stays open.")
        assert code == OVER, (
            f"Kar's pass is lost, and a line of it is closed with {code};"
            f" {OVER} is due."
        )
    app.stays_calm("Kar's pass was lost while two lines of it were open")


def test_leaves_the_others(app: App) -> None:
    """The other passes are good, those of the same hut too."""
    lost = gets_pass(app)
    others = {
        "Kar's other pass": gets_pass(app),
        "Alm's pass": gets_pass(app, "Alm", "gentian"),
    }
    lines = {whose: calls(app, shown) for whose, shown in others.items()}
    addresses = {whose: gets_ticket(app, shown) for whose, shown in others.items()}
    loses(app, lost)
    for whose, shown in others.items():
        status = asks(app, "/tickets", shown)
        assert status == 200, f"{whose} is not lost, and gets {status}; 200 is due."
    lines["Alm's pass"].send("Still here.")
    for whose, client in lines.items():
        try:
            heard = client.hears_until("Alm: Still here.")
        except AssertionError as fault:
            raise AssertionError(f"{whose} is not lost. {fault}") from None
        assert "Kar: Still here." not in heard, f"{whose} hears {heard}."
    for whose, address in addresses.items():
        status = app.refusal(address)
        assert status == 101, (
            f"{whose} is not lost, and a ticket from before opens the line with"
            f" {status}; 101 is due."
        )


def test_keeps_it_on_the_list_while_it_matters(app: App) -> None:
    """A lost pass stays lost when others are lost after it."""
    passes = [gets_pass(app) for _ in range(3)]
    for shown in passes:
        loses(app, shown)
    listed = app.get("/lost").json()["lost"]
    assert listed == len(passes), (
        f"{len(passes)} passes are lost, and {listed} are on the list."
    )
    for number, shown in enumerate(passes, 1):
        status = asks(app, "/tickets", shown)
        assert status == 401, (
            f"Three passes are lost, and number {number} gets {status}; 401 is due."
        )


@pytest.mark.environment(NIGHT_SECONDS="1")
def test_forgets_what_is_over(app: App) -> None:
    """A pass that is over anyway is on no list, and no longer good."""
    shown = gets_pass(app)
    loses(app, shown)
    end = monotonic() + SECONDS
    while (listed := app.get("/lost").json()["lost"]) and monotonic() < end:
        pass
    assert listed == 0, (
        "The lost pass has been over for a second or two, and"
        f" {listed} is on the list."
    )
    status = asks(app, "/tickets", shown)
    assert status == 401, f"A pass that is over gets {status}; 401 is due."


@pytest.mark.environment(NIGHT_SECONDS="3")
def test_forgets_no_other(app: App) -> None:
    """When one lost pass is over, the others on the list stay lost."""
    first = gets_pass(app)
    loses(app, first)
    later = monotonic() + 1.5
    while monotonic() < later:
        app.get("/lost")
    second = gets_pass(app)
    loses(app, second)
    end = monotonic() + 4 + SECONDS
    while (listed := app.get("/lost").json()["lost"]) == 2 and monotonic() < end:
        pass
    assert listed == 1, (
        "Two passes are lost, the first of them is over, and"
        f" {listed} are on the list; 1 is due."
    )
    status = asks(app, "/tickets", second)
    assert status == 401, (
        "Two passes are lost, the first of them is over, and the second gets"
        f" {status}; 401 is due."
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
        self.http = httpx2.AsyncClient(
            transport=transport, base_url="http://station"
        )

    async def gets_pass(self) -> dict[str, str]:
        """Return the headers that show a new pass."""
        kar = {"hut": "Kar", "word": "edelweiss"}
        answer = await self.http.post("/passes", json=kar)
        return {"Authorization": f"Bearer {answer.json()['pass']}"}

    async def opens_a_line(self, shown: dict[str, str]) -> bool:
        """Report the pass as lost while its line opens; return if the line ends."""
        answer = await self.http.post("/tickets", headers=shown)
        connect = [{"type": "websocket.connect"}]

        async def receive() -> Message:
            if not connect:
                # The client says nothing, and stays.
                await asyncio.Event().wait()
            return connect.pop()

        async def send(message: Message) -> None:
            if message["type"] == "websocket.accept":
                await self.http.post("/lost", headers=shown)

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


def test_ends_a_line_that_is_being_opened(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line ends, too, whose pass is lost while the line is being opened."""

    async def check() -> None:
        inside = Inside(app, monkeypatch)
        assert await inside.opens_a_line(await inside.gets_pass()), (
            "Kar's pass is lost in the moment in which the server accepts a line of"
            " it, and this line stays open."
        )

    asyncio.run(check())


def test_the_list_itself_gets_shorter(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is over is taken off the list, and not only left out of its count."""
    monkeypatch.setenv("NIGHT_SECONDS", "1")

    async def check() -> None:
        inside = Inside(app, monkeypatch)
        await inside.http.post("/lost", headers=await inside.gets_pass())
        end = monotonic() + SECONDS
        while (await inside.http.get("/lost")).json()["lost"] and monotonic() < end:
            pass
        kept = getattr(inside.program, "lost", {})
        assert not kept, (
            "The lost pass is over, and your list `lost` still has it, so the list"
            " grows for as long as the station runs."
        )

    asyncio.run(check())
