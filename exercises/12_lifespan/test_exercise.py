"""How the wind of exercise 12 is read: `make check E=12`."""

import re
from contextlib import ExitStack
from random import sample
from time import monotonic

import pytest
from practice import App, Client

pytestmark = pytest.mark.environment(TICK_SECONDS="0.05", READ_SECONDS="0")

STARTER_SAYS = "clients are connected, and the sensor was opened"

CLOSED = "The sensor is closed."


def reading(client: Client, otherwise: str) -> int:
    """Return the number of the next reading that a client gets."""
    text = client.hears(otherwise)
    found = re.match(r"Wind (\d+): \d+ km/h", text)
    assert found, f"A client gets {text!r}, which is not a reading of the sensor."
    return int(found[1])


def test_opens_the_sensor_once(app: App) -> None:
    """The sensor is opened once, however many clients are connected."""
    (clients,) = sample(range(3, 7), 1)
    with ExitStack() as stack:
        for _ in range(clients):
            stack.enter_context(app.connect("/ws"))
        opened = app.get("/sensor").json()["opened"]
        assert opened == 1, f"{clients} {STARTER_SAYS} {opened} times."


def test_opens_the_sensor_before_the_first_client(app: App) -> None:
    """The sensor is open before the first client connects."""
    opened = app.get("/sensor").json()["opened"]
    assert opened == 1, (
        f"No client has connected yet, and the sensor was opened {opened} times."
    )


def test_every_client_gets_every_reading(app: App) -> None:
    """All clients get the same readings, and none is left out."""
    (count,) = sample(range(4, 9), 1)
    with app.connect("/ws") as one, app.connect("/ws") as other:
        got = [reading(other, "A client gets no reading.") for _ in range(count)]
        first = got[0]
        assert got == list(range(first, first + count)), (
            f"One of two clients gets the readings {got}: some went to the other."
        )
        same = [reading(one, "The second client gets no reading.")]
        while same[-1] < got[-1]:
            same.append(reading(one, "The second client gets no reading."))
        assert same[-count:] == got, (
            f"One client gets the readings {got}, and the other {same[-count:]}."
        )


@pytest.mark.environment(TICK_SECONDS="0.1", READ_SECONDS="0.09")
def test_reads_on_time(app: App) -> None:
    """A reading comes every TICK_SECONDS, though it takes READ_SECONDS to read."""
    took = []
    with app.connect("/ws") as client, app.connect("/ws"), app.connect("/ws"):
        reading(client, "A client gets no reading.")
        # On a busy computer a good answer may be late once; a wrong one always is.
        for _ in range(3):
            start = monotonic()
            for _ in range(10):
                reading(client, "A client gets no further reading.")
            took.append(round(monotonic() - start, 1))
            if 0.6 < took[-1] < 1.4:
                return
    raise AssertionError(
        "A reading is due every 0.1 seconds and takes 0.09, three clients are"
        f" connected, and ten readings took {took[0]} seconds instead of 1."
    )


@pytest.mark.environment(TICK_SECONDS="0.001", READ_SECONDS="0")
def test_a_client_that_vanishes_stops_nobody(app: App) -> None:
    """When clients vanish, the others still get their readings."""
    for _ in range(10):
        with app.connect("/ws") as client:
            client.hears("A client has vanished, and the next one gets no reading.")
            client.vanish()
    with app.connect("/ws") as client:
        client.hears("A client has vanished, and the next one gets no reading.")
        client.close()
    app.stays_calm("Clients vanished while the sensor was read")


def test_stops_when_it_is_asked_to(app: App) -> None:
    """The server stops while clients are connected, and closes the sensor once."""
    with app.connect("/ws") as one, app.connect("/ws") as other:
        for client in (one, other):
            reading(client, "A client gets no reading.")
        printed = app.stop()
    closed = printed.count(CLOSED)
    assert closed == 1, (
        f"The server has stopped, and the sensor was closed {closed} times."
    )


def test_keeps_the_sensor_open_between_two_clients(app: App) -> None:
    """The sensor stays open when the last client leaves, for the next one."""
    with app.connect("/ws") as client:
        reading(client, "A client gets no reading.")
        client.close()
    with app.connect("/ws") as client:
        reading(client, "The first client left, and the second gets no reading.")
        printed = app.printed()
    assert CLOSED not in printed, (
        "A client left, another came, and the sensor was closed between them."
    )
