"""What the chat of exercise 7 lets through, and what not: `make check E=07`."""

from random import sample
from secrets import token_hex
from time import monotonic

import pytest
from practice import App, Client

STARTER_SAYS = "has sent 3 messages in a row, sends one more, and reads"

# A bucket that gets a token once in an hour gets none during a check.
pytestmark = pytest.mark.environment(
    MAX_CONNECTIONS="3", MESSAGES="3", REFILL_SECONDS="3600"
)

PEOPLE = ("Ada", "Ben", "Cleo", "Dan", "Eva")


def people(count: int) -> list[str]:
    """Return some names."""
    return sample(PEOPLE, count)


def wait(name: str) -> str:
    """Return what somebody reads who has sent too much."""
    return f"Wait 3600 s, {name}."


def sends_three(name: str, client: Client, *others: Client) -> None:
    """Let somebody send three messages, which everybody reads."""
    for number in range(1, 4):
        text = f"Message {number}, {token_hex(3)}."
        client.send(text)
        for reader in (client, *others):
            read = reader.hears(f"{name} sends message {number} of 3, unanswered.")
            assert read == f"{name}: {text}", (
                f"{name} may send 3 messages in a row, and sends {text!r}, but"
                f" {name if reader is client else 'somebody else'} reads {read!r}."
            )


def lookups(app: App) -> int:
    """Return how often the database was asked."""
    answer = app.get("/lookups")
    assert answer.status_code == 200, (
        f"GET /lookups gets {answer.status_code}; leave it in, the checks need it."
    )
    return answer.json()["lookups"]


def test_passes_messages_on(app: App) -> None:
    """Somebody may send MESSAGES messages in a row, and everybody reads them."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ada}") as one, app.connect(f"/ws/{ben}") as two:
        two.send("Hello.")
        two.hears_until(f"{ben}: Hello.")
        one.hears_until(f"{ben}: Hello.")
        sends_three(ada, one, two)


def test_says_that_it_is_too_much(app: App) -> None:
    """Somebody who sends more is asked to wait, and nobody else reads that."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ada}") as one, app.connect(f"/ws/{ben}") as two:
        sends_three(ada, one)
        one.send("One more.")
        read = one.hears()
        assert read == wait(ada), (
            f"{ada} {STARTER_SAYS} {read!r}; {wait(ada)!r} is right."
        )
        two.send("My turn.")
        heard = two.hears_until(f"{ben}: My turn.")
        extra = [text for text in heard if not text.startswith(f"{ada}: Message ")]
        assert not extra, (
            f"{ada} is asked to wait, and {ben} reads {extra[0]!r}, which is meant"
            f" for {ada} alone."
        )


def test_limits_a_person_and_not_a_connection(app: App) -> None:
    """A person has one bucket, in each window, and after connecting again."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ada}") as first:
        sends_three(ada, first)
        with app.connect(f"/ws/{ada}") as second:
            second.send("One more.")
            read = second.hears()
            assert read == wait(ada), (
                f"{ada} has sent 3 messages, sends one more in a second window, and"
                f" reads {read!r}; {wait(ada)!r} is right."
            )
    again = app.open_soon(f"/ws/{ada}", f"{ada} has left, and cannot come back.")
    again.send("One more.")
    read = again.hears()
    assert read == wait(ada), (
        f"{ada} has sent 3 messages, connects again, sends one more, and reads"
        f" {read!r}; {wait(ada)!r} is right."
    )
    other = app.open_soon(
        f"/ws/{ben}", f"{ada} has left, and {ben} cannot come in."
    )
    other.send("And me?")
    read = other.hears()
    assert read == f"{ben}: And me?", (
        f"{ada} has sent 3 messages, {ben} sends the first one, and reads {read!r}."
    )


@pytest.mark.environment(MESSAGES="1", REFILL_SECONDS="0.01")
def test_fills_again(app: App) -> None:
    """Somebody who has waited may send again."""
    (ada,) = people(1)
    with app.connect(f"/ws/{ada}") as client:
        passed = 0
        for number in range(500):
            client.send(f"Message {number}.")
            passed += client.hears() == f"{ada}: Message {number}."
            if passed > 1:
                return
    raise AssertionError(
        f"{ada} may send one message every 0.01 s, tries 500 times one after the"
        f" other, and {passed} of them is passed on."
    )


@pytest.mark.environment(REFILL_SECONDS="1")
def test_fills_one_by_one(app: App) -> None:
    """One message more is allowed after REFILL_SECONDS, and not all of them."""
    (ada,) = people(1)
    with app.connect(f"/ws/{ada}") as client:
        sends_three(ada, client)
        end = monotonic() + 5
        while monotonic() < end:
            client.send("Message 4.")
            if client.hears() == f"{ada}: Message 4.":
                break
        passed = 0
        for number in (5, 6):
            client.send(f"Message {number}.")
            passed += client.hears() == f"{ada}: Message {number}."
        assert passed < 2, (
            f"{ada} has sent 3 messages and waited 1 s, the time of one message,"
            " and 3 more are passed on at once."
        )


@pytest.mark.environment(MAX_CONNECTIONS="2")
def test_says_that_it_is_full(app: App) -> None:
    """When all places are taken: 503 and Retry-After, before accept()."""
    ada, ben, cleo = people(3)
    with app.connect(f"/ws/{ada}"), app.connect(f"/ws/{ben}"):
        denial = app.denial(f"/ws/{cleo}")
    assert denial.status == 503, (
        f"There are 2 places, {ada} and {ben} have them, and {cleo}'s handshake"
        f" gets {denial.status}; 503 is right."
    )
    retry = denial.headers.get("retry-after", "")
    assert retry.strip("0").isdecimal(), (
        f"{cleo} is refused with 503, and its Retry-After is {retry!r};"
        " a number of seconds above 0 is right."
    )


def test_counts_a_crowd(app: App) -> None:
    """When many connect at once, as many come in as there are places."""
    paths = [f"/ws/{name}" for name in people(5) * 4]
    statuses = [denial.status for denial in app.all_at_once(paths)]
    admitted = statuses.count(101)
    assert admitted == 3, (
        f"There are 3 places, 20 windows connect at once, and {admitted} come in."
    )
    refused = {status for status in statuses if status != 101}
    assert refused == {503}, (
        f"Of 20 windows that connect at once, some are refused with {max(refused)};"
        " 503 is right."
    )
    asked = lookups(app)
    assert asked == 3, (
        "There are 3 places, 20 windows connect at once, and the database is asked"
        f" {asked} times; a client without a place should cost no question."
    )


@pytest.mark.environment(MAX_CONNECTIONS="1")
def test_gives_places_back(app: App) -> None:
    """A place is free again, however a client leaves, and if it is unknown."""
    ada, ben = people(2)
    status = app.denial("/ws/Nobody").status
    assert status == 404, (
        f"Nobody of this name exists, and gets {status}; 404 is right."
    )
    before = "Somebody unknown was refused with 404,"
    for how in ("left", "vanished without a close frame"):
        client = app.open_soon(f"/ws/{ada}", f"{before} and the place is not free.")
        if how == "left":
            client.close()
        else:
            client.vanish()
        before = f"{ada} {how},"
    app.open_soon(f"/ws/{ben}", f"{before} and the place is not free.")


def test_stays_calm(app: App) -> None:
    """Clients that vanish while they send leave no error in the log."""
    clients = [app.open(f"/ws/{name}") for name in people(3)]
    for client in clients:
        for number in range(10):
            client.send(f"Message {number}.")
        client.vanish()
    app.denial("/ws/Nobody")
    app.stays_calm("Three clients vanished while they were sending")
