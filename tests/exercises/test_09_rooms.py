"""Exercise 9: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "the sender's windows are left out": (
        {"room.windows_of(hut, message.to)": "room.windows_of(message.to)"},
        "A window of Kar hears nothing of it.",
    ),
    "both lists, one after the other": (
        {
            "room.windows_of(hut, message.to), told": (
                "room.windows_of(hut) + room.windows_of(message.to), told"
            )
        },
        "Kar tells itself something, and hears ['told', 'told'].",
    ),
    "everybody is told who is not here": (
        {
            "send(websocket, error)\n\n\n": "send_all([*room.windows], error)\n\n\n",
        },
        "Kar's other window hears {'type': 'error'",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("09", edits)
