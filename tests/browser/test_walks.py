"""What each lesson's page tells its reader is done in order, on one server and in one browser."""

import re

import pytest
from playwright.sync_api import BrowserContext

from tests.support.walk import Walk, WalkError, log_pattern, output_fault, steps
from tools.lessons import ROOT, names


def text_of(name: str) -> str:
    return (ROOT / "docs" / "lessons" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", names())
def test_a_page_does_what_it_says(context: BrowserContext, name: str) -> None:
    assert "<!-- walk: " in text_of(name), (
        "Add walk comments, see CONTRIBUTING.md, A page is walked."
    )
    with Walk(context) as reader:
        for left_out in reader.go(text_of(name)):
            print(f"{name}, {left_out}")


RUNS = "# T\n\n```console\n$ uvicorn lessons.01_echo.{}:app --reload\n```\n\n{}\n"
OPEN = 'Send `hello`.\n\n<!-- walk: open A; A sends "hello" -->\n\n'
LOG = "```text\nTraceback …\n…\nnothing.Like: this\n```\n"
THROW = "```{ .js .run }\nconsole.log(7);\n```\n\nIt prints 8.\n\n"


@pytest.mark.timeout(90)
@pytest.mark.parametrize(
    ("program", "rest", "words"),
    [
        ("main", "Look.\n\n<!-- walk: stare at A -->", "does not know 'stare at A'"),
        ("main", '<!-- walk: open A; B sends "hello" -->', "is said nowhere above"),
        ("main", "Now B.\n\n<!-- walk: B closes -->", "Window B is not open"),
        ("main", f'{OPEN}It shows *bye*.\n\n<!-- walk: A shows "bye" -->', "Line 13: Locator"),
        ("naive", f'{OPEN}<!-- walk: A closes; the log shows "hello" -->', "No 'hello' in the log"),
        ("main", LOG, "No '[ ]*Traceback"),
        (
            "main",
            f'{THROW}<!-- walk: open A -->\n\n<!-- walk: the console prints "8" -->',
            "not open",
        ),
        (
            "main",
            f'<!-- walk: open A -->\n\n{THROW}<!-- walk: the console prints "8" -->',
            "printed '7'",
        ),
        ("main", "```console\n$ make fun\n```", "cannot do 'make fun'"),
        ("main", "```console\n$ curl -s http://127.0.0.1:8000/no\n{}\n```", "The page shows '{}'"),
        ("main", "```console\nmake fun\n```", "A console begins with `$ `"),
        ("main", "<!-- walk: leave out: it is slow -->", "nothing to be left out"),
    ],
)
def test_a_page_that_is_wrong_is_found(
    context: BrowserContext, monkeypatch: pytest.MonkeyPatch, program: str, rest: str, words: str
) -> None:
    monkeypatch.setattr("tests.support.walk.LOG_SECONDS", 2)
    with Walk(context) as reader, pytest.raises(WalkError) as wrong:
        reader.go(RUNS.format(program, rest))
    assert words in str(wrong.value)


def test_a_command_shows_its_answer_and_another_is_left_out_with_its_reason(
    context: BrowserContext,
) -> None:
    curl = '```console\n$ curl -s http://127.0.0.1:8000/no\n{"detail":"…"}\n```\n\n'
    rest = f"{curl}<!-- walk: leave out: it has no end -->\n\n```console\n$ make fun\n```"
    with Walk(context) as reader:
        (left_out,) = reader.go(RUNS.format("main", rest))
    assert left_out.endswith("it has no end")


def test_a_setting_comes_before_a_command_and_a_server_is_stopped(context: BrowserContext) -> None:
    begin = "```console\n$ TICK_SECONDS=0.1 uvicorn lessons.12_lifespan.main:app\n```\n\n"
    tick = 'It is *Tick*.\n\n<!-- walk: open A; A shows "Tick" -->\n\n'
    stop = 'Ctrl+C, and it is *closed (1012)*.\n\n<!-- walk: Ctrl+C; A shows "closed (1012)" -->\n'
    with Walk(context) as reader:
        assert reader.go(begin + tick + stop) == []


@pytest.mark.parametrize(
    ("shown", "printed", "numbers", "fault"),
    [
        ("It is 3.", "It is 3.\n", None, None),
        ("It is 3.", "It is 4.", None, "it printed 'It is 4.'"),
        ("It is 3.", "It is 3.\nMore.", None, "More."),
        ("It is …", "It is 4.", None, None),
        ("14 of 30", "5 of 30", "1..30, 30", None),
        ("14 of 30", "0 of 30", "1..30, 30", "0 is not within 1..30"),
        ("14 of 30", "5 of 31", "1..30, 30", "31 is not within 30..30"),
        ("14 of 30", "5 of 30", "1..30", "2 numbers"),
        ("14 of 30", "cut off", "1..30, 30", "cut off"),
    ],
)
def test_compares_what_a_program_prints(
    shown: str, printed: str, numbers: str | None, fault: str | None
) -> None:
    found = output_fault(shown, printed, numbers)
    assert (found is None) if fault is None else (found is not None and fault in found)


def test_a_log_may_be_shown_in_part() -> None:
    log = '  File "/a b/lessons/x.py", line 48, in chat\n    wait\nError: x\n'
    for shown in ('File "…/lessons/x.py", line 48, in chat\n    wait', "  File …\n…\nError: x"):
        assert re.search(log_pattern(shown), log)
    assert not re.search(log_pattern('File "…/lessons/x.py", line 49, in chat'), log)
    assert not re.search(log_pattern("  File …\nError: x"), log)


def test_what_quotes_a_file_is_no_step() -> None:
    page = '```console\n$ x\n```\n\n```python\ny\n```\n\n```text\n--8<-- "z.mmd"\n```\n'
    assert [step.line for step in steps(page)] == [1]
