"""What the station of exercise 8 says of itself: `make check E=08`."""

import json
from typing import Any

from practice import App, Client

STARTER_SAYS = "'help' is a call of its own, and the station answers"

CALLS = {
    "guests": "How many guests there are, and how many beds.",
    "snow": "How deep the snow is.",
}


class Hut:
    """A hut that sends calls."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def asks(self, call: str) -> dict[str, Any]:
        """Return what the station says to a call."""
        self.client.send(call)
        return json.loads(self.client.hears())


def test_copies_what_it_understands(app: App) -> None:
    """The station copies the calls that it knows."""
    with app.connect("/huts/Kar/ws") as kar:
        said = Hut(kar).asks('{"type": "snow", "metres": 2}')
        assert said == {"type": "copied", "text": "Snow: 2 m."}, (
            f"Kar reports snow, and the station answers {said}."
        )
        said = Hut(kar).asks('{"type": "guests", "guests": 6, "beds": 24}')
        assert said == {"type": "copied", "text": "Beds: 25 percent taken."}, (
            f"Kar reports its guests, and the station answers {said}."
        )


def test_says_what_it_understands(app: App) -> None:
    """The station tells what each call is for."""
    with app.connect("/huts/Kar/ws") as kar:
        said = Hut(kar).asks('{"type": "help"}')
        assert said.get("detail") != "The station failed.", (
            "The handler of 'help' raises an error. Log it, and you see which."
        )
        assert said["type"] == "calls", f"{STARTER_SAYS} {said}."
        told = said["calls"]
        for call, purpose in CALLS.items():
            assert told.get(call) == purpose, (
                f"{call!r} is told as {told.get(call)!r}, and is for {purpose!r}."
            )


def test_help_is_a_call_too(app: App) -> None:
    """The calls are in order, and help is one of them."""
    with app.connect("/huts/Kar/ws") as kar:
        told = list(Hut(kar).asks('{"type": "help"}')["calls"])
        assert told == ["guests", "help", "snow"], (
            f"Guests, help and snow should be told in this order; told is {told}."
        )


def test_names_its_calls_to_who_knows_none(app: App) -> None:
    """Whatever is no call is answered by the names of the calls."""
    due = {"type": "error", "detail": "I understand: guests, help, snow."}
    with app.connect("/huts/Alm/ws") as alm:
        for call in ('{"type": "snwo"}', "{}", "[]", '{"type": "snow"}'):
            said = Hut(alm).asks(call)
            assert said == due, f"Alm sends {call}, and the station answers {said}."
        said = Hut(alm).asks("Snow!")
        assert said == {"type": "error", "detail": "This is not JSON."}, (
            f"Alm sends no JSON, and the station answers {said}."
        )


def test_outlives_a_handler(app: App) -> None:
    """A handler that fails costs an answer, and no connection."""
    with app.connect("/huts/Firn/ws") as firn:
        said = Hut(firn).asks('{"type": "guests", "guests": 3, "beds": 0}')
        assert said == {"type": "error", "detail": "The station failed."}, (
            f"Firn has no beds, and the station answers {said}."
        )
        said = Hut(firn).asks('{"type": "snow", "metres": 3}')
        assert said["type"] == "copied", (
            f"After that Firn reports snow, and the station answers {said}."
        )


def test_stays_calm(app: App) -> None:
    """When huts send bytes, or vanish, the log stays calm."""
    with app.connect("/huts/Grat/ws") as grat:
        grat.send(b"snow")
        code, _ = grat.closing()
        assert code == 1003, (
            f"Grat sends bytes and is closed with {code}; 1003 is due."
        )
    with app.connect("/huts/Joch/ws") as joch:
        joch.vanish()
    app.stays_calm("Grat sent bytes and Joch vanished")
