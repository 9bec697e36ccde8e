"""What the letterbox of exercise 0 takes, check by check: `make check E=00`."""

from practice import App

STARTER_SAYS = "Kar leaves a report, and the answer's status is"

PHONE = "0664 2100"


def report(text: str = "Fog.", snow: float = 40) -> dict[str, object]:
    """Return a report as a warden sends it."""
    return {"text": text, "snow": snow, "phone": PHONE}


def texts(app: App, hut: str) -> list[str]:
    """Return the texts that are in a hut's letterbox."""
    answer = app.get(f"/huts/{hut}/reports")
    assert answer.status_code == 200, (
        f"{hut}'s reports are asked for, and the answer's status is"
        f" {answer.status_code}; 200 is due."
    )
    return [one["text"] for one in answer.json()]


def test_takes_a_report(app: App) -> None:
    """A report that is taken is answered with 201, and can be read."""
    for hut in ("Kar", "Alm", "Joch", "Grat", "Firn"):
        status = app.post(f"/huts/{hut}/reports", report()).status_code
        assert status == 201, (
            f"{hut} leaves a report, and the answer's status is {status};"
            " 201 is due."
        )
    app.post("/huts/Kar/reports", report("The bridge is out."))
    said = texts(app, "Kar")
    assert said == ["Fog.", "The bridge is out."], (
        f"Kar leaves 'Fog.' and 'The bridge is out.', and its reports are {said}."
    )


def test_knows_the_huts(app: App) -> None:
    """Who names no hut of the five gets 404, for a report and for reading."""
    for hut in ("Tal", "kar"):
        path = f"/huts/{hut}/reports"
        for word, answer in (
            ("leaves a report", app.post(path, report())),
            ("reads its reports", app.get(path)),
        ):
            assert answer.status_code == 404, (
                f"{hut!r} is no hut, {word}, and gets {answer.status_code};"
                " 404 is due."
            )


def test_limits_a_report(app: App) -> None:
    """A report beyond the limits gets 422, and is not kept."""
    for what, body in {
        "an empty text": report(text=""),
        "a text of 201 characters": report(text="x" * 201),
        "-40 cm of snow": report(snow=-40),
        "1001 cm of snow": report(snow=1001),
        "no phone": {"text": "Fog.", "snow": 40},
    }.items():
        status = app.post("/huts/Kar/reports", body).status_code
        assert status == 422, (
            f"Kar leaves a report with {what}, and gets {status}; 422 is due."
        )
    kept = texts(app, "Kar")
    assert kept == [], f"Kar's reports were all refused, and {kept} is kept."


def test_takes_what_is_within_the_limits(app: App) -> None:
    """The limits themselves are within the limits."""
    for what, body in {
        "a text of one character": report(text="x"),
        "a text of 200 characters": report(text="x" * 200),
        "no snow": report(snow=0),
        "1000 cm of snow": report(snow=1000),
    }.items():
        status = app.post("/huts/Kar/reports", body).status_code
        assert status == 201, (
            f"Kar leaves a report with {what}, and gets {status}; 201 is due."
        )


def test_keeps_the_phone(app: App) -> None:
    """No answer tells the warden's phone."""
    for word, answer in (
        ("leaves a report", app.post("/huts/Kar/reports", report())),
        ("reads its reports", app.get("/huts/Kar/reports")),
    ):
        assert PHONE not in answer.text, (
            f"Kar {word}, and the answer tells the phone: {answer.text}"
        )


def test_stays_calm(app: App) -> None:
    """Reports that are none leave no error in the log."""
    for body in (None, [], "Fog.", {"text": None, "snow": "deep", "phone": 1}):
        status = app.post("/huts/Kar/reports", body).status_code
        assert status == 422, (
            f"Kar sends {body!r}, which is no report, and gets {status};"
            " 422 is due."
        )
    app.stays_calm("Kar sent four reports that are none")
