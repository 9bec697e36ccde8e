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


def test_says_it_once_though_many_windows_open_together(app: App) -> None:
    """Four windows that open at the same moment are one piece of news."""
    with app.connect("/ws/Kar") as kar:
        kar.hears_until(f"{LIST}Kar")
        for hut in ("Alm", "Joch", "Grat"):
            app.all_at_once([f"/ws/{hut}"] * 4)
            with app.connect(f"/ws/{hut}") as last:
                last.send("Clear.")
                heard = kar.hears_until(f"{hut}: Clear.")
            assert len(heard) == 1, (
                f"{hut} opens four windows at once, and Kar hears {heard};"
                " the list changed once."
            )


def test_speaks_to_every_window(app: App) -> None:
    """Every window hears a report, also the second one of a hut."""
    with app.connect("/ws/Kar") as kar:
        windows = [app.open("/ws/Alm") for _ in range(3)]
        kar.hears_until(f"{LIST}Alm, Kar")
        for number, window in enumerate(windows, 1):
            try:
                # What a window says comes back once it is surely on the line.
                window.send("Here.")
                window.hears_until("Alm: Here.")
                kar.send(f"Fog {number}.")
                for other in windows[:number]:
                    other.hears_until(f"Kar: Fog {number}.")
            except AssertionError as fault:
                raise AssertionError(
                    "Alm has three windows, and each should hear every report."
                    f" {fault}"
                ) from None


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
