"""What the warnings of exercise 13 must do: `make check E=13`."""

from random import sample
from time import monotonic

import pytest
from practice import App, Client

pytestmark = pytest.mark.environment(REPORT_SECONDS="1")

STARTER_SAYS = "and gets no answer"

ALL = ("avalanche", "flood", "storm")
HELP = (
    "Send subscribe or unsubscribe with one of avalanche, flood, storm; or report."
)
REPORT = "Report: more snow than yesterday."


def subscribed(*topics: str) -> str:
    """Return the answer that says what a client is subscribed to."""
    return f"Subscribed to: {', '.join(sorted(topics)) or 'nothing'}"


def says(client: Client, text: str, answer: str) -> None:
    """Let a client send a message, and get the answer and nothing before it."""
    client.send(text)
    got = client.hears(
        f"A client sends {text!r} {STARTER_SAYS}; {answer!r} is right."
    )
    assert got == answer, (
        f"A client sends {text!r} and gets {got!r}; {answer!r} is right."
    )


def gets(client: Client, warning: str) -> None:
    """Let a client get a warning."""
    got = client.hears(f"{warning!r} is published, and a subscriber gets nothing.")
    assert got == warning, (
        f"{warning!r} is published, and a subscriber gets {got!r}."
    )


def test_answers_what_a_client_is_subscribed_to(app: App) -> None:
    """A client subscribes and unsubscribes as often as it likes."""
    one, two, three = sample(ALL, 3)
    with app.connect("/ws") as client:
        says(client, f"subscribe {one}", subscribed(one))
        says(client, f"subscribe {two}", subscribed(one, two))
        says(client, f"subscribe {one}", subscribed(one, two))
        says(client, f"unsubscribe {one}", subscribed(two))
        says(client, f"unsubscribe {three}", subscribed(two))
        says(client, f"unsubscribe {two}", subscribed())


def test_helps_a_client_that_sends_something_else(app: App) -> None:
    """Any other message is answered with HELP."""
    with app.connect("/ws") as client:
        for text in (
            "storm",
            "subscribe sunshine",
            "subscribe",
            "subscribe a b",
            "",
        ):
            says(client, text, HELP)


def test_warns_each_client_of_its_topics(app: App) -> None:
    """Each client gets the warnings that it is subscribed to now, and no others."""
    one, two, _ = sample(ALL, 3)
    with (
        app.connect("/warnings") as warnings,
        app.connect("/ws") as client,
        app.connect("/ws") as other,
    ):
        says(client, f"subscribe {one}", subscribed(one))
        says(other, f"subscribe {two}", subscribed(two))
        warnings.send(f"{one}: Stay inside.")
        gets(client, f"{one}: Stay inside.")
        says(client, f"unsubscribe {one}", subscribed())
        says(client, f"subscribe {two}", subscribed(two))
        warnings.send(f"{one}: It is over.")
        warnings.send(f"{two}: The road is closed.")
        gets(client, f"{two}: The road is closed.")
        gets(other, f"{two}: The road is closed.")


def test_unsubscribes_a_client_that_leaves(app: App) -> None:
    """A client that leaves or vanishes is unsubscribed, though nobody warns it."""
    (topic,) = sample(ALL, 1)
    with app.connect("/ws") as one, app.connect("/ws") as other:
        says(one, f"subscribe {topic}", subscribed(topic))
        says(other, f"subscribe {topic}", subscribed(topic))
        count = app.get("/subscribers").json()[topic]
        assert count == 2, f"Two clients are subscribed, and {count} are counted."
        one.close()
        other.vanish()
        end = monotonic() + 3
        while (
            count := app.get("/subscribers").json()[topic]
        ) and monotonic() < end:
            continue
    assert count == 0, (
        f"One client left, one vanished, and {count} of them are still subscribed."
    )
    app.stays_calm("One client left and one vanished")


def test_listens_to_a_client_while_its_report_is_written(app: App) -> None:
    """While its report is written, a client is answered and warned."""
    (topic,) = sample(ALL, 1)
    with app.connect("/ws") as client, app.connect("/warnings") as warnings:
        client.send("report")
        client.send(f"subscribe {topic}")
        got = client.hears("A client sends 'report', and gets nothing more.")
        assert got == subscribed(topic), (
            f"A client sends 'report' and 'subscribe {topic}', and first gets"
            f" {got!r}; while its report is written, it should be answered."
        )
        warnings.send(f"{topic}: Stay inside.")
        gets(client, f"{topic}: Stay inside.")
        got = client.hears("The report is written, and its client does not get it.")
        assert got == REPORT, f"The report is written, and its client gets {got!r}."


def test_a_report_keeps_nobody_waiting(app: App) -> None:
    """A client that leaves while its report is written leaves nothing behind."""
    (topic,) = sample(ALL, 1)
    with app.connect("/ws") as client, app.connect("/ws") as other:
        client.send("report")
        says(client, f"subscribe {topic}", subscribed(topic))
        client.vanish()
        says(other, f"subscribe {topic}", subscribed(topic))
    app.stays_calm("A client vanished while its report was written")


def test_stops_when_it_is_asked_to(app: App) -> None:
    """The server stops while clients are connected and nobody warns them."""
    (topic,) = sample(ALL, 1)
    with app.connect("/ws") as one, app.connect("/ws") as other:
        for client in (one, other):
            says(client, f"subscribe {topic}", subscribed(topic))
        app.stop()
