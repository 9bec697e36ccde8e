"""How the wind of exercise 12 is read: `make check E=12`."""

import re

import pytest
from practice import App, Client

pytestmark = pytest.mark.environment(WIND_SECONDS="0.05")

STARTER_SAYS = "Three huts are on the line, and the gauge was opened 3 times"

CLOSED = "The gauge is closed."


def reading(client: Client, hut: str) -> int:
    """Return the number of the next reading that a hut hears."""
    said = client.hears(f"{hut} is on the line, and hears no wind.")
    found = re.match(r"Wind (\d+): \d+ km/h", said)
    assert found, f"{hut} hears {said!r}, which is no reading of the gauge."
    return int(found[1])


def test_opens_the_gauge_once(app: App) -> None:
    """The gauge is opened once, however many huts are on the line."""
    with app.connect("/ws"), app.connect("/ws"), app.connect("/ws"):
        opened = app.get("/gauge").json()["opened"]
        assert opened == 1, (
            f"Three huts are on the line, and the gauge was opened {opened} times."
        )


def test_opens_the_gauge_before_the_first_hut(app: App) -> None:
    """The gauge is open before the first hut is on the line."""
    opened = app.get("/gauge").json()["opened"]
    assert opened == 1, (
        f"No hut has called yet, and the gauge was opened {opened} times."
    )


def test_every_hut_hears_every_reading(app: App) -> None:
    """Every hut hears the same readings, and none is left out."""
    with app.connect("/ws") as kar, app.connect("/ws") as alm:
        heard = [reading(alm, "Alm") for _ in range(4)]
        first = heard[0]
        assert heard == list(range(first, first + 4)), (
            f"Alm hears the readings {heard}: one of them went to somebody else."
        )
        other = [reading(kar, "Kar")]
        while other[-1] < heard[-1]:
            other.append(reading(kar, "Kar"))
        assert other[-4:] == heard, (
            f"Alm hears the readings {heard}, and Kar {other[-4:]}."
        )


# So many readings that some meet a hut which is gone, and nobody has noticed.
@pytest.mark.environment(WIND_SECONDS="0.0001")
def test_a_hut_that_is_gone_stops_nobody(app: App) -> None:
    """A hut that vanishes in a storm takes the wind from nobody."""
    for _ in range(40):
        with app.connect("/ws") as alm:
            alm.hears("Alm vanished, calls again, and hears no wind.")
            alm.vanish()
    with app.connect("/ws") as kar:
        kar.hears("Alm vanished, Kar calls, and hears no wind.")
        kar.close()
    app.stays_calm("Alm vanished while the wind was read")


def test_stops_when_it_is_told_to(app: App) -> None:
    """The station stops though huts are on the line, and closes the gauge once."""
    with app.connect("/ws") as kar, app.connect("/ws") as alm:
        reading(kar, "Kar")
        reading(alm, "Alm")
        printed = app.stop()
    closed = printed.count(CLOSED)
    assert closed == 1, (
        f"The station has stopped, and the gauge was closed {closed} times."
    )


def test_closes_the_gauge_after_the_last_hut(app: App) -> None:
    """The gauge stays open when the last hut leaves, for the next that calls."""
    with app.connect("/ws") as kar:
        reading(kar, "Kar")
        kar.close()
    with app.connect("/ws") as alm:
        reading(alm, "Alm")
        printed = app.printed()
    assert CLOSED not in printed, (
        "Kar left, Alm called, and the gauge was closed between them."
    )
