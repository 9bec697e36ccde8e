"""Who may open which item of exercise 2, check by check: `make check E=02`."""

from random import sample
from secrets import choice, token_hex

from practice import App

STARTER_SAYS = "does not own it, and opens it all the same"

CALLERS = (
    ("alice", "apple", "plumbus"),
    ("bob", "banana", "portal-gun"),
    ("carol", "cherry", "microverse"),
)
"""Each caller, with the token that they show and the item that they own."""


def nobodys_item() -> str:
    """Return an item that is not in the list."""
    return f"item-{token_hex(4)}"


def test_lets_owners_in(app: App) -> None:
    """Each caller may open the item that they own, and gets answers there."""
    for name, token, item in sample(CALLERS, 3):
        with app.connect(f"/items/{item}/ws?token={token}") as client:
            text = f"Hello {nobodys_item()}"
            client.send(text)
            heard = client.hears()
            assert heard == f"Message text was: {text}, for item ID: {item}", (
                f"{name} sends {text!r} to {item}, and hears {heard!r}."
            )


def test_refuses_without_token(app: App) -> None:
    """Without a valid token, nobody opens an item."""
    item = choice(CALLERS)[2]
    for query, who in (("", "no token"), ("?token=pear", "a wrong token")):
        status = app.refusal(f"/items/{item}/ws{query}")
        assert status == 403, (
            f"Somebody with {who} opens {item} and gets {status}; 403 is right."
        )


def test_refuses_an_item_of_somebody_else(app: App) -> None:
    """A caller is refused at an item of somebody else, before accept()."""
    (name, token, _), (_, _, item) = sample(CALLERS, 2)
    status = app.refusal(f"/items/{item}/ws?token={token}")
    # 101 is how a handshake that was accepted is answered.
    assert status != 101, (
        f"{name} opens the WebSocket of {item}, {STARTER_SAYS}; the handshake"
        " should be refused with 403."
    )
    assert status == 403, (
        f"{name} opens the WebSocket of {item}, does not own it, and gets {status};"
        " 403 is right."
    )


def test_refuses_it_on_http_too(app: App) -> None:
    """The same rule holds for `GET /items/…`."""
    (name, token, own), (_, _, item) = sample(CALLERS, 2)
    for asked, right in ((own, 200), (item, 403)):
        status = app.get(f"/items/{asked}?token={token}").status_code
        assert status == right, (
            f"{name} owns {own}, asks for GET /items/{asked} and gets {status};"
            f" {right} is right."
        )


def test_refuses_an_item_of_nobody(app: App) -> None:
    """An item that nobody owns is refused, whatever the token."""
    item = nobodys_item()
    name, token, _ = choice(CALLERS)
    status = app.refusal(f"/items/{item}/ws?token={token}")
    assert status == 403, (
        f"Nobody owns the item {item}, and {name} opens its WebSocket and gets"
        f" {status}; 403 is right."
    )
    status = app.get(f"/items/{item}?token={token}").status_code
    assert status == 403, (
        f"Nobody owns the item {item}, and {name} asks for GET /items/{item} and"
        f" gets {status}; 403 is right."
    )


def test_stays_calm(app: App) -> None:
    """A refusal leaves no error in the log."""
    (_, token, _), (_, _, item) = sample(CALLERS, 2)
    app.refusal(f"/items/{item}/ws?token={token}")
    app.get(f"/items/{item}?token={token}")
    app.stays_calm("A caller was refused")
