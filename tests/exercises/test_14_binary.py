"""Exercise 14: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WHOLE = """\
                    await websocket.send_text(f"Whole: {len(part)} bytes.")
                    part.clear()
"""

WRONG = {
    "one part for all": (
        {"parts.setdefault(number, ": 'parts.setdefault("", '},
        "Alm calls with a photograph of its own, and hears 'Go on at 7.'",
    ),
    "two lines at once": (
        {"if number in busy:": "if False:"},
        "The connection is still open, and your app should close it.",
    ),
    "a number stays taken": (
        {"        busy.discard(number)\n": "        pass\n"},
        "and Kar calls again. Your app closes the connection (4409 Another line sends it.)",
    ),
    "a refused line frees the number": (
        {
            '        await websocket.close(4409, "Another line sends it.")\n': (
                '        await websocket.close(4409, "Another line sends it.")\n'
                "        busy.discard(number)\n"
            )
        },
        "A second line was refused, and a third is let in while Kar sends.",
    ),
    "another close code": (
        {"close(4409, ": "close(1008, "},
        "A second line sends Kar's photograph and is closed with 1008; 4409 is due.",
    ),
    "what is whole goes on": (
        {WHOLE: WHOLE.replace("part.clear()", "pass")},
        "Kar's photograph is whole, and Kar calls again, and hears 'Go on at 11.'",
    ),
    "a line that is gone is not thought of": (
        {"suppress(*CLIENT_GONE)": "suppress()"},
        "and your app's log has an error: WebSocketDisconnect",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("14", edits)
