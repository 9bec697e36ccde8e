"""Whom the line of exercise 3 names, and when: `make check E=03`."""

from practice.client import App

STARTER_SAYS = "A second window at Alm still counts as one hut; your line says"

LIST = "On the line: "


def test_names_the_huts(app: App) -> None:
    """The line names the huts that are there, by name."""
    with app.connect("/ws/Kar") as kar:
        said = kar.hears()
        assert said == f"{LIST}Kar", f"Kar is alone, and hears {said!r}."
        with app.connect("/ws/Alm"):
            said = kar.hears("Alm came, and Kar heard nothing of it.")
            assert said == f"{LIST}Alm, Kar", f"Alm came, and Kar hears {said!r}."


def test_counts_a_hut_once(app: App) -> None:
    """A hut with two windows is one hut."""
    with (
        app.connect("/ws/Kar") as kar,
        app.connect("/ws/Alm"),
        app.connect("/ws/Alm") as second,
    ):
        second.send("Fog.")
        for said in kar.hears_until("Alm: Fog."):
            assert said.count("Alm") < 2, f"{STARTER_SAYS} {said!r}."


def test_is_silent_when_a_window_opens(app: App) -> None:
    """A second window disturbs nobody."""
    with app.connect("/ws/Kar") as kar, app.connect("/ws/Alm"):
        kar.hears_until(f"{LIST}Alm, Kar")
        with app.connect("/ws/Alm") as second:
            second.send("Fog.")
            heard = kar.hears_until("Alm: Fog.")
        assert not heard, (
            f"Alm opens a second window, the list stays as it was, and Kar hears"
            f" {heard[0]!r} again."
        )


def test_is_silent_when_a_window_closes(app: App) -> None:
    """While one window of a hut is open, the hut is there."""
    with app.connect("/ws/Kar") as kar, app.connect("/ws/Alm") as first:
        kar.hears_until(f"{LIST}Alm, Kar")
        with app.connect("/ws/Alm") as second:
            second.send("Two windows.")
            kar.hears_until("Alm: Two windows.")
            second.close()
        # Two rounds, so that the news of the closed window has had its chance.
        heard = []
        for text in ("One window.", "Still here."):
            first.send(text)
            heard += kar.hears_until(f"Alm: {text}")
        assert not heard, (
            f"Alm closes one window of two, and Kar hears {heard[0]!r}."
        )


def test_tells_when_a_hut_is_gone(app: App) -> None:
    """A hut is gone with its last window, also when it vanishes."""
    with app.connect("/ws/Kar") as kar:
        for how in ("closes its last window", "vanishes in a storm"):
            with app.connect("/ws/Alm") as alm:
                kar.hears_until(f"{LIST}Alm, Kar")
                if how.startswith("vanishes"):
                    alm.vanish()
            said = kar.hears(f"Alm {how}, and Kar hears nothing of it.")
            assert said == f"{LIST}Kar", f"Alm {how}, and Kar hears {said!r}."


def test_stays_calm(app: App) -> None:
    """When every hut leaves at once, the log stays calm and the line is empty."""
    huts = [app.open(f"/ws/{hut}") for hut in ("Kar", "Alm", "Joch", "Grat") * 3]
    for hut in huts:
        hut.vanish()
    with app.connect("/ws/Firn") as firn:
        firn.hears_until(f"{LIST}Firn")
    app.stays_calm("Four huts with three windows each were gone at once")
