"""Exercise 4: each of these answers is nearly right, and gets an error that says what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

OF = "    of: Annotated[int, Field(strict=True)]"
NUMBER = "    number, at = next(numbers), datetime.now(UTC)\n"
EXPLAIN = """\
                error = Error(detail=explain(reason))
                await """

WRONG = {
    "whole centimetres alone": (
        {"Annotated[float, Field(": "Annotated[int, Field("},
        "Kar reports 12.5 cm of snow, and the station answers 'cm: Input should be a valid int",
    ),
    "a text is taken for a number": (
        {"Annotated[float, Field(strict=True, ": "Annotated[float, Field("},
        """Kar sends {"type": "snow", "cm": "40"} and everybody is told {'type': 'snow',""",
    ),
    "no lower limit": (
        {"ge=0, le=500)": "le=500)"},
        """Kar sends {"type": "snow", "cm": -1} and everybody is told {'type': 'snow',""",
    ),
    "no upper limit": (
        {"ge=0, le=500)": "ge=0)"},
        """"cm": 1e999} and everybody is told {'type': 'snow', 'cm': None}; an error to Kar is""",
    ),
    "a correction that is not checked": (
        {f"{OF}\n    cm: Centimetres": f"{OF}\n    cm: float"},
        """"cm": -1} and hears {'type': 'correction', 'of': 1, 'cm': -1.0}; an error that begins""",
    ),
    "true is taken for report 1": (
        {OF: "    of: int"},
        """{"type": "correction", "of": true, "cm": 45} and hears {'type': 'correction', 'of': 1""",
    ),
    "everybody corrects everything": (
        {"snow_from.get(message.of) != hut": "message.of not in snow_from"},
        "Alm corrects 2, which is Kar's snow report, and everybody is told.",
    ),
    "notes are corrected with centimetres": (
        {"    if isinstance(message, Snow):": "    if message:"},
        "Kar corrects 1, which is a note, and everybody is told.",
    ),
    "the wrong except clause answers": (
        {"snow_from.get(message.of) != hut": "snow_from[message.of] != hut"},
        "Kar corrects 1, which is a note, and hears 'Send text, not bytes.'; the answer should",
    ),
    "a refusal is said not to be JSON": (
        {"return str(error)[:200]": 'return f"This is not JSON: {error}"[:200]'},
        "of yours.'; but it is JSON.",
    ),
    "a refusal takes a number": (
        {
            NUMBER: "",
            "    if isinstance(message, Correction)": NUMBER
            + "    if isinstance(message, Correction)",
        },
        "and the next report has the number 6: a refusal takes none.",
    ),
    "everybody hears of a refusal": (
        {
            f"{EXPLAIN}manager.send(websocket, ": f"{EXPLAIN}manager.broadcast(",
        },
        "Alm reports -1 cm of snow, and Kar hears of it: {'type': 'error',",
    ),
    "a correction is always refused": (
        {
            "snow_from.get(message.of) != hut": "message",
        },
        "Kar calls again and corrects its report 2, and Alm hears nothing of it.",
    ),
    "a wrong message ends the line": (
        {f"{EXPLAIN}manager.send(websocket, error.model_dump_json())": "                return"},
        "Your app breaks the connection off (1006), and should say something.",
    ),
    "a time that json.dumps() does not know": (
        {"event.model_dump_json()": '__import__("json").dumps(event.model_dump())'},
        "work/04_json/main.py: Object of type datetime is not JSON serializable",
    ),
    "a time without its zone": (
        {"datetime.now(UTC)": "datetime.now()"},
        "is the form.",
    ),
    "a dictionary in place of JSON": (
        {"event.model_dump_json()": "str(event.model_dump())"},
        "which is not JSON, and should be.",
    ),
    "a list in place of an object": (
        {"event.model_dump_json()": 'f"[{event.model_dump_json()}]"'},
        "and should send a JSON object.",
    ),
    "NaN is sent": (
        {"event.model_dump_json()": 'event.model_dump_json().replace("4", "NaN")'},
        "which is not JSON, and should be.",
    ),
    "NaN is let through": (
        {"allow_inf_nan=False": "allow_inf_nan=True"},
        """Kar sends {"type": "snow", "cm": NaN} and hears 'cm: Input should be""",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("04", edits)
