"""Exercise 13: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "a group is caught without its star": (
        {"except* CLIENT_GONE": "except CLIENT_GONE", "except* KeyError": "except KeyError"},
        "Kar left and Firn vanished, and your app's log has an error: WebSocketDisconnect",
    ),
    "the end is swallowed": (
        {
            "    while True:\n        match (await websocket.receive_text())": (
                "    async for text in websocket.iter_text():\n        match text"
            )
        },
        "Kar left and Firn vanished, and on the line are still ['Firn', 'Kar'].",
    ),
    "the reader waits for the horn": (
        {"tasks.create_task(blow_beside(hut))": "await blow_beside(hut)"},
        "while its horn is blown, Kar should be heard.",
    ),
    "everybody waits for the horn": (
        {"await asyncio.to_thread(blow, hut)": "blow(hut)"},
        "and everybody waited: it was at line",
    ),
    "the last wish alone counts": (
        {"hut.wanted.add(kind)": "hut.wanted = {kind}"},
        "Kar says 'want avalanche' and hears 'Kar wants: avalanche'; 'Kar wants: avalanche, st",
    ),
    "dropped what was never wanted": (
        {"hut.wanted.discard(kind)": "hut.wanted.remove(kind)"},
        "Your app closes the connection (1003 Send text, not bytes.), and should say something",
    ),
    "everybody is warned of everything": (
        {"if kind in hut.wanted and not": "if not"},
        "and Kar hears 'storm: It blows over.'",
    ),
    "any word is a warning": (
        {'case ["want", kind] if kind in KINDS:': 'case ["want", kind]:'},
        "Joch says 'want sunshine' and hears 'Joch wants: sunshine'; 'Say want or drop",
    ),
    "the hut stays on the line": (
        {"    finally:\n        huts.discard(hut)\n": ""},
        "Kar left and Firn vanished, and on the line are still ['Firn', 'Kar'].",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("13", edits)
