"""Exercise 3: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

ARRIVAL = "list(dict.fromkeys(hut for hut, _ in self.windows.values()))"
LAST = "    finally:\n        await line.announce()"

WRONG = {
    "named once, told each time": (
        {"if huts != self.told:": "if huts:"},
        "Alm opens a second window, the list stays as it was, and Kar hears",
    ),
    "told of every window that closes": (
        {LAST: "    finally:\n        line.told = []\n        await line.announce()"},
        "Alm closes one window of two, and Kar hears 'On the line: Alm, Kar'.",
    ),
    "nobody is told who left": (
        {LAST: "    finally:\n        pass"},
        "Alm closes its last window, and Kar hears nothing of it.",
    ),
    "a window that is gone is not thought of": (
        {"except (WebSocketDisconnect, RuntimeError):": "except ZeroDivisionError:"},
        "were gone at once, and your app's log has an error:",
    ),
    "remembered after the wait": (
        {
            "            self.told = huts\n": "",
            "{', '.join(huts)}\")\n": "{', '.join(huts)}\")\n            self.told = huts\n",
        },
        "opens four windows at once, and Kar hears",
    ),
    "one window of a hut hears all": (
        {
            "windows = list(self.windows)": (
                "windows = list({h: w for w, (h, _) in self.windows.items()}.values())"
            )
        },
        "Alm has three windows, and each should hear every report.",
    ),
    "in the order of arrival": (
        {"sorted({hut for hut, _ in self.windows.values()})": ARRIVAL},
        "Alm came, and Kar hears 'On the line: Kar, Alm'.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("03", edits)
