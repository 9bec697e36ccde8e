"""What the station of exercise 8 says of itself: `make check E=08`."""

import json
from typing import Any

import pytest
from practice import App, Client

pytestmark = pytest.mark.environment(SEASON="summer")

STARTER_SAYS = "should be of type 'messages'"

PURPOSES = {
    "guests": "How many guests there are, and how many beds.",
    "snow": "How deep the snow is.",
}


class Hut:
    """A hut that sends messages, and reads the answers."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def asks(self, message: str) -> dict[str, Any]:
        """Return what the station answers to a message."""
        self.client.send(message)
        return self.client.hears_json()

    def purposes(self) -> dict[str, str]:
        """Return what the station says that it understands."""
        answer = self.asks('{"type": "help"}')
        assert answer.get("detail") != "The station failed.", (
            "The handler of 'help' raises an error. Log it, and you see which."
        )
        assert answer.get("type") == "messages", (
            f"The answer to 'help' is {answer}, and {STARTER_SAYS}."
        )
        return answer["messages"]


def test_answers_what_it_understands(app: App) -> None:
    """The station answers the messages that it knows."""
    with app.connect("/huts/Kar/ws") as kar:
        for message, text in (
            ('{"type": "snow", "metres": 2}', "Snow: 2 m."),
            (
                '{"type": "guests", "guests": 6, "beds": 24}',
                "Beds: 25 percent taken.",
            ),
        ):
            answer = Hut(kar).asks(message)
            due = {"type": "answer", "text": text}
            assert answer == due, (
                f"Kar sends {message} and hears {answer}; {due} is right."
            )


def test_says_what_each_message_is_for(app: App) -> None:
    """The answer to help says what each message is for."""
    with app.connect("/huts/Kar/ws") as kar:
        purposes = Hut(kar).purposes()
        for name, purpose in PURPOSES.items():
            assert purposes.get(name) == purpose, (
                f"In the answer to 'help', {name!r} is for {purposes.get(name)!r};"
                f" {purpose!r} is right."
            )


def test_help_is_a_message_too(app: App) -> None:
    """The messages are in alphabetical order, and help is one of them."""
    with app.connect("/huts/Kar/ws") as kar:
        purposes = Hut(kar).purposes()
        assert list(purposes) == ["guests", "help", "snow"], (
            "The answer to 'help' should name guests, help and snow, in this order;"
            f" it names {list(purposes)}."
        )
        assert purposes["help"], "'help' should also say what it is for itself."


@pytest.mark.environment(SEASON="winter")
def test_knows_a_message_that_was_added(app: App) -> None:
    """In winter there is one more message, and both lists know it."""
    with app.connect("/huts/Kar/ws") as kar:
        purpose = Hut(kar).purposes().get("avalanche")
        assert purpose == "How likely an avalanche is, from 1 to 5.", (
            "With SEASON=winter there is a message 'avalanche', and the answer to"
            f" 'help' says that it is for {purpose!r}."
        )
        answer = Hut(kar).asks('{"type": "snowfall"}')
        due = "I understand: avalanche, guests, help, snow."
        assert answer.get("detail") == due, (
            f"With SEASON=winter, an unknown message is answered by {answer};"
            f" the detail should be {due!r}."
        )


def test_names_its_messages_to_a_client_that_knows_none(app: App) -> None:
    """An unknown message is answered by the names of the messages."""
    due = {"type": "error", "detail": "I understand: guests, help, snow."}
    with app.connect("/huts/Alm/ws") as alm:
        for message in ('{"type": "snwo"}', '{"text": "Snow"}', "{}", "[]", "7"):
            answer = Hut(alm).asks(message)
            assert answer == due, (
                f"Alm sends {message} and hears {answer}; {due} is right."
            )


def test_still_explains_a_wrong_field(app: App) -> None:
    """The answer to a wrong field still names the field."""
    with app.connect("/huts/Alm/ws") as alm:
        for message, due in (
            ('{"type": "snow"}', "metres: Field required"),
            (
                '{"type": "snow", "metres": "much"}',
                "metres: Input should be a valid number",
            ),
            ("Snow!", "This is not JSON"),
        ):
            answer = Hut(alm).asks(message)
            assert str(answer.get("detail")).startswith(due), (
                f"Alm sends {message} and hears {answer}; the detail should begin"
                f" with {due!r}."
            )


def test_outlives_a_handler(app: App) -> None:
    """A handler that fails costs an answer, and not the connection."""
    with app.connect("/huts/Firn/ws") as firn:
        answer = Hut(firn).asks('{"type": "guests", "guests": 3, "beds": 0}')
        due = {"type": "error", "detail": "The station failed."}
        assert answer == due, (
            f"Firn sends 3 guests and 0 beds, and hears {answer}; {due} is right."
        )
        answer = Hut(firn).asks('{"type": "snow", "metres": 3}')
        assert answer.get("type") == "answer", (
            f"After that Firn sends snow, and hears {json.dumps(answer)}."
        )


def test_stays_calm(app: App) -> None:
    """Bytes are answered, and a client that vanishes is not logged."""
    with app.connect("/huts/Grat/ws") as grat:
        grat.send(b"snow")
        answer = grat.hears_json()
        assert answer.get("detail") == "Send text, not bytes.", (
            f"Grat sends bytes and hears {answer};"
            " 'Send text, not bytes.' is right."
        )
    with app.connect("/huts/Joch/ws") as joch:
        joch.vanish()
    app.stays_calm("Grat sent bytes and Joch vanished")
