"""The programs of the page on asyncio are short, run, and print what the page says."""

import asyncio
import io
from contextlib import redirect_stdout
from itertools import pairwise

import pytest

from tests.support.pages import Fence, fences
from tests.support.server import ROOT

PAGE = (ROOT / "docs" / "topics" / "asyncio.md").read_text(encoding="utf-8")

PROGRAMS = [(one, two) for one, two in pairwise(fences(PAGE)) if one.run]
"""Each with the fence below it, which shows what it prints."""

LONGEST = 14
"""Lines, without empty ones."""


def section(fence: Fence) -> str:
    """Return the anchor of the section in which a fence stands."""
    above = PAGE.split("\n")[: fence.line]
    return [line for line in above if line.startswith("## ")][-1].rpartition("#")[2][:-2]


def printed(program: str) -> list[str]:
    """Run a program, and return the lines it prints."""
    out = io.StringIO()
    # In this process: an interpreter for each of them would take much longer than they do.
    with redirect_stdout(out):
        exec(compile(program, "try.py", "exec"), {"__name__": "__main__"})  # noqa: S102 - it is ours.
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("program", "shown"), PROGRAMS, ids=[section(program) for program, _ in PROGRAMS]
)
def test_a_program_prints_what_the_page_says(program: Fence, shown: Fence) -> None:
    assert shown.language == "text"
    assert printed(program.body) == shown.body.splitlines()
    assert len([line for line in program.body.splitlines() if line.strip()]) <= LONGEST


def body(anchor: str) -> str:
    (found,) = [program.body for program, _ in PROGRAMS if section(program) == anchor]
    return found


def test_without_the_lock_the_messages_are_mixed() -> None:
    program = body("lock").replace("async with lock:", "if True:")
    assert printed(program) == ["one", "three", "two", "four"]


def test_a_task_that_is_asked_to_stop_may_not_go_on() -> None:
    assert not issubclass(asyncio.CancelledError, Exception)


def test_a_call_that_blocks_holds_up_the_ticks() -> None:
    start = "async def tick() -> None:\n"
    program = body("blocking").replace(start, f"{start}    print('slept', time.sleep(0.1))\n")
    assert printed(program) == ["slept None", "tick", "tick", "tick", "done"]


def test_a_coroutine_that_is_not_awaited_warns() -> None:
    program = body("await").replace('await greet("Ada")', 'greet("Ada")')
    with pytest.warns(RuntimeWarning, match=r"coroutine 'greet' was never awaited"):
        assert printed(program) == ["Hello Bob", "Goodbye Bob"]
