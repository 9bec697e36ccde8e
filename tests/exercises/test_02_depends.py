"""Exercise 2: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

LATE = """\
async def station(websocket: WebSocket, hut: OwnHut, warden: Warden) -> None:
    await websocket.accept()
    if hut != warden:
        return await websocket.close(1008)
"""

WRONG = {
    "refused after the line is open": (
        {
            "if hut != warden:": "if False:",
            "async def station(websocket: WebSocket, hut: OwnHut) -> None:\n"
            "    await websocket.accept()\n": LATE,
        },
        "Alm's warden opens Kar's line with Alm's key and gets 101;",
    ),
    "refused on the WebSocket alone": (
        {"if hut != warden:": 'if hut != warden and connection.scope["type"] != "http":'},
        "GET /huts/Kar with the key 'edelweiss' gets 200; 403 is due.",
    ),
    "everybody is refused": (
        {"if hut != warden:": "if hut:"},
        "Your app refuses the handshake of /huts/Kar/ws?key=gentian with HTTP 403.",
    ),
    "refused at the other huts of the list alone": (
        {"if hut != warden:": "if hut in KEYS and hut != warden:"},
        "There is no hut Tal, and Kar's key opens its line with 101; 403 is due.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("02", edits)
