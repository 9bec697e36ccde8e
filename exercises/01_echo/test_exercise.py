"""What the station of exercise 1 does, check by check: `make check E=01`."""

from random import SystemRandom
from string import ascii_letters

from practice import App

STARTER_SAYS = "A hut that calls wants to hear that somebody is there"

GREETING = "Station here. Go ahead."


random = SystemRandom()


def test_greets(app: App) -> None:
    """The station greets a hut before the hut says anything."""
    with app.connect("/ws") as kar:
        said = kar.hears(
            f"{STARTER_SAYS}: send {GREETING!r} as soon as you have accepted."
        )
        assert said == GREETING, (
            f"The station greets with {said!r}; say {GREETING!r}."
        )


def test_numbers(app: App) -> None:
    """The station numbers what a hut reports, from 1."""
    with app.connect("/ws") as kar:
        kar.hears()
        long = "".join(random.choices(ascii_letters, k=random.randint(100, 300)))
        reports = ["Snow at 2100 m.", "", "Two guests.", "Two guests.", long]
        reports += [
            f"Wind {random.randint(1, 9)}." for _ in range(random.randint(5, 15))
        ]
        for number, report in enumerate(reports, 1):
            kar.send(report)
            try:
                said = kar.hears()
            except AssertionError as fault:
                what = (
                    repr(report) if report else "empty, and counts like any other"
                )
                raise AssertionError(
                    f"Kar's report number {number} is {what}. {fault}"
                ) from None
            wanted = f"Copied {number}: {report}"
            assert said == wanted, (
                f"Kar's report number {number} is {report!r}; the station answers"
                f" {said!r}, and should answer {wanted!r}."
            )


def test_counts_for_each_hut(app: App) -> None:
    """Each hut has a count of its own."""
    with app.connect("/ws") as kar, app.connect("/ws") as alm:
        for hut in (kar, alm):
            hut.hears()
        kar.send("The bridge is out.")
        kar.hears()
        alm.send("Clear skies.")
        said = alm.hears()
        assert said == "Copied 1: Clear skies.", (
            f"Kar has reported once, and Alm's first report is confirmed with"
            f" {said!r}; each hut counts for itself."
        )


def test_begins_anew(app: App) -> None:
    """A hut that calls again begins at 1."""
    for call in ("first", "second"):
        with app.connect("/ws") as kar:
            kar.hears()
            kar.send("Fog.")
            said = kar.hears()
            assert said == "Copied 1: Fog.", (
                f"On its {call} call Kar reports once, and hears {said!r};"
                " every call begins at 1."
            )


def test_closes_on_bytes(app: App) -> None:
    """Bytes still close the line with 1003."""
    with app.connect("/ws") as kar:
        kar.hears()
        kar.send(b"\x01\x02")
        code, reason = kar.closing()
        assert code == 1003, (
            f"Kar sends bytes and is closed with {code}; 1003 is due."
        )
        assert reason == "Send text, not bytes.", (
            f"Kar sends bytes and is closed for the reason {reason!r};"
            " 'Send text, not bytes.' was there before."
        )


def test_stays_calm(app: App) -> None:
    """A hut that hangs up as it speaks leaves no error in the log."""
    with app.connect("/ws") as kar:
        # Faster than the station answers, so that it answers a hut that is gone.
        for _ in range(100):
            kar.send("The mast is swaying.")
        kar.close()
    app.stays_calm("Kar hung up as it spoke")
