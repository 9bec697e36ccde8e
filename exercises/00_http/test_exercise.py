"""What the snow report of exercise 0 takes and answers: `make check E=00`."""

from random import sample
from secrets import choice, randbelow, token_hex

from practice import App

STARTER_SAYS = "sends a report, and the status of the answer is"

HUTS = ("Kar", "Alm", "Joch", "Grat", "Firn")


PHONE = str(10**9 + randbelow(10**9))


def report(text: str | None = None, snow: float | None = None) -> dict[str, object]:
    """Return a report as a hut sends it."""
    return {
        "text": token_hex(6) if text is None else text,
        "snow": randbelow(1001) if snow is None else snow,
        "phone": PHONE,
    }


def kept(app: App, hut: str) -> list[dict[str, object]]:
    """Return the reports of a hut, as the program returns them."""
    answer = app.get(f"/huts/{hut}/reports")
    assert answer.status_code == 200, (
        f"The reports of {hut} are requested, and the status of the answer is"
        f" {answer.status_code}; 200 is right."
    )
    return answer.json()


def test_keeps_a_report(app: App) -> None:
    """A report is answered with 201, and can be read afterwards."""
    first, second = sample(HUTS, 2)
    sent = [report(), report()]
    for one in sent:
        status = app.post(f"/huts/{first}/reports", one).status_code
        assert status == 201, f"{first} {STARTER_SAYS} {status}; 201 is right."
    texts = [one.get("text") for one in kept(app, first)]
    wanted = [one["text"] for one in sent]
    assert texts == wanted, (
        f"{first} sends the texts {wanted}, and its reports have the texts {texts}."
    )
    snow = [one.get("snow") for one in kept(app, first)]
    assert snow == [one["snow"] for one in sent], (
        f"{first} reports {[one['snow'] for one in sent]} cm of snow, and its"
        f" reports say {snow}."
    )
    others = kept(app, second)
    assert others == [], (
        f"{first} sends two reports, and the reports of {second} are {others}."
    )


def test_knows_the_huts(app: App) -> None:
    """Any name but the five is answered with 404, by both endpoints."""
    for hut in HUTS:
        status = app.post(f"/huts/{hut}/reports", report()).status_code
        assert status == 201, (
            f"{hut} is one of the huts, sends a report and gets {status}; 201 is"
            " right."
        )
    for hut in ("Tal", choice(HUTS).lower(), token_hex(6)):
        path = f"/huts/{hut}/reports"
        for word, answer in (
            ("sends a report", app.post(path, report())),
            ("requests its reports", app.get(path)),
        ):
            assert answer.status_code == 404, (
                f"{hut!r} is not one of the huts, {word} and gets"
                f" {answer.status_code}; 404 is right."
            )


def test_limits_a_report(app: App) -> None:
    """A report beyond the limits is answered with 422, and not kept."""
    hut, less, more = choice(HUTS), -1 - randbelow(99), 1001 + randbelow(99)
    length = 201 + randbelow(99)
    for what, body in {
        "an empty text": report(text=""),
        f"a text of {length} characters": report(text="x" * length),
        f"{less} cm of snow": report(snow=less),
        f"{more} cm of snow": report(snow=more),
        "12.5 cm of snow": report(snow=12.5),
        "no phone number": {"text": "Fog.", "snow": 40},
    }.items():
        status = app.post(f"/huts/{hut}/reports", body).status_code
        assert status == 422, (
            f"{hut} sends a report with {what}, and gets {status}; 422 is right."
        )
    found = kept(app, hut)
    assert found == [], (
        f"All reports of {hut} were refused, but these are kept: {found}."
    )


def test_takes_what_is_within_the_limits(app: App) -> None:
    """The limits themselves are allowed."""
    hut = choice(HUTS)
    for what, body in {
        "a text of 1 character": report(text="x"),
        "a text of 200 characters": report(text="x" * 200),
        "0 cm of snow": report(snow=0),
        "1000 cm of snow": report(snow=1000),
    }.items():
        status = app.post(f"/huts/{hut}/reports", body).status_code
        assert status == 201, (
            f"{hut} sends a report with {what}, and gets {status}; 201 is right."
        )


def test_hides_the_phone(app: App) -> None:
    """No answer contains the phone number."""
    hut = choice(HUTS)
    for word, answer in (
        ("sends a report", app.post(f"/huts/{hut}/reports", report())),
        ("requests its reports", app.get(f"/huts/{hut}/reports")),
    ):
        assert PHONE not in answer.text, (
            f"{hut} {word}, and the answer contains the phone number: {answer.text}"
        )


def test_stays_calm(app: App) -> None:
    """Whatever is sent in place of a report leaves no error in the log."""
    hut = choice(HUTS)
    for body in (None, [], "Fog.", {"text": None, "snow": "deep", "phone": 1}):
        status = app.post(f"/huts/{hut}/reports", body).status_code
        assert status == 422, (
            f"{hut} sends {body!r}, which is not a report, and gets {status};"
            " 422 is right."
        )
    app.stays_calm(f"{hut} sent four things that are not reports")
