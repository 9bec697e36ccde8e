"""Exercise 3: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

LEFT = "    finally:\n        await manager.announce()"
FORGET = "            finally:\n                self.connections.pop(websocket, None)\n"
FORGET_ALL = """\
            finally:
                same = [key for key, one in self.connections.items() if one.name == name]
                for key in same:
                    del self.connections[key]
"""

TOGETHER = "        await asyncio.gather(*(self.send(one, text) for one in others))\n"
IN_TURN = "        for one in others:\n            await self.send(one, text)\n"

WRONG = {
    "named once, announced each time": (
        {"if names != self.announced:": "if names:"},
        "opens a second window, so the list stays the same, but",
    ),
    "a person leaves with the first window that closes": (
        {FORGET: FORGET_ALL},
        "closes one of two windows, and is still online, but",
    ),
    "remembered after the broadcast": (
        {
            "            self.announced = names\n": "",
            "{', '.join(names)}\")\n": (
                "{', '.join(names)}\")\n            self.announced = names\n"
            ),
        },
        "opens four windows at the same moment, so the list changes once, but",
    ),
    "nobody is told who left": (
        {LEFT: "    finally:\n        pass"},
        "closes the only window, and",
    ),
    "announced whenever a window closes": (
        {LEFT: "    finally:\n        manager.announced = []\n        await manager.announce()"},
        "closes one of two windows, and is still online, but",
    ),
    "says goodbye to a client that has gone": (
        {LEFT: f'{LEFT}\n        await websocket.send_text("Goodbye.")'},
        "was speaking, and your app's log has an error:",
    ),
    "one window of each person reads everything": (
        {
            "others = [one for one in self.connections if one is not exclude]": (
                "others = list({c.name: w for w, c in self.connections.items()}.values())"
            )
        },
        "has three windows, and each should read all messages.",
    ),
    "in the order of arrival": (
        {
            "sorted({one.name for one in self.connections.values()})": (
                "list(dict.fromkeys(one.name for one in self.connections.values()))"
            )
        },
        "is right.",
    ),
    "sends to one after the other": (
        {TOGETHER: IN_TURN},
        " has four windows that do not read, and ",
    ),
    "waits a thousand seconds for a window": (
        {"SEND_TIMEOUT = 1.0": "SEND_TIMEOUT = 1000.0"},
        "messages of 64 KiB nobody else gets any more.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("03", edits)
