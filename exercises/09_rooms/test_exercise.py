"""Who hears what is told in exercise 9: `make check E=09`."""

import json
from typing import Any

from practice import App, Client

STARTER_SAYS = "Kar tells Alm something, and Joch hears it:"


class Window:
    """A window of a hut in a room."""

    def __init__(self, app: App, hut: str, room: str = "North") -> None:
        self.client: Client = app.open(f"/rooms/{room}/ws/{hut}")
        # An answer means that the room knows this window.
        self.client.send("{}")
        self.client.hears()

    def tells(self, to: str, text: str) -> None:
        """Tell a hut something."""
        self.client.send(json.dumps({"type": "tell", "to": to, "text": text}))

    def says(self, text: str) -> None:
        """Say something to all."""
        self.client.send(json.dumps({"type": "say", "text": text}))

    def hears(self, otherwise: str = "") -> dict[str, Any]:
        """Return the next event."""
        return json.loads(self.client.hears(otherwise))


def test_says_to_all(app: App) -> None:
    """What is said is heard by all who are in the room."""
    kar, alm = Window(app, "Kar"), Window(app, "Alm")
    south = Window(app, "Joch", "South")
    kar.says("Clear skies.")
    due = {"type": "said", "hut": "Kar", "text": "Clear skies."}
    for window in (kar, alm):
        heard = window.hears("Kar says something, and the room hears nothing.")
        assert heard == due, f"Kar says something, and the room hears {heard}."
    south.says("Rain.")
    heard = south.hears()
    assert heard["hut"] == "Joch", f"North speaks, and South hears {heard}."


def test_tells_nobody_else(app: App) -> None:
    """What Kar tells Alm is no business of Joch."""
    kar, alm, joch = Window(app, "Kar"), Window(app, "Alm"), Window(app, "Joch")
    kar.tells("Alm", "Whose money is this?")
    heard = alm.hears("Kar tells Alm something, and Alm hears nothing.")
    due = {
        "type": "told",
        "hut": "Kar",
        "to": "Alm",
        "text": "Whose money is this?",
    }
    assert heard == due, f"Kar tells Alm something, and Alm hears {heard}."
    joch.says("Lunch.")
    heard = joch.hears()
    assert heard["type"] == "said", f"{STARTER_SAYS} {heard}."


def test_tells_all_windows_of_both(app: App) -> None:
    """All windows of both huts hear it, and each hears it once."""
    windows = [Window(app, hut) for hut in ("Kar", "Kar", "Alm", "Alm")]
    windows[0].tells("Alm", "Two windows each.")
    for window, whose in zip(windows, ("Kar", "Kar", "Alm", "Alm"), strict=True):
        heard = window.hears(f"A window of {whose} hears nothing of it.")
        assert heard["type"] == "told", f"A window of {whose} hears {heard}."
    windows[0].says("Over.")
    for window in windows:
        heard = window.hears()
        assert heard["type"] == "said", f"A window hears it twice: {heard}."


def test_tells_itself_once(app: App) -> None:
    """A hut that tells itself something hears it once."""
    kar = Window(app, "Kar")
    kar.tells("Kar", "Buy salt.")
    kar.says("Over.")
    heard = [kar.hears()["type"], kar.hears()["type"]]
    assert heard == ["told", "said"], (
        f"Kar tells itself something, and hears {heard}."
    )


def test_says_who_is_not_here(app: App) -> None:
    """Who is not in this room is reported to the window that asked."""
    kar, other = Window(app, "Kar"), Window(app, "Kar")
    elsewhere = Window(app, "Alm", "South")
    kar.tells("Alm", "Hello?")
    heard = kar.hears("Alm is not in North, and Kar hears nothing.")
    assert heard == {"type": "error", "detail": "Alm is not here."}, (
        f"Alm is not in North, and Kar hears {heard}."
    )
    other.says("Over.")
    heard = other.hears()
    assert heard["type"] == "said", f"Kar's other window hears {heard}."
    elsewhere.says("Over.")
    heard = elsewhere.hears()
    assert heard["text"] == "Over.", f"Alm in South hears {heard} from North."


def test_knows_who_is_gone(app: App) -> None:
    """A hut that has vanished is not here, and the log stays calm."""
    kar, alm = Window(app, "Kar"), Window(app, "Alm")
    alm.client.vanish()
    told = {"type": "told"}
    while told["type"] == "told":
        kar.tells("Alm", "Are you there?")
        told = kar.hears()
    assert told == {"type": "error", "detail": "Alm is not here."}, (
        f"Alm has vanished, and Kar hears {told}."
    )
    app.stays_calm("Alm vanished while Kar was speaking")
