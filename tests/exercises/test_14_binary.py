"""Exercise 14: each of these answers is nearly right, and gets an error that says what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

UPLOADED = """\
                    await websocket.send_text(f"uploaded {len(part)}")
                    part.clear()
"""
FAILED = """\
                    part.clear()
                    await websocket.send_text("failed")
"""
REFUSE = '        await websocket.close(4409, "Another connection is sending it.")\n'
SET = "    part = parts.setdefault(upload_id, bytearray())\n"

WRONG = {
    "one part for all": (
        {"parts.setdefault(upload_id, ": 'parts.setdefault("", '},
        "A client connects with an id of its own, and reads 'ready ",
    ),
    "two connections at once": (
        {"if upload_id in busy:": "if False:"},
        "A second connection with the same id is let in while the first one is sending.",
    ),
    "an id stays busy": (
        {"        busy.discard(upload_id)\n": "        pass\n"},
        "Your app closes the connection (4409 Another connection is sending it.)",
    ),
    "a refused connection frees the id": (
        {REFUSE: f"{REFUSE}        busy.discard(upload_id)\n"},
        "A third connection with the same id is let in while the first one is sending.",
    ),
    "another close code": (
        {"close(4409, ": "close(1008, "},
        "A second connection with the same id is closed with 1008; 4409 is right.",
    ),
    "what is uploaded goes on": (
        {UPLOADED: UPLOADED.replace("part.clear()", "pass")},
        "The last answer was 'uploaded ",
    ),
    "what has failed goes on": (
        {FAILED: FAILED.replace("part.clear()", "pass")},
        "The last answer was 'failed', and the client connects again, and reads 'ready ",
    ),
    "a copy of the part grows": (
        {SET: "    part = bytearray(parts.setdefault(upload_id, bytearray()))\n"},
        "The connection broke after an ack, and the client connects again, and reads 'ready 0'",
    ),
    "a client that has vanished is an error": (
        {"suppress(*CLIENT_GONE)": "suppress()"},
        "and your app's log has an error: WebSocketDisconnect",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_gets_an_error_that_says_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("14", edits)


RIGHT = {
    # The part is taken out while somebody sends it, and put back afterwards.
    "    part = parts.setdefault(upload_id, bytearray())\n": (
        "    part = parts.pop(upload_id, bytearray())\n"
    ),
    "            del parts[upload_id]": "            return\n        parts[upload_id] = part",
}


def test_a_right_answer_may_do_it_differently(desk: Desk) -> None:
    desk.solve("14")
    path = desk.exercise("14").work / "main.py"
    source = path.read_text("utf-8")
    for old, new in RIGHT.items():
        assert old in source
        source = source.replace(old, new)
    path.write_text(source, "utf-8")
    ended = desk.word("check", "14")
    assert ended.returncode == 0, ended.stdout
