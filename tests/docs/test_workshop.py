"""The workshop's plans add up, and each lesson has its notes."""

import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.support.server import ROOT
from tools.lessons import Lesson, names

WORKSHOP = ROOT / "docs" / "workshop"
NOTES = ["Say first", "Code it live", "Ask", "Where classes stumble"]


def plans() -> dict[str, list[list[str]]]:
    """Return each plan's rows: when it begins, its minutes, what it is."""
    text = (WORKSHOP / "index.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    found = {}
    for section in sections:
        rows = re.findall(r"^\| (\d\d:\d\d) \| (\d+) \| (.*) \|$", section, re.MULTILINE)
        if rows:
            found[section.split(" {")[0]] = [list(row) for row in rows]
    return found


@pytest.mark.parametrize("plan", plans())
def test_each_part_of_a_plan_begins_when_the_one_before_it_ends(plan: str) -> None:
    rows = plans()[plan]
    for (begins, minutes, what), (then, _, _) in pairwise(rows):
        end = datetime.strptime(begins, "%H:%M") + timedelta(minutes=int(minutes))  # noqa: DTZ007 - a time of day

        assert end.strftime("%H:%M") == then, f"{what} ends at {end:%H:%M}."
    assert rows[-1][2] == "End"


@pytest.mark.parametrize("plan", plans())
def test_a_lesson_has_the_minutes_its_page_says(plan: str) -> None:
    taught = 0
    for _, minutes, what in plans()[plan]:
        link = re.search(r"\((\d\d_\w+)\.md\)", what)
        if link:
            taught += 1
            assert int(minutes) == Lesson(link[1]).minutes, what
        if exercise := re.fullmatch(r"Exercise (\d+)", what.strip()):
            (name,) = (name for name in names() if int(name[:2]) == int(exercise[1]))
            assert int(minutes) == Lesson(name).exercise_minutes, what
    assert taught


@pytest.mark.parametrize("name", names())
def test_a_lesson_has_notes_with_three_questions_and_as_many_answers(name: str) -> None:
    text = (WORKSHOP / f"{name}.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.*?) \{", text, re.MULTILINE)
    ask = text[text.index("## Ask") : text.index("## Where")]

    assert sections == NOTES
    assert len(re.findall(r"^\d\. ", ask, re.MULTILINE)) == 3
    assert len(re.findall(r"^    \d\. ", ask, re.MULTILINE)) == 3
    assert f"../lessons/{name}.md" in text
