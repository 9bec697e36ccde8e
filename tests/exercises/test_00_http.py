"""Exercise 0: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "taken with 200": (
        {", status_code=201": ""},
        "sends a report, and the status of the answer is 200; 201 is right.",
    ),
    "reading is not checked": (
        {"read_reports(hut: KnownHut)": "read_reports(hut: str)"},
        "'Tal' is not one of the huts, requests its reports and gets 200; 404 is right.",
    ),
    "the list shows the phone number": (
        {"-> list[ReportInfo]": "-> list[ReportCreate]"},
        "requests its reports, and the answer contains the phone number: [{",
    ),
    "the phone number is not required": (
        {"    phone: str": '    phone: str = ""'},
        "sends a report with no phone number, and gets 201; 422 is right.",
    ),
    "the same reports for all": (
        {"reports.setdefault(hut, ": "reports.setdefault(HUTS[0], "},
        "and its reports have the texts []",
    ),
    "a hut in small letters": (
        {"if hut not in HUTS": "if hut.title() not in HUTS"},
        "is not one of the huts, sends a report and gets 201; 404 is right.",
    ),
    "a text without an end": (
        {", max_length=200": ""},
        "characters, and gets 201; 422 is right.",
    ),
    "less than no snow": (
        {"ge=0, le=1000": "le=1000"},
        "cm of snow, and gets 201; 422 is right.",
    ),
    "half centimetres": (
        {"Annotated[int, Field(ge": "Annotated[float, Field(ge"},
        "sends a report with 12.5 cm of snow, and gets 201; 422 is right.",
    ),
    "the limit itself is too much": (
        {"le=1000": "lt=1000"},
        "sends a report with 1000 cm of snow, and gets 422; 201 is right.",
    ),
    "an error of its own": (
        {".append(report)": ".append(report)\n    hut.nothing"},
        "Its log has an error: AttributeError",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("00", edits)


ANOTHER_RULE = {
    "async def get_hut(hut: str) -> str:": "def get_hut(hut: str) -> str:",
    "class ReportCreate(ReportInfo):\n    phone: str": (
        "class ReportCreate(BaseModel):\n"
        "    text: str = Field(min_length=1, max_length=200)\n"
        "    snow: int = Field(ge=0, le=1000)\n"
        "    phone: str"
    ),
    "    return report\n": '    return ReportInfo(**report.model_dump(exclude={"phone"}))\n',
}


@pytest.mark.thorough
def test_a_right_answer_that_does_it_differently_passes(desk: Desk) -> None:
    desk.solve("00")
    path = desk.exercise("00").work / "main.py"
    source = path.read_text("utf-8")
    for old, new in ANOTHER_RULE.items():
        assert old in source
        source = source.replace(old, new)
    path.write_text(source, "utf-8")
    ended = desk.word("check", "00")
    assert ended.returncode == 0, ended.stdout
