"""Exercise 9: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "the sender's tabs are left out": (
        {"room.tabs_of(hut, message.to)": "room.tabs_of(message.to)"},
        "A tab of Kar hears nothing of it.",
    ),
    "both lists, one after the other": (
        {"room.tabs_of(hut, message.to)": "room.tabs_of(hut) + room.tabs_of(message.to)"},
        "says something, and hears ['whispered', 'whispered'].",
    ),
    "one tab of each hut": (
        {
            "tabs = room.tabs_of(hut, message.to)": (
                "tabs = {room.tabs_of(one)[-1] for one in (hut, message.to)}"
            )
        },
        "A tab of Kar hears nothing of it.",
    ),
    "everybody hears who is not here": (
        {"await room.send(websocket, Error(detail=f": "await room.broadcast(Error(detail=f"},
        "Kar's other tab hears {'type': 'error'",
    ),
    "only the tab that has sent it": (
        {"room.tabs_of(hut, message.to)": "[websocket, *room.tabs_of(message.to)]"},
        "A tab of Kar hears nothing of it.",
    ),
    "a hut is looked for in every room": (
        {
            "if not room.tabs_of(message.to):": (
                "if not any(one.tabs_of(message.to) for one in rooms.values()):"
            )
        },
        "Alm is not in north, and Kar hears {'type': 'whispered'",
    ),
    "a hut has left with its first tab": (
        {
            "        del self.tabs[websocket]\n": (
                "        hut = self.tabs[websocket]\n"
                "        for tab in self.tabs_of(hut):\n"
                "            del self.tabs[tab]\n"
            ),
            "        if not self.tabs:\n            del rooms[self.name]": (
                "        if not self.tabs:\n            rooms.pop(self.name, None)"
            ),
            "        room.leave(websocket)": (
                "        if websocket in room.tabs:\n            room.leave(websocket)"
            ),
        },
        "One of Alm's tabs has vanished, and the other hears nothing.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("09", edits)


def test_a_right_answer_that_sends_one_after_the_other_passes(desk: Desk) -> None:
    desk.solve("09")
    main = desk.exercise("09").work / "main.py"
    source = main.read_text(encoding="utf-8")
    gathered = "    await asyncio.gather(*(room.send(tab, event) for tab in tabs))\n"
    assert gathered in source
    loop = "    for tab in tabs:\n        await room.send(tab, event)\n"
    main.write_text(source.replace(gathered, loop), encoding="utf-8")

    ended = desk.word("check", "09")

    assert ended.returncode == 0, ended.stdout
