"""Whose pages may act in a user's name in exercise 11: `make check E=11`."""

from random import sample

import pytest
from practice import App

STARTER_SAYS = "opens /ws with Ada's cookie and gets 101; 403 is right."

FRIEND = f"https://{sample(('office', 'partner', 'rescue'), 1)[0]}.example"

pytestmark = pytest.mark.environment(ALLOWED_ORIGINS=f'["{FRIEND}"]')

ADA = {"Cookie": "session=apple"}


def of(origin: str) -> dict[str, str]:
    """Return the headers that Ada's browser sends for a page of this origin."""
    return {**ADA, "Origin": origin}


def others(app: App) -> list[str]:
    """Return origins that are not ours, though some of them look like it."""
    found = [
        "http://game.example",
        "null",
        app.origin[:-1],
        f"{app.origin}.game.example",
        "http://127.0.0.1",
        app.origin.replace("127.0.0.1", "localhost"),
        f"{FRIEND}.game.example",
        FRIEND.replace("https:", "http:"),
        FRIEND.replace("https://", "https://game."),
        "",
    ]
    return sample(found, len(found))


def test_refuses_handshakes_of_other_pages(app: App) -> None:
    """Nobody else's page can open `/ws`: it gets 403."""
    for origin in others(app):
        status = app.refusal("/ws", of(origin))
        assert status == 403, (
            f"A page of {origin!r} opens /ws with Ada's cookie and gets {status};"
            " 403 is right."
        )


def test_refuses_the_alarm_to_other_pages(app: App) -> None:
    """An alarm that another page sends is refused, and nobody reads it."""
    with app.connect("/ws", of(app.origin)) as grace:
        for origin in others(app):
            status = app.post("/alarm", headers=of(origin)).status_code
            assert status == 403, (
                f"A page of {origin!r} sends POST /alarm and gets {status};"
                " 403 is right."
            )
        grace.send("All quiet.")
        heard = grace.hears()
        assert heard == "Ada: All quiet.", (
            f"The alarms of other pages got 403, and a client reads {heard!r}."
        )


def test_serves_its_own_pages_and_its_friends(app: App) -> None:
    """Our own pages and those of the settings may open `/ws` and send an alarm."""
    for origin in (app.origin, app.origin.replace("http:", "https:"), FRIEND):
        with app.connect("/ws", of(origin)) as ada:
            answer = app.post("/alarm", headers=of(origin))
            assert answer.status_code == 200, (
                f"A page of {origin!r} sends POST /alarm and gets"
                f" {answer.status_code}; 200 is right."
            )
            heard = ada.hears(
                f"A page of {origin!r} sends an alarm, and nobody reads it."
            )
            assert heard == "ALARM from Ada", (
                f"A page of {origin!r} sends an alarm, and Ada reads {heard!r}."
            )


def test_serves_programs(app: App) -> None:
    """A program, which sends no origin, may open `/ws` and send an alarm."""
    status = app.post("/alarm", headers=ADA).status_code
    assert status == 200, (
        f"A program sends POST /alarm without an origin and gets {status};"
        " 200 is right."
    )
    status = app.refusal("/ws", ADA)
    assert status == 101, (
        f"A program opens /ws without an origin and gets {status}; 101 is right."
    )


def test_shows_the_status_to_all(app: App) -> None:
    """Any page may open `/status`."""
    for origin in ("http://game.example", "null"):
        with app.connect("/status", {"Origin": origin}) as guest:
            heard = guest.hears(f"A page of {origin!r} reads no status.")
            assert heard == "The chat is open.", f"The status is {heard!r}."


def test_answers_what_changes_nothing(app: App) -> None:
    """Any page may send a GET, and CORS says which of them may read the answer."""
    for origin in ("http://game.example", FRIEND):
        answer = app.get("/users", of(origin))
        assert answer.status_code == 200, (
            f"A page of {origin!r} sends GET /users and gets {answer.status_code};"
            " 200 is right."
        )
        allowed = answer.headers.get("access-control-allow-origin")
        right = FRIEND if origin == FRIEND else None
        assert allowed == right, (
            f"A page of {origin!r} sends GET /users, and CORS allows {allowed};"
            f" {right} is right."
        )


def test_stays_calm(app: App) -> None:
    """Refusing leaves no error in the log."""
    app.refusal("/ws", of("http://game.example"))
    app.post("/alarm", headers=of("http://game.example"))
    app.stays_calm("A handshake and an alarm were refused")
