"""Whose pages speak in a warden's name in exercise 11: `make check E=11`."""

import pytest
from practice import App

STARTER_SAYS = (
    "A page of http://inn.example opens Kar's line and gets 101; 403 is due."
)

FRIEND = "https://rescue.example"

pytestmark = pytest.mark.environment(PAGES=f'["{FRIEND}"]')

KAR = {"Cookie": "word=edelweiss"}


def of(origin: str) -> dict[str, str]:
    """Return the headers that Kar's browser sends for a page of this origin."""
    return {**KAR, "Origin": origin}


def others(app: App) -> list[str]:
    """Return origins that are not ours, though some of them look like it."""
    return [
        "http://inn.example",
        "null",
        app.origin[:-1],
        f"{app.origin}.inn.example",
        "http://127.0.0.1",
        app.origin.replace("127.0.0.1", "localhost"),
        f"{FRIEND}.inn.example",
        "http://rescue.example",
        "https://inn.rescue.example",
        "",
    ]


def test_refuses_the_line_to_other_pages(app: App) -> None:
    """The line is refused with 403 to a page of anybody else."""
    for origin in others(app):
        status = app.refusal("/ws", of(origin))
        assert status == 403, (
            f"A page of {origin or 'nobody'} opens Kar's line and gets {status};"
            " 403 is due."
        )


def test_refuses_the_alarm_to_other_pages(app: App) -> None:
    """An alarm that another page posts is refused, and nobody hears it."""
    with app.connect("/ws", of(app.origin)) as alm:
        for origin in others(app):
            status = app.post("/alarm", headers=of(origin)).status_code
            assert status == 403, (
                f"A page of {origin or 'nobody'} posts an alarm and gets {status};"
                " 403 is due."
            )
        alm.send("All quiet.")
        heard = alm.hears()
        assert heard == "Kar: All quiet.", (
            f"Other pages posted alarms, and a hut hears {heard!r}."
        )


def test_serves_its_own_pages_and_its_friends(app: App) -> None:
    """Our own pages, and those of the settings, open the line and give alarm."""
    for origin in (app.origin, app.origin.replace("http:", "https:"), FRIEND):
        with app.connect("/ws", of(origin)) as kar:
            answer = app.post("/alarm", headers=of(origin))
            assert answer.status_code == 200, (
                f"A page of {origin} posts an alarm and gets {answer.status_code};"
                " 200 is due."
            )
            heard = kar.hears(f"A page of {origin} posts an alarm: silence.")
            assert heard == "ALARM from Kar", (
                f"Alarm is given, and Kar hears {heard!r}."
            )


def test_serves_programs(app: App) -> None:
    """A program, which sends no origin, opens the line and gives alarm."""
    status = app.post("/alarm", headers=KAR).status_code
    assert status == 200, (
        f"A program posts an alarm without an origin and gets {status}; 200 is due."
    )
    status = app.refusal("/ws", KAR)
    assert status == 101, (
        f"A program opens the line without an origin and gets {status}; 101 is due."
    )


def test_shows_the_weather_to_all(app: App) -> None:
    """Any page may show the weather."""
    for origin in ("http://inn.example", "null"):
        with app.connect("/weather", {"Origin": origin}) as guest:
            heard = guest.hears(f"A page of {origin} hears no weather.")
            assert heard == "Snow at 2100 m.", f"The weather is {heard!r}."


def test_answers_what_changes_nothing(app: App) -> None:
    """What is only read is answered to all, and CORS says who sees the answer."""
    for origin in ("http://inn.example", FRIEND):
        answer = app.get("/huts", of(origin))
        assert answer.status_code == 200, (
            f"A page of {origin} asks for /huts and gets {answer.status_code};"
            " 200 is due."
        )
        allowed = answer.headers.get("access-control-allow-origin")
        due = FRIEND if origin == FRIEND else None
        assert allowed == due, (
            f"A page of {origin} asks for /huts, and CORS allows {allowed};"
            f" {due} is due."
        )


def test_stays_calm(app: App) -> None:
    """Refusing leaves no error in the log."""
    app.refusal("/ws", of("http://inn.example"))
    app.post("/alarm", headers=of("http://inn.example"))
    app.stays_calm("A line and an alarm were refused")
