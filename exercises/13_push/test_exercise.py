"""What the warnings of exercise 13 must do: `make check E=13`."""

from time import monotonic

import pytest
from practice import App, Client

pytestmark = pytest.mark.environment(HORN_SECONDS="1")

STARTER_SAYS = (
    "Kar says 'want storm' and hears 'Kar wants: want storm'; 'Kar wants: storm' is"
)

HELP = "Say want or drop with avalanche, flood or storm; or say horn."
BLOWN = "The horn of Kar was blown."


def says(client: Client, hut: str, words: str, answer: str) -> None:
    """Let a hut say something, and hear the answer and nothing before it."""
    client.send(words)
    heard = client.hears(
        f"{hut} says {words!r} and hears nothing; {answer!r} is due."
    )
    assert heard == answer, (
        f"{hut} says {words!r} and hears {heard!r}; {answer!r} is due."
    )


def told(client: Client, hut: str, warning: str) -> None:
    """Let a hut hear a warning."""
    heard = client.hears(f"The valley says {warning!r}, and {hut} hears nothing.")
    assert heard == warning, (
        f"The valley says {warning!r}, and {hut} hears {heard!r}."
    )


def test_answers_what_a_hut_wants(app: App) -> None:
    """A hut says what it wants and what not, as often as it likes."""
    with app.connect("/huts/Kar") as kar:
        says(kar, "Kar", "want storm", "Kar wants: storm")
        says(kar, "Kar", "want avalanche", "Kar wants: avalanche, storm")
        says(kar, "Kar", "want storm", "Kar wants: avalanche, storm")
        says(kar, "Kar", "drop storm", "Kar wants: avalanche")
        says(kar, "Kar", "drop flood", "Kar wants: avalanche")
        says(kar, "Kar", "drop avalanche", "Kar wants: nothing")


def test_helps_who_says_something_else(app: App) -> None:
    """Whatever else a hut says is answered with what it may say."""
    with app.connect("/huts/Joch") as joch:
        for words in ("storm", "want sunshine", "drop", "want storm flood", ""):
            says(joch, "Joch", words, HELP)


def test_warns_each_hut_of_what_it_wants(app: App) -> None:
    """Each hut hears the warnings that it wants now, and no others."""
    with (
        app.connect("/valley") as valley,
        app.connect("/huts/Kar") as kar,
        app.connect("/huts/Alm") as alm,
    ):
        says(kar, "Kar", "want storm", "Kar wants: storm")
        says(alm, "Alm", "want flood", "Alm wants: flood")
        valley.send("storm: Gusts on the ridge.")
        told(kar, "Kar", "storm: Gusts on the ridge.")
        says(kar, "Kar", "drop storm", "Kar wants: nothing")
        says(kar, "Kar", "want flood", "Kar wants: flood")
        valley.send("storm: It blows over.")
        valley.send("flood: The bridge is gone.")
        told(kar, "Kar", "flood: The bridge is gone.")
        told(alm, "Alm", "flood: The bridge is gone.")


def test_a_hut_that_leaves_is_off_the_line(app: App) -> None:
    """A hut that leaves or vanishes is off the line, though there is no warning."""
    with app.connect("/huts/Kar") as kar, app.connect("/huts/Firn") as firn:
        says(kar, "Kar", "want storm", "Kar wants: storm")
        says(firn, "Firn", "want storm", "Firn wants: storm")
        huts = app.get("/huts").json()
        assert huts == ["Firn", "Kar"], f"Kar and Firn are on the line, not {huts}."
        kar.close()
        firn.vanish()
        end = monotonic() + 3
        while (huts := app.get("/huts").json()) and monotonic() < end:
            continue
    assert huts == [], (
        f"Kar left and Firn vanished, and on the line are still {huts}."
    )
    app.stays_calm("Kar left and Firn vanished")


def test_hears_a_hut_while_its_horn_is_blown(app: App) -> None:
    """While its horn is blown, a hut is heard and warned."""
    with app.connect("/huts/Kar") as kar, app.connect("/valley") as valley:
        kar.send("horn")
        kar.send("want storm")
        heard = kar.hears("Kar's horn is blown, and Kar hears nothing meanwhile.")
        assert heard == "Kar wants: storm", (
            f"Kar says 'horn' and 'want storm', and first hears {heard!r}; "
            "while its horn is blown, Kar should be heard."
        )
        valley.send("storm: Gusts on the ridge.")
        told(kar, "Kar", "storm: Gusts on the ridge.")
        heard = kar.hears("Kar's horn was blown, and Kar is not told.")
        assert heard == BLOWN, f"Kar's horn was blown, and Kar hears {heard!r}."


def test_a_horn_holds_up_nobody(app: App) -> None:
    """A hut that leaves while its horn is blown leaves nothing behind."""
    with app.connect("/huts/Kar") as kar, app.connect("/huts/Alm") as alm:
        kar.send("horn")
        says(kar, "Kar", "want storm", "Kar wants: storm")
        kar.vanish()
        says(alm, "Alm", "want storm", "Alm wants: storm")
    app.stays_calm("Kar vanished while its horn was blown")


def test_stops_when_it_is_told_to(app: App) -> None:
    """The station stops though huts are on the line and nobody warns them."""
    with app.connect("/huts/Kar") as kar, app.connect("/huts/Alm") as alm:
        says(kar, "Kar", "want storm", "Kar wants: storm")
        says(alm, "Alm", "want flood", "Alm wants: flood")
        app.stop()
