"""What the line of exercise 7 lets through, and what not: `make check E=07`."""

from time import monotonic

import pytest
from practice import App, Client

STARTER_SAYS = "Kar has made its 3 reports, and for the next one it hears"

# A bucket that fills once in an hour is one that does not fill during a check.
pytestmark = pytest.mark.environment(PLACES="3", REPORTS="3", REFILL_SECONDS="3600")

WAIT = "Wait 3600 s, Kar."


def makes_its_reports(kar: Client) -> None:
    """Let Kar make its three reports."""
    for number in range(1, 4):
        kar.send(f"Wind {number}.")
        said = kar.hears()
        assert said == f"Kar: Wind {number}.", (
            f"Kar may make 3 reports in a row, and for its report {number} it hears"
            f" {said!r}."
        )


def test_passes_reports_on(app: App) -> None:
    """A hut may make REPORTS reports in a row, and everybody hears them."""
    with app.connect("/ws/Kar") as kar, app.connect("/ws/Alm") as alm:
        makes_its_reports(kar)
        for number in range(1, 4):
            said = alm.hears()
            assert said == f"Kar: Wind {number}.", (
                f"Kar reports 'Wind {number}.', and Alm hears {said!r}."
            )


def test_tells_to_wait(app: App) -> None:
    """A hut that has made them is told to wait, and nobody else hears of it."""
    with app.connect("/ws/Kar") as kar, app.connect("/ws/Alm") as alm:
        makes_its_reports(kar)
        kar.send("Wind 4.")
        said = kar.hears()
        assert said == WAIT, f"{STARTER_SAYS} {said!r}; {WAIT!r} is due."
        alm.send("Clear skies.")
        # The three reports, and then its own, or what it should not hear.
        said = [alm.hears() for _ in range(4)][-1]
        assert said == "Alm: Clear skies.", (
            f"Kar has no report left and makes one, Alm reports 'Clear skies.', and"
            f" Alm hears {said!r}; 'Alm: Clear skies.' is due."
        )


def test_remembers_the_hut(app: App) -> None:
    """A hut has one bucket: in each of its windows, and when it calls again."""
    with app.connect("/ws/Kar") as kar:
        makes_its_reports(kar)
        with app.connect("/ws/Kar") as second:
            second.send("Wind 4.")
            said = second.hears()
            assert said == WAIT, (
                f"Kar has made its 3 reports, makes one more in a second window,"
                f" and hears {said!r}; {WAIT!r} is due."
            )
    with app.connect("/ws/Kar") as kar:
        kar.send("Wind 5.")
        said = kar.hears()
        assert said == WAIT, (
            f"Kar has made its 3 reports, hangs up, calls again, makes one more,"
            f" and hears {said!r}; {WAIT!r} is due."
        )


@pytest.mark.environment(REPORTS="1", REFILL_SECONDS="0.01")
def test_fills_again(app: App) -> None:
    """Who has waited may report again."""
    with app.connect("/ws/Kar") as kar:
        passed = 0
        for number in range(500):
            kar.send(f"Wind {number}.")
            passed += kar.hears() == f"Kar: Wind {number}."
            if passed > 1:
                return
    raise AssertionError(
        "Kar may report every 0.01 s, tries 500 times one after the other, and"
        f" {passed} of its reports is passed on."
    )


@pytest.mark.environment(REFILL_SECONDS="1")
def test_fills_one_by_one(app: App) -> None:
    """One report comes back after REFILL_SECONDS, and not all of them."""
    with app.connect("/ws/Kar") as kar:
        makes_its_reports(kar)
        end = monotonic() + 5
        while monotonic() < end:
            kar.send("Wind 4.")
            if kar.hears() == "Kar: Wind 4.":
                break
        passed = 0
        for number in (5, 6):
            kar.send(f"Wind {number}.")
            passed += kar.hears() == f"Kar: Wind {number}."
        assert passed < 2, (
            "Kar has made its 3 reports and waited 1 s, the time of one report, and"
            " 3 more are passed on at once."
        )


