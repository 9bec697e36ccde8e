"""Whom the station of exercise 2 admits, check by check: `make check E=02`."""

from practice import App

STARTER_SAYS = "Alm's warden opens Kar's line"


def test_admits_the_warden(app: App) -> None:
    """A warden with the hut's key is admitted, and confirmed by the hut's name."""
    for hut, key in (("Kar", "gentian"), ("Alm", "edelweiss")):
        with app.connect(f"/huts/{hut}/ws?key={key}") as line:
            line.send("Fog.")
            said = line.hears()
            assert said == f"Copied from {hut}: Fog.", (
                f"{hut}'s warden reports 'Fog.' and hears {said!r};"
                f" 'Copied from {hut}: Fog.' is due."
            )


def test_refuses_without_key(app: App) -> None:
    """Nobody is admitted without a valid key."""
    for query, who in (("", "without a key"), ("?key=thistle", "with a wrong key")):
        status = app.refusal(f"/huts/Kar/ws{query}")
        assert status == 403, (
            f"Somebody {who} opens Kar's line and gets {status}; 403 is due."
        )


def test_refuses_the_neighbour(app: App) -> None:
    """A warden is refused at another hut's line, before it opens."""
    status = app.refusal("/huts/Kar/ws?key=edelweiss")
    assert status == 403, (
        f"{STARTER_SAYS} with Alm's key and gets {status};"
        " the handshake should be refused with 403."
    )


def test_refuses_the_neighbour_on_http(app: App) -> None:
    """The same holds for the hut's address on HTTP."""
    for key, due in (("gentian", 200), ("edelweiss", 403)):
        status = app.get(f"/huts/Kar?key={key}").status_code
        assert status == due, (
            f"GET /huts/Kar with the key {key!r} gets {status}; {due} is due."
        )


def test_refuses_a_hut_that_is_none(app: App) -> None:
    """A hut that nobody keeps is refused, whatever the key."""
    status = app.refusal("/huts/Tal/ws?key=gentian")
    assert status == 403, (
        f"There is no hut Tal, and Kar's key opens its line with {status};"
        " 403 is due."
    )


def test_stays_calm(app: App) -> None:
    """A refusal leaves no error in the log."""
    app.refusal("/huts/Kar/ws?key=edelweiss")
    app.get("/huts/Kar?key=edelweiss")
    app.stays_calm("A warden was refused")
