"""What the station of exercise 4 takes, and what it answers: `make check E=04`."""

import re

from practice import App

STARTER_SAYS = "cm of snow, and the station answers"

NOTE = {"type": "note", "text": "Fog."}

# Each looks like centimetres, and is none that the valley can count with.
NO_SNOW = ("-1", "1e999", "501", '"40"', "true", "null", "NaN", "[40]")


def test_tells_everybody(app: App) -> None:
    """A report reaches every hut, with its number, its hut and its time."""
    with app.connect("/ws/Alm") as alm, app.connect("/ws/Kar") as kar:
        alm.send_json(NOTE)
        first = alm.hears_json()
        kar.send_json({"type": "beds", "free": 4})
        told = alm.hears_json("Kar reports its beds, and Alm hears nothing of it.")
        assert (told.get("type"), told.get("hut")) == ("reported", "Kar"), (
            f"Kar reports its beds, and Alm hears {told!r}."
        )
        assert (first.get("number"), told.get("number")) == (1, 2), (
            f"The first two reports have the numbers {first.get('number')!r} and"
            f" {told.get('number')!r}; 1 and 2 are due."
        )
        assert told.get("report") == {"type": "beds", "free": 4}, (
            f"Kar has 4 free beds, and Alm hears {told.get('report')!r}."
        )
        at = str(told.get("at"))
        assert re.fullmatch(r"[-\d]{10}T[:.\d]{8,15}(Z|[-+]\d\d:\d\d)", at), (
            f"The report's time is {at!r}; '2026-01-31T08:00:00Z' is the form."
        )


def test_takes_snow(app: App) -> None:
    """A hut reports how much snow there is, half centimetres too."""
    with app.connect("/ws/Kar") as kar:
        for cm in (40, 12.5, 0, 500):
            kar.send_json({"type": "snow", "cm": cm})
            told = kar.hears_json()
            assert told.get("report") == {"type": "snow", "cm": cm}, (
                f"Kar reports {cm} {STARTER_SAYS}"
                f" {told.get('detail') or told.get('report') or told!r}."
            )


def test_refuses_what_is_no_snow(app: App) -> None:
    """Snow that cannot be is answered with an error that names the field."""
    with app.connect("/ws/Kar") as kar:
        for cm in NO_SNOW:
            sent = f'{{"type": "snow", "cm": {cm}}}'
            kar.send(sent)
            said = kar.hears_json()
            assert said.get("type") == "error", (
                f"Kar sends {sent} and everybody is told {said.get('report')!r};"
                " an error to Kar is due."
            )
            wanted = "This is not JSON" if cm == "NaN" else "cm: "
            assert str(said.get("detail")).startswith(wanted), (
                f"Kar sends {sent} and hears {said.get('detail')!r}; the answer"
                f" should begin with {wanted!r}."
            )


def test_answers_the_sender_alone(app: App) -> None:
    """An error is for its sender alone."""
    with app.connect("/ws/Alm") as alm, app.connect("/ws/Kar") as kar:
        kar.send_json(NOTE)
        kar.hears_json()
        alm.send_json({"type": "snow", "cm": -1})
        alm.send_json(NOTE)
        told = kar.hears_json()
        assert told.get("report") == NOTE, (
            f"Alm reports -1 cm of snow, and Kar hears of it: {told!r}."
        )


def test_corrects(app: App) -> None:
    """A hut corrects its own snow report by the number, and everybody is told."""
    with app.connect("/ws/Alm") as alm:
        alm.send_json(NOTE)
        alm.hears_json()
        with app.connect("/ws/Kar") as kar:
            kar.send_json({"type": "snow", "cm": 40})
            number = alm.hears_json().get("number")
        # A report belongs to a hut, not to a connection.
        with app.connect("/ws/Kar") as kar:
            correction = {"type": "correction", "of": number, "cm": 45}
            kar.send_json(correction)
            told = alm.hears_json(
                f"Kar calls again and corrects its report {number}, and Alm hears"
                " nothing of it."
            )
            assert told.get("report") == correction, (
                f"Kar corrects its report {number}, and Alm hears {told!r}."
            )


