"""A check chooses the settings that the learner's app finds in its environment."""

from textwrap import dedent

from tests.exercises.conftest import Desk

APP = """\
import os
from fastapi import FastAPI
app = FastAPI()
@app.get("/{name}")
async def read(name: str) -> str | None:
    return os.environ.get(name)
"""
CHECKS = """\
import pytest
pytestmark = pytest.mark.environment(PLACES="3", REPORTS="4")
def test_finds_what_the_file_says(app):
    '''Its checks' file says 3 and 4.'''
    found = [app.get(f"/{name}").json() for name in ("PLACES", "REPORTS", "OWN")]
    assert found == ["3", "4", "mine"], f"The app finds {found}."
@pytest.mark.environment(PLACES="5")
def test_finds_what_the_check_says(app):
    '''A check says 5.'''
    found = [app.get(f"/{name}").json() for name in ("PLACES", "REPORTS", "OWN")]
    assert found == ["5", "4", "mine"], f"The app finds {found}."
"""


def test_an_app_finds_what_its_check_says_and_the_learners_own_beside_it(desk: Desk) -> None:
    desk.write("01", APP)
    desk.exercise("01").checks.write_text(CHECKS, encoding="utf-8")

    ended = desk.word("check", "01", env={"PLACES": "9", "OWN": "mine"})

    assert ended.returncode == 0, ended.stdout
    assert "All 2 checks pass." in ended.stdout


def test_an_app_without_settings_finds_the_learners_own(desk: Desk) -> None:
    desk.write("01", APP)
    desk.exercise("01").checks.write_text(
        dedent("""\
            def test_finds_the_learners_own(app):
                '''Nothing is chosen.'''
                assert app.get("/PLACES").json() == "9", "The app finds another."
        """),
        encoding="utf-8",
    )

    ended = desk.word("check", "01", env={"PLACES": "9"})

    assert ended.returncode == 0, ended.stdout


def test_what_a_learner_has_exported_disturbs_no_check_that_chooses(desk: Desk) -> None:
    desk.solve("07")

    ended = desk.word("check", "07", env={"PLACES": "9", "REPORTS": "ten"})

    assert ended.returncode == 0, ended.stdout