def test_limits_the_reports_of_a_mayday_call(app: App) -> None:
    """A hut that calls with ?mayday=true has the one bucket that it always has."""
    with app.connect("/ws/Kar?mayday=true") as kar:
        makes_its_reports(kar)
        kar.send("Wind 4.")
        said = kar.hears()
        assert said == WAIT, (
            f"Kar called with ?mayday=true, has made its 3 reports, and for one"
            f" more it hears {said!r}; {WAIT!r} is due."
        )
    with app.connect("/ws/Kar?mayday=true") as kar:
        kar.send("Wind 5.")
        said = kar.hears()
        assert said == WAIT, (
            f"Kar has no report left, calls again with ?mayday=true, and for a"
            f" report it hears {said!r}; {WAIT!r} is due."
        )


def test_lets_a_mayday_through(app: App) -> None:
    """A Mayday is passed on always, and costs no report."""
    with app.connect("/ws/Kar") as kar, app.connect("/ws/Alm") as alm:
        for left in ("has all its reports", "has no report left"):
            for number in range(1, 6):
                text = f"Mayday {number}. The bridge is down."
                kar.send(text)
                for hut, client in (("Kar", kar), ("Alm", alm)):
                    said = client.hears()
                    assert said == f"Kar: {text}", (
                        f"Kar, which {left}, sends {text!r}, and {hut} hears"
                        f" {said!r}."
                    )
            if left == "has all its reports":
                makes_its_reports(kar)
                for _ in range(3):
                    alm.hears()
        kar.send("No Mayday, only wind.")
        said = kar.hears()
        assert said == WAIT, (
            f"Kar has no report left, sends 'No Mayday, only wind.' and hears"
            f" {said!r}; a Mayday begins with that word."
        )


@pytest.mark.environment(PLACES="2")
def test_says_that_it_is_full(app: App) -> None:
    """A full line is refused before it opens, with 503 and Retry-After."""
    with app.connect("/ws/Kar"), app.connect("/ws/Alm"):
        denial = app.denial("/ws/Joch")
    assert denial.status == 503, (
        f"There are 2 places, Kar and Alm have them, and Joch's handshake gets"
        f" {denial.status}; 503 is due."
    )
    retry = denial.headers.get("retry-after", "")
    assert retry.strip("0").isdecimal(), (
        f"Joch is refused with 503, and its Retry-After is {retry!r};"
        " a number of seconds above 0 is due."
    )


def test_counts_a_crowd(app: App) -> None:
    """When all call at once, as many come in as there are places."""
    paths = [f"/ws/{hut}" for hut in ("Kar", "Alm", "Joch", "Grat", "Firn") * 4]
    statuses = [denial.status for denial in app.all_at_once(paths)]
    admitted = statuses.count(101)
    assert admitted == 3, (
        f"There are 3 places, 20 windows open at once, and {admitted} come in."
    )
    refused = {status for status in statuses if status != 101}
    assert refused == {503}, (
        f"Of 20 windows that open at once, some are refused with {max(refused)};"
        " 503 is due."
    )


def test_has_a_line_for_a_mayday(app: App) -> None:
    """A hut that calls with ?mayday=true comes in when the line is full."""
    for hut in ("Kar", "Alm", "Grat"):
        app.open(f"/ws/{hut}")
    status = app.denial("/ws/Joch?mayday=true").status
    assert status == 101, (
        f"The line is full, Joch calls with ?mayday=true, and gets {status}."
    )
    status = app.denial("/ws/Firn?mayday=false").status
    assert status == 503, (
        f"The line is full, Firn calls with ?mayday=false, and gets {status};"
        " 503 is due."
    )


@pytest.mark.environment(PLACES="1")
def test_gives_places_back(app: App) -> None:
    """A place is given back, also by a hut that vanishes or that is none."""
    app.denial("/ws/Tal")
    before = "Tal called, which is no hut,"
    for how in ("hung up", "vanished in the storm"):
        kar = app.open_soon("/ws/Kar", f"{before} and its place is not given back.")
        if how == "hung up":
            kar.close()
        else:
            kar.vanish()
        before = f"Kar {how},"
    app.open_soon("/ws/Alm", f"{before} and its place is not given back.")


def test_stays_calm(app: App) -> None:
    """Huts that vanish as they report leave no error in the log."""
    huts = [app.open(f"/ws/{hut}") for hut in ("Kar", "Alm", "Grat")]
    for hut in huts:
        for number in range(10):
            hut.send(f"Wind {number}.")
        hut.vanish()
    app.denial("/ws/Tal")
    app.stays_calm("Three huts vanished as they reported")
