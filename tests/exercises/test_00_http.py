"""Exercise 0: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "taken with 200": (
        {", status_code=201": ""},
        "Kar leaves a report, and the answer's status is 200; 201 is due.",
    ),
    "one letterbox for all": (
        {"letterbox[hut].append": 'letterbox["Kar"].append'},
        "Kar leaves 'Fog.' and 'The bridge is out.', and its reports are ['Fog.', 'Fog.',",
    ),
    "a hut that is none may read": (
        {"read_reports(hut: Hut)": "read_reports(hut: str)"},
        "'Tal' is no hut, reads its reports, and gets 200; 404 is due.",
    ),
    "a hut in small letters is one": (
        {"if hut not in HUTS": "if hut.title() not in HUTS"},
        "'kar' is no hut, leaves a report, and gets 201; 404 is due.",
    ),
    "a text without an end": (
        {", max_length=200": ""},
        "Kar leaves a report with a text of 201 characters, and gets 201; 422 is due.",
    ),
    "less than no snow": (
        {"ge=0, le=1000": "le=1000"},
        "Kar leaves a report with -40 cm of snow, and gets 201; 422 is due.",
    ),
    "the limit itself is too much": (
        {"le=1000": "lt=1000"},
        "Kar leaves a report with 1000 cm of snow, and gets 422; 201 is due.",
    ),
    "the phone is not asked for": (
        {"    phone: str": '    phone: str = ""'},
        "Kar leaves a report with no phone, and gets 201; 422 is due.",
    ),
    "the list tells the phone": (
        {"-> list[Report]": "-> list[Letter]"},
        'Kar reads its reports, and the answer tells the phone: [{"text":"Fog."',
    ),
    "a fault is answered by a bug": (
        {"letterbox[hut].append(letter)": "letterbox[hut].append(letter)\n    hut.nothing"},
        "Its log has an error: AttributeError",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("00", edits)