def test_checks_a_correction(app: App) -> None:
    """A correction is looked at as closely as a report."""
    with app.connect("/ws/Kar") as kar:
        kar.send_json({"type": "snow", "cm": 40})
        kar.hears_json()
        wrong = [("of", of, "45") for of in ("true", '"1"', "1.5")]
        wrong += [("cm", "1", cm) for cm in NO_SNOW if cm != "NaN"]
        for field, of, cm in wrong:
            sent = f'{{"type": "correction", "of": {of}, "cm": {cm}}}'
            kar.send(sent)
            said = kar.hears_json()
            heard = said.get("detail") or said.get("report") or said
            assert str(heard).startswith(f"{field}: "), (
                f"Kar sends {sent} and hears {heard!r}; an error that begins with"
                f" '{field}: ' is due."
            )


def test_refuses_to_correct_what_is_not_there(app: App) -> None:
    """A correction of what is not the hut's own snow is an error to its sender."""
    with app.connect("/ws/Alm") as alm, app.connect("/ws/Kar") as kar:
        for report in (NOTE, {"type": "snow", "cm": 40}):
            kar.send_json(report)
            kar.hears_json()
        for client, hut, of, why in (
            (alm, "Alm", 2, "Kar's snow report"),
            (kar, "Kar", 1, "a note"),
            (kar, "Kar", 999, "no report at all"),
        ):
            client.send_json({"type": "correction", "of": of, "cm": 45})
            said = client.hears_json()
            while said.get("number") in (1, 2):
                # What Kar told before, to everybody.
                said = client.hears_json()
            assert said.get("type") == "error", (
                f"{hut} corrects {of}, which is {why}, and everybody is told."
            )
            detail = str(said.get("detail"))
            assert str(of) in detail, (
                f"{hut} corrects {of}, which is {why}, and hears {detail!r}; the"
                " answer should name the number."
            )
            assert "JSON" not in detail, (
                f"{hut} corrects {of}, which is {why}, and hears {detail!r}; but it"
                " is JSON."
            )
        alm.send_json(NOTE)
        told = kar.hears_json()
        assert told.get("number") == 3, (
            f"Two reports were taken and three corrections refused, and the next"
            f" report has the number {told.get('number')}: a refusal takes none."
        )


def test_answers_whatever_comes(app: App) -> None:
    """Whatever is wrong gets an answer, and the line stays open."""
    with app.connect("/ws/Kar") as kar:
        for wrong, what in (
            (b"{}", "bytes"),
            ("", "nothing at all"),
            ("Snow!", "a word"),
            ("NaN", "NaN"),
            ("[" * 100_000, "100 000 brackets"),
            ("[]", "a list"),
            ("{}", "an object without a type"),
            ('{"type": "avalanche"}', "a type that nobody knows"),
            ('{"type": "snow"}', "snow without a depth"),
            ('{"type": "correction", "cm": 45}', "a correction of nothing"),
        ):
            kar.send(wrong)
            said = kar.hears_json(f"Kar sends {what}, and hears nothing.")
            assert said.get("type") == "error", (
                f"Kar sends {what}, and hears {said!r}."
            )
        kar.send_json(NOTE)
        said = kar.hears_json()
        assert said.get("report") == NOTE, (
            f"After all that is wrong, Kar reports fog and hears {said!r}."
        )


def test_stays_calm(app: App) -> None:
    """Huts that vanish as they report leave no error in the log."""
    with app.connect("/ws/Alm") as alm, app.connect("/ws/Kar") as kar:
        for _ in range(100):
            kar.send_json({"type": "snow", "cm": 40})
            alm.send_json({"type": "correction", "of": 1, "cm": 45})
        kar.vanish()
        alm.close()
    app.stays_calm("Two huts were gone as they reported")
