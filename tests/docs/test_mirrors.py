"""The page What it mirrors has every sample of the five documents, and a place for each."""

import re

from tests.support.server import ROOT

PAGE = (ROOT / "docs" / "topics" / "mirrors.md").read_text(encoding="utf-8")
SAMPLES = {"A": 7, "B": 11, "C": 13, "D": 20, "E": 43}
"""How many each document has."""
WITHOUT_A_LESSON = {"D20"}
"""What no lesson shows yet."""

ROWS = {
    cells[0]: cells[3]
    for line in PAGE.splitlines()
    if line.startswith("| ") and re.match(r"[A-E]\d", (cells := line[2:-2].split(" | "))[0])
}


def test_every_sample_has_a_row() -> None:
    assert [*ROWS] == [f"{key}{n}" for key, most in SAMPLES.items() for n in range(1, most + 1)]


def test_every_sample_has_its_place() -> None:
    """That a link leads to a heading is for the test of all links to say."""
    assert {key for key, where in ROWS.items() if ".md" not in where} == WITHOUT_A_LESSON


def test_a_place_in_a_lesson_is_a_section_of_it() -> None:
    assert [key for key, where in ROWS.items() if ".md)" in re.sub(r"\([^/]*\)", "", where)] == []
