"""How the lines of exercise 6 end, and what is said of it: `make check E=06`."""

from practice import App

STARTER_SAYS = "Kar says 'Over and out.' and is closed with 1006; 1000 is due"

AGAIN = (4000, "Kar called again.")


def fits(reason: str) -> str:
    """Return what of a reason a close frame has room for."""
    return reason.encode()[:123].decode(errors="ignore")


def test_confirms(app: App) -> None:
    """The station confirms what a hut reports."""
    with app.connect("/ws/Kar") as kar:
        for text in ("Fog.", "Is the game over and out of reach?"):
            kar.send(text)
            said = kar.hears()
            assert said == f"Copied from Kar: {text}", (
                f"Kar reports {text!r} and hears {said!r};"
                f" 'Copied from Kar: {text}' is due."
            )


def test_says_good_night(app: App) -> None:
    """A hut that says 'Over and out' is closed with 1000 and its own words."""
    for text in ("Over and out.", "Over and out. Föhn, and no guests."):
        with app.connect("/ws/Kar") as kar:
            kar.send(text)
            code, reason = kar.closing()
        assert code == 1000, (
            f"Kar says {text!r} and is closed with {code}; 1000 is due."
        )
        assert reason == f"Copied: {text}", (
            f"Kar says {text!r} and is closed with the reason {reason!r};"
            f" 'Copied: {text}' is due."
        )


def test_cuts_a_long_reason(app: App) -> None:
    """Of long last words comes back what fits: 123 bytes, no half character."""
    for character in ("ö", "€", "𝄞"):
        for blanks in range(4):
            text = "Over and out." + " " * blanks + character * 120
            wanted = fits(f"Copied: {text}")
            with app.connect("/ws/Kar") as kar:
                kar.send(text)
                code, reason = kar.closing()
            many = len(wanted.encode())
            words = f"Kar's last words end in 120 times {character!r}, and the line"
            assert code == 1000, f"{words} is closed with {code}; 1000 is due."
            assert reason == wanted, (
                f"{words} is closed with {len(reason.encode())} bytes of reason,"
                f" which end in {reason[-2:]!r}; {many} bytes fit, and end in"
                f" {wanted[-2:]!r}."
            )


def test_closes_the_older_line(app: App) -> None:
    """A hut that calls again gets a line, and its older one is told why it ends."""
    older = app.open("/ws/Kar")
    for call in ("second", "third", "fourth"):
        newer = app.open("/ws/Kar")
        newer.send("Fog.")
        said = newer.hears()
        assert said == "Copied from Kar: Fog.", (
            f"Kar calls a {call} time, reports 'Fog.' and hears {said!r}."
        )
        closing = older.closing(
            f"Kar calls a {call} time, and the line before it is still open."
        )
        assert closing == AGAIN, (
            f"Kar calls a {call} time, and the line before it is closed with"
            f" {closing[0]} {closing[1]!r}; 4000 'Kar called again.' is due."
        )
        # More rounds, so that the end of the older line has had its time.
        for _ in range(20):
            newer.send("Still here.")
            newer.hears()
        older = newer


def test_leaves_the_neighbours_alone(app: App) -> None:
    """What ends one hut's line ends no other's."""
    with app.connect("/ws/Alm") as alm:
        for last in ("Fog.", "Over and out."):
            with app.connect("/ws/Kar") as kar:
                kar.send(last)
                if last == "Fog.":
                    kar.hears()
                else:
                    kar.closing()
            alm.send("Clear skies.")
            said = alm.hears()
            assert said == "Copied from Alm: Clear skies.", (
                f"Kar said {last!r}, and then Alm reports 'Clear skies.' and hears"
                f" {said!r}."
            )


def test_refuses_with_a_reason(app: App) -> None:
    """A hut that is not on the list is refused with 404 before its line opens."""
    for hut in ("Tal", "kar"):
        denial = app.denial(f"/ws/{hut}")
        assert denial.status == 404, (
            f"{hut} calls, which is no hut, and its handshake gets {denial.status};"
            " 404 is due."
        )
        assert f"There is no hut {hut}." in denial.body, (
            f"{hut} calls, which is no hut, and the body of its refusal is"
            f" {denial.body!r}; 'There is no hut {hut}.' should be in it."
        )


def test_closes_on_bytes(app: App) -> None:
    """Bytes still close the line with 1003."""
    with app.connect("/ws/Kar") as kar:
        kar.send(b"\x01\x02")
        code, _ = kar.closing()
        assert code == 1003, (
            f"Kar sends bytes and is closed with {code}; 1003 is due."
        )


def test_stays_calm(app: App) -> None:
    """A hut whose line has vanished can call again, and the log stays calm."""
    for _ in range(10):
        older = app.open("/ws/Kar")
        older.vanish()
        newer = app.open("/ws/Kar")
        newer.send("The mast is down.")
        newer.hears()
        newer.send("Over and out.")
        newer.closing()
    app.denial("/ws/Tal")
    app.stays_calm("Kar's line vanished, and Kar called again")
