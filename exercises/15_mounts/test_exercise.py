"""What the hut line of exercise 15 needs under its new roof, check by check."""

from practice import App

STARTER_SAYS = "'State' object has no attribute 'numbers'"


def test_enters_a_report(app: App) -> None:
    """A report is entered in the book, and confirmed with its number."""
    with app.connect("/huts/line") as kar:
        for number, report in enumerate(("Snow.", "Fog."), 1):
            kar.send(report)
            said = kar.hears()
            assert said == f"Entry {number}: {report}", (
                f"Kar reports {report!r} and hears {said!r};"
                f" 'Entry {number}: {report}' is due."
            )


def test_keeps_one_book(app: App) -> None:
    """All huts write into one book, which is opened once."""
    for number, hut in enumerate(("Kar", "Alm"), 1):
        with app.connect("/huts/line") as warden:
            warden.send("Snow.")
            said = warden.hears()
            assert said == f"Entry {number}: Snow.", (
                f"{hut} makes the report number {number} and hears {said!r};"
                f" 'Entry {number}: Snow.' is due."
            )


def test_tells_all_of_the_path(app: App) -> None:
    """The address that the line tells has all of its path."""
    told = app.get("/huts/address").text
    assert '/huts/line"' in told, (
        f"GET /huts/address tells {told}; the line's path is '/huts/line'."
    )


def test_tells_the_host_it_was_asked_by(app: App) -> None:
    """The address has the host and the port that the caller used."""
    told = app.get("/huts/address", {"Host": "valley.example:8080"}).text
    assert '"ws://valley.example:8080/huts/line"' in told, (
        f"Asked as valley.example:8080, the app tells {told};"
        " 'ws://valley.example:8080/huts/line' is due."
    )


def test_tells_a_private_address_behind_https(app: App) -> None:
    """Behind a proxy that was called by https, the address begins with wss."""
    told = app.get("/huts/address", {"X-Forwarded-Proto": "https"}).text
    assert '"wss://' in told, (
        f"The proxy was called by https, and the app tells {told};"
        " an address with wss is due."
    )


def test_leaves_the_lift_alone(app: App) -> None:
    """The lift is where it was, and the line is nowhere but under /huts."""
    told = app.get("/lift").text
    assert told == '{"lift":"open"}', (
        f"GET /lift tells {told}; its page has changed."
    )
    status = app.refusal("/line")
    assert status == 403, f"A handshake at /line gets {status}; 403 is due."


def test_stays_calm(app: App) -> None:
    """A hut that is cut off leaves no error in the log."""
    for _ in range(5):
        kar = app.open("/huts/line")
        kar.send("Snow.")
        kar.vanish()
    app.stays_calm("A hut was cut off as it spoke")
