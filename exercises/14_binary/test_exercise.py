"""How the program of exercise 14 takes uploads: `make check E=14`."""

from hashlib import sha256
from secrets import randbelow, token_bytes, token_hex

from practice import App, Client

STARTER_SAYS = "The connection broke after an ack, and the client connects again"


class Upload:
    """An upload as a client sees it: random bytes under a random id."""

    def __init__(self) -> None:
        self.path = f"/uploads/{token_hex(4)}"
        self.data = token_bytes(30 + randbelow(30))
        self.sum = sha256(self.data).hexdigest()
        self.breaks = (5 + randbelow(8), 13 + randbelow(8))


def reads(client: Client, right: str, when: str) -> None:
    """Read what the program should answer now."""
    try:
        text = client.hears()
    except AssertionError as fault:
        raise AssertionError(f"{when}. {fault}") from None
    assert text == right, f"{when}, and reads {text!r}; {right!r} is right."


def sends(client: Client, upload: Upload, start: int, end: int) -> None:
    """Send a chunk, and read how much has arrived."""
    client.send(upload.data[start:end])
    when = f"The client sends {end - start} bytes, {end} in all"
    reads(client, f"ack {end}", when)


def test_takes_an_upload(app: App) -> None:
    """An upload that is sent in one go is uploaded."""
    upload = Upload()
    at, size = upload.breaks[0], len(upload.data)
    with app.connect(upload.path) as client:
        reads(client, "ready 0", "A client connects for the first time")
        sends(client, upload, 0, at)
        sends(client, upload, at, size)
        client.send(upload.sum)
        reads(client, f"uploaded {size}", "The client sends the right checksum")


def test_goes_on(app: App) -> None:
    """When the connection breaks, the next one goes on there, more than once."""
    upload = Upload()
    one, two = upload.breaks
    size = len(upload.data)
    with app.connect(upload.path) as client:
        reads(client, "ready 0", "A client connects for the first time")
        sends(client, upload, 0, one)
        client.close()
    with app.connect(upload.path) as client:
        reads(client, f"ready {one}", STARTER_SAYS)
        sends(client, upload, one, two)
        client.close()
    with app.connect(upload.path) as client:
        reads(client, f"ready {two}", "The client connects after a second break")
        sends(client, upload, two, size)
        client.send(upload.sum)
        reads(client, f"uploaded {size}", "The client has sent it in three pieces")


def test_keeps_uploads_apart(app: App) -> None:
    """Each upload has a part of its own."""
    first, second = Upload(), Upload()
    with app.connect(first.path) as client:
        client.hears()
        sends(client, first, 0, first.breaks[0])
        with app.connect(second.path) as other:
            reads(other, "ready 0", "A client connects with an id of its own")


def test_one_connection_at_a_time(app: App) -> None:
    """A second connection with the same id is closed with 4409."""
    upload = Upload()
    at = upload.breaks[0]
    with app.connect(upload.path) as client:
        client.hears()
        for what in ("second", "third"):
            with app.connect(upload.path) as other:
                code, _ = other.closing(
                    f"A {what} connection with the same id is let in while the"
                    " first one is sending."
                )
                assert code == 4409, (
                    f"A {what} connection with the same id is closed with {code};"
                    " 4409 is right."
                )
        sends(client, upload, 0, at)
        client.close()
    with app.connect(upload.path) as client:
        reads(
            client, f"ready {at}", "The first connection has gone, and the next one"
        )


def test_starts_again(app: App) -> None:
    """After `failed` or `uploaded`, the next connection starts at 0."""
    upload = Upload()
    size = len(upload.data)
    when = "A client connects for the first time"
    for right, checksum in (
        ("failed", sha256(b"something else").hexdigest()),
        (f"uploaded {size}", upload.sum),
    ):
        with app.connect(upload.path) as client:
            reads(client, "ready 0", when)
            sends(client, upload, 0, size)
            client.send(checksum)
            reads(client, right, "The client sends a checksum")
            client.close()
        when = f"The last answer was {right!r}, and the client connects again"
    with app.connect(upload.path) as client:
        reads(client, "ready 0", when)


def test_goes_on_after_a_client_has_vanished(app: App) -> None:
    """A connection that ends without a close frame is a break like any other."""
    upload = Upload()
    at = upload.breaks[0]
    client = app.open(upload.path)
    client.hears()
    sends(client, upload, 0, at)
    client.vanish()
    with app.connect(upload.path) as client:
        reads(client, f"ready {at}", "The client vanished, and connects again")


def test_stays_calm(app: App) -> None:
    """A client that vanishes while it sends leaves no error in the log."""
    upload = Upload()
    client = app.open(upload.path)
    for _ in range(100):
        client.send(upload.data)
    client.vanish()
    app.stays_calm("A client vanished while it was sending")
