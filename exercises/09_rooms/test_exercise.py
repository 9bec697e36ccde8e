"""Who hears what is whispered in exercise 9: `make check E=09`."""

from secrets import token_hex
from typing import Any

from practice import App, Client

STARTER_SAYS = "Kar whispers to Alm, and Joch hears it:"


class Tab:
    """A tab of a hut in a room."""

    def __init__(self, app: App, hut: str, room: str = "north") -> None:
        self.client: Client = app.open(f"/rooms/{room}/ws?hut={hut}")
        # An answer means that the room knows this tab.
        self.client.send("{}")
        self.client.hears()

    def whispers(self, to: str, text: str) -> None:
        """Send a message to one hut."""
        self.client.send_json({"type": "whisper", "to": to, "text": text})

    def says(self, text: str) -> None:
        """Send a message to all."""
        self.client.send_json({"type": "say", "text": text})

    def hears(self, otherwise: str = "") -> dict[str, Any]:
        """Return the next event."""
        return self.client.hears_json(otherwise)


def test_says_to_all(app: App) -> None:
    """What is said is heard by everybody in the room, and in no other room."""
    kar, alm = Tab(app, "Kar"), Tab(app, "Alm")
    south = Tab(app, "Joch", "south")
    text = f"Clear skies, {token_hex(4)}."
    kar.says(text)
    due = {"type": "said", "hut": "Kar", "text": text}
    for tab in (kar, alm):
        heard = tab.hears("Kar says something, and the room hears nothing.")
        assert heard == due, f"Kar says {text!r}, and the room hears {heard}."
    south.says("Rain.")
    heard = south.hears()
    assert heard["hut"] == "Joch", (
        f"Kar speaks in north, and Joch in south hears {heard}."
    )


def test_whispers_to_nobody_else(app: App) -> None:
    """What Kar whispers to Alm is heard by Alm, and not by Joch."""
    kar, alm, joch = Tab(app, "Kar"), Tab(app, "Alm"), Tab(app, "Joch")
    text = f"Whose money is this, {token_hex(4)}?"
    kar.whispers("Alm", text)
    heard = alm.hears("Kar whispers to Alm, and Alm hears nothing.")
    due = {"type": "whispered", "hut": "Kar", "to": "Alm", "text": text}
    assert heard == due, f"Kar whispers to Alm, and Alm hears {heard}."
    joch.says("Lunch.")
    heard = joch.hears()
    assert heard["type"] == "said", f"{STARTER_SAYS} {heard}."


def test_whispers_to_all_tabs_of_both(app: App) -> None:
    """All tabs of both huts hear it, and each hears it once."""
    huts = ("Kar", "Kar", "Alm", "Alm", "Alm")
    tabs = [Tab(app, hut) for hut in huts]
    tabs[0].whispers("Alm", "We have five tabs.")
    for tab, hut in zip(tabs, huts, strict=True):
        heard = tab.hears(f"A tab of {hut} hears nothing of it.")
        assert heard["type"] == "whispered", f"A tab of {hut} hears {heard}."
    tabs[0].says("Over.")
    for tab in tabs:
        heard = tab.hears()
        assert heard["type"] == "said", f"A tab hears it twice: {heard}."


def test_whispers_to_itself_once(app: App) -> None:
    """A hut that whispers to itself hears it once."""
    kar = Tab(app, "Kar")
    kar.whispers("Kar", "Buy salt.")
    kar.says("Over.")
    heard = [kar.hears()["type"], kar.hears()["type"]]
    assert heard == ["whispered", "said"], (
        f"Kar whispers to itself, says something, and hears {heard}."
    )


def test_says_that_a_hut_is_not_here(app: App) -> None:
    """If the hut is not in this room, only the tab that asked hears an error."""
    kar, other = Tab(app, "Kar"), Tab(app, "Kar")
    elsewhere = Tab(app, "Alm", "south")
    kar.whispers("Alm", "Hello?")
    heard = kar.hears("Alm is not in north, and Kar hears nothing.")
    assert heard == {"type": "error", "detail": "Alm is not here."}, (
        f"Alm is not in north, and Kar hears {heard}."
    )
    other.says("Over.")
    heard = other.hears()
    assert heard["type"] == "said", f"Kar's other tab hears {heard}."
    elsewhere.says("Over.")
    heard = elsewhere.hears()
    assert heard["text"] == "Over.", f"Alm in south hears {heard} from north."


def test_knows_who_has_gone(app: App) -> None:
    """A hut whose last tab has vanished is not here, and one with a tab is."""
    kar, alm, last = Tab(app, "Kar"), Tab(app, "Alm"), Tab(app, "Alm")
    alm.client.vanish()
    # The app needs a moment to notice, so Kar whispers more than once.
    for number in range(10):
        kar.whispers("Alm", f"One tab is left, {number}.")
        heard = last.hears(
            "One of Alm's tabs has vanished, and the other hears nothing."
        )
        assert heard["type"] == "whispered", f"Alm's other tab hears {heard}."
        kar.hears()
    last.client.vanish()
    heard = {"type": "whispered"}
    while heard["type"] == "whispered":
        kar.whispers("Alm", "Are you there?")
        heard = kar.hears()
    assert heard == {"type": "error", "detail": "Alm is not here."}, (
        f"Both tabs of Alm have vanished, and Kar hears {heard}."
    )
    app.stays_calm("Alm vanished while Kar was speaking")
