"""What a page says that a step promises has the names that the contract's tests have."""

from pathlib import Path

import pytest

from tests.support.contract import PROMISES, each_lesson, promising
from tests.support.speech import WITHOUT_WEBSOCKET
from tools.lessons import Lesson, LessonError


@each_lesson
def test_a_page_promises_only_what_the_contract_knows(name: str) -> None:
    known = {"works_under_a_prefix"} if name in WITHOUT_WEBSOCKET else set(PROMISES)
    for step, kept in Lesson(name).contract().items():
        unknown = [promise for promise in kept if promise not in known]
        assert not unknown, (
            f"The page of {name} says that {step} promises {', '.join(map(str, unknown))}."
            f" The promises are: {', '.join(known)}."
        )


def test_every_lesson_keeps_every_promise() -> None:
    for promise in PROMISES:
        assert {name for name in promising(promise) if "/" not in name} == set(promising())


def lesson(root: Path, contract: str) -> Lesson:
    """Write a lesson with one step, and this in its page's front matter."""
    found = Lesson("80_a", root)
    found.folder.mkdir(parents=True)
    for name in ("step_1", "main"):
        (found.folder / f"{name}.py").touch()
    found.page.parent.mkdir(parents=True)
    found.page.write_text(f"---\nbuilds_on:\n{contract}\n---\n\n# A\n")
    return found


def test_a_step_promises_what_the_page_says(tmp_path: Path) -> None:
    found = lesson(tmp_path, "contract: {step_1: [survives_departures]}")

    assert found.contract() == {"step_1": ["survives_departures"]}


@pytest.mark.parametrize(
    ("contract", "fault"),
    [
        ("contract: {step_2: []}", "what step_2 promises, and there is no such step"),
        ("contract: {main: []}", "what main promises, and there is no such step"),
        ("contract: {step_1: survives_departures}", "must name for each step a list of promises"),
        ("contract: [step_1]", "must name for each step a list of promises"),
    ],
)
def test_a_contract_that_cannot_be_read_is_a_fault(
    tmp_path: Path, contract: str, fault: str
) -> None:
    with pytest.raises(LessonError, match=fault):
        lesson(tmp_path, contract).contract()
