"""Exercise 2: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

RULE = "if OWNERS.get(item_id) != caller:"
RAISE = 'raise refusal(connection, "Open an item of your own.")'
ENDPOINT = "async def discuss_item(websocket: WebSocket, item_id: OwnItem) -> None:\n"
LATE = """\
async def discuss_item(websocket: WebSocket, item_id: OwnItem, caller: Caller) -> None:
    await websocket.accept()
    if OWNERS.get(item_id) != caller:
        return await websocket.close(1008)
"""
HTTP_ALONE = '@app.get("/items/{item_id}")\nasync def read_item(item_id: OwnItem)'

WRONG = {
    "refused after accept()": (
        {RULE: "if False:", f"{ENDPOINT}    await websocket.accept()\n": LATE},
        "does not own it, and opens it all the same;",
    ),
    "refused on the WebSocket alone": (
        {HTTP_ALONE: '@app.get("/items/{item_id}")\nasync def read_item(item_id: str)'},
        "and gets 200; 403 is right.",
    ),
    "an item that nobody owns is everybody's": (
        {RULE: "if OWNERS.get(item_id, caller) != caller:"},
        "and gets 101; 403 is right.",
    ),
    "an item that nobody owns is looked up all the same": (
        {RULE: "if OWNERS[item_id] != caller:"},
        "and gets 500; 403 is right.",
    ),
    "a WebSocket's exception for both": (
        {RAISE: 'raise WebSocketException(1008, "No.")'},
        "and gets 500; 403 is right.",
    ),
    "everybody is refused": (
        {RULE: "if item_id:"},
        "with HTTP 403.",
    ),
    "any owner may open any owned item": (
        {RULE: "if item_id not in OWNERS or caller not in OWNERS.values():"},
        "does not own it, and opens it all the same;",
    ),
}

RIGHT = {
    RULE: "if (caller, item_id) not in [(who, what) for what, who in OWNERS.items()]:",
    # uvicorn logs it as an error of its own, which is no fault of the answer.
    RAISE: 'raise HTTPException(403, f"{item_id} is not yours.")',
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("02", edits)


def test_a_right_answer_may_do_it_differently(desk: Desk) -> None:
    desk.solve("02")
    path = desk.exercise("02").work / "main.py"
    source = path.read_text("utf-8")
    for old, new in RIGHT.items():
        assert old in source
        source = source.replace(old, new)
    path.write_text(source, "utf-8")
    ended = desk.word("check", "02")
    assert ended.returncode == 0, ended.stdout
