"""`make test L=03` runs everything that is about lesson 3, and nothing about another one alone."""

import os
import subprocess

import pytest

from tests.support.machine import program
from tests.support.server import ROOT

EXAMPLES = (
    "tests/lessons/test_03_manager.py::",
    "tests/exercises/test_03_manager.py::",
    "tests/browser/test_walks.py::test_a_page_does_what_it_says[03_manager]",
    "tests/browser/test_lessons.py::",
    "tests/docs/test_pages.py::test_quotes_are_verbatim[03_manager]",
    "tests/contract/test_client_programs.py::",
    "[03_manager-websockets-sansio]",
    "[03_manager/step_3-wsproto]",
)
"""The beginning or the end of a test that is among them, one for each kind."""


def collected(*words: str) -> set[str]:
    """Return the ids of the tests that a command of make would run."""
    ended = subprocess.run(
        [program("make", "to see what it runs"), "test", *words],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": "--collect-only --quiet"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    found = {line for line in ended.stdout.splitlines() if "::" in line}
    assert found, ended.stderr
    return found


@pytest.mark.thorough
@pytest.mark.timeout(200)
def test_a_lessons_tests_are_all_that_name_it() -> None:
    chosen = collected("L=03")
    everything = collected("ALL=1")
    assert {one for one in everything if "03_manager" in one} == chosen
    for example in EXAMPLES:
        assert any(one.startswith(example) or one.endswith(example) for one in chosen), example
