"""Exercise 1: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

GREET = '            await websocket.send_text("Station here. Go ahead.")\n'

WRONG = {
    "one count for all": (
        {
            "app = FastAPI()\n": "app = FastAPI()\nnumber = 0\n",
            "            number = 0\n": "            global number\n",
        },
        "Alm's first report is confirmed with 'Copied 2: Clear skies.'; each hut counts",
    ),
    "the greeting after the first report": (
        {GREET: "", "                number += 1\n": f"                number += 1\n    {GREET}"},
        "send 'Station here. Go ahead.' as soon as you have accepted.",
    ),
    "counting from 0": (
        {"            number = 0\n": "            number = -1\n"},
        "the station answers 'Copied 0: Snow at 2100 m.'",
    ),
    "an empty report is left out": (
        {"number += 1\n": "number += bool(text)\n"},
        "should answer 'Copied 2: '.",
    ),
    "numbers stop at 3": (
        {"number += 1\n": "number = min(number + 1, 3)\n"},
        "Kar's report number 4 is 'Two guests.'; the station answers 'Copied 3: Two guests.'",
    ),
    "a long report is cut": (
        {"{text}": "{text[:40]}"},
        "Kar's report number 5 is",
    ),
    "a repeated report gets its old number": (
        {
            "            number = 0\n": "            heard: list[str] = []\n",
            "                number += 1\n": ""
            "                heard += [text] * (text not in heard)\n"
            "                number = heard.index(text) + 1\n",
        },
        "Kar's report number 4 is 'Two guests.'; the station answers 'Copied 3: Two guests.'",
    ),
    "no answer to an empty report": (
        {
            "                number += 1\n": "                number += 1\n"
            "                if not text:\n                    continue\n"
        },
        "Kar's report number 2 is empty, and counts like any other. Your app says nothing",
    ),
    "closed without a reason": (
        {'close(1003, "Send text, not bytes.")': "close(1003)"},
        "Kar sends bytes and is closed for the reason '';",
    ),
    "bytes are not thought of": (
        {"        except KeyError:": "        except ZeroDivisionError:"},
        "Kar sends bytes and is closed with 1006; 1003 is due.",
    ),
    "a hut that is gone is not thought of": (
        {"suppress(WebSocketDisconnect)": "suppress()"},
        "Kar hung up as it spoke, and your app's log has an error: WebSocketDisconnect",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("01", edits)
