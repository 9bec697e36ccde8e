"""How the station of exercise 14 takes a photograph: `make check E=14`."""

from hashlib import sha256

from practice import App, Client

STARTER_SAYS = "Kar's line broke when 7 bytes had arrived, and Kar calls again"

SLOPE = b"\xff\xd8the slope"
SUM = sha256(SLOPE).hexdigest()


class Line:
    """The line of a hut that sends a photograph."""

    def __init__(self, hut: Client) -> None:
        self.hut = hut

    def sends(self, chunk: bytes, arrived: int) -> None:
        """Send a chunk, and hear how much has arrived."""
        self.hut.send(chunk)
        said = self.hut.hears()
        assert said == f"{arrived} bytes.", (
            f"{arrived} bytes have been sent, and the station says {said!r}."
        )

    def hears(self, wanted: str, what: str) -> None:
        """Hear what is due."""
        try:
            said = self.hut.hears()
        except AssertionError as fault:
            raise AssertionError(f"{what}. {fault}") from None
        assert said == wanted, f"{what}, and hears {said!r}; {wanted!r} is due."


def test_takes_a_photograph(app: App) -> None:
    """A photograph that is sent in one go is whole."""
    with app.connect("/photographs/a1") as kar:
        Line(kar).hears("Go on at 0.", "Kar calls for the first time")
        Line(kar).sends(SLOPE[:4], 4)
        Line(kar).sends(SLOPE[4:], 11)
        kar.send(SUM)
        Line(kar).hears("Whole: 11 bytes.", "Kar sends the checksum")


def test_goes_on(app: App) -> None:
    """When the line breaks, the next one goes on where it broke."""
    for start, end in ((0, 7), (7, 9)):
        with app.connect("/photographs/a1") as kar:
            if start:
                Line(kar).hears("Go on at 7.", STARTER_SAYS)
            else:
                Line(kar).hears("Go on at 0.", "Kar calls for the first time")
            Line(kar).sends(SLOPE[start:end], end)
            kar.close()
    with app.connect("/photographs/a1") as kar:
        Line(kar).hears("Go on at 9.", "Kar calls after a second break")
        Line(kar).sends(SLOPE[9:], 11)
        kar.send(SUM)
        Line(kar).hears(
            "Whole: 11 bytes.", "Kar has sent a photograph in three pieces"
        )


def test_keeps_photographs_apart(app: App) -> None:
    """Each photograph has its own place."""
    with app.connect("/photographs/a1") as kar:
        kar.hears()
        Line(kar).sends(SLOPE[:7], 7)
        with app.connect("/photographs/b2") as alm:
            Line(alm).hears("Go on at 0.", "Alm calls with a photograph of its own")


def test_one_line_at_a_time(app: App) -> None:
    """A second line with the same photograph is closed with 4409."""
    with app.connect("/photographs/a1") as kar:
        kar.hears()
        with app.connect("/photographs/a1") as second:
            code, _ = second.closing()
            assert code == 4409, (
                f"A second line sends Kar's photograph and is closed with {code};"
                " 4409 is due."
            )
        with app.connect("/photographs/a1") as third:
            code, _ = third.closing(
                "A second line was refused, and a third is let in while Kar sends."
            )
            assert code == 4409, (
                f"After a second line, a third is closed with {code}; 4409 is due."
            )
        Line(kar).sends(SLOPE[:7], 7)
        kar.close()
    with app.connect("/photographs/a1") as kar:
        Line(kar).hears("Go on at 7.", "Kar's line is gone, and Kar calls again")


def test_begins_anew(app: App) -> None:
    """A photograph that is whole, or is not it, begins at 0 for the next line."""
    before = "Kar calls for the first time"
    for said, checksum in (
        ("This is not it. Go on at 0.", sha256(b"another").hexdigest()),
        ("Whole: 11 bytes.", SUM),
    ):
        with app.connect("/photographs/a1") as kar:
            Line(kar).hears("Go on at 0.", before)
            before = "Kar's photograph was not it, and Kar calls again"
            Line(kar).sends(SLOPE, 11)
            kar.send(checksum)
            Line(kar).hears(said, "Kar sends a checksum")
            kar.close()
    with app.connect("/photographs/a1") as kar:
        Line(kar).hears(
            "Go on at 0.", "Kar's photograph is whole, and Kar calls again"
        )


def test_goes_on_after_a_cut(app: App) -> None:
    """A line that is cut off goes on too."""
    kar = app.open("/photographs/a1")
    kar.hears()
    Line(kar).sends(SLOPE[:7], 7)
    kar.vanish()
    with app.connect("/photographs/a1") as kar:
        Line(kar).hears(
            "Go on at 7.", "Kar's line was cut off, and Kar calls again"
        )


def test_stays_calm(app: App) -> None:
    """A hut that is cut off as it sends leaves no error in the log."""
    kar = app.open("/photographs/a1")
    for _ in range(100):
        kar.send(SLOPE)
    kar.vanish()
    app.stays_calm("Kar was cut off as it sent")
