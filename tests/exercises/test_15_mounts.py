"""Exercise 15: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

ADDRESS = 'str(request.url_for("huts:line"))'

WRONG = {
    "the lifespan is passed on without what it yields": (
        {"        yield state or {}": "        yield {}"},
        "'State' object has no attribute 'numbers'",
    ),
    "a book for each hut": (
        {"next(websocket.state.numbers)": "1"},
        "Kar reports 'Fog.' and hears 'Entry 1: Fog.'; 'Entry 2: Fog.' is due.",
    ),
    "the path within the mounted app": (
        {ADDRESS: "str(request.url.replace(path='/line'))"},
        "the line's path is '/huts/line'.",
    ),
    "the name without its mount": (
        {'"huts:line"': '"line"'},
        "GET /huts/address tells Internal Server Error; the line's path is",
    ),
    "a host by hand": (
        {ADDRESS: '"ws://127.0.0.1:8000/huts/line"'},
        "'ws://valley.example:8080/huts/line' is due.",
    ),
    "a scheme by hand": (
        {ADDRESS: 'f"ws://{request.url.netloc}/huts/line"'},
        "an address with wss is due.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("15", edits)
