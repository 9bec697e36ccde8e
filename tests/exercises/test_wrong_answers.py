"""The checks find what a learner may get wrong, and say it: each answer here is nearly right."""

import pytest

from tests.exercises.conftest import Desk

GREET = '            await websocket.send_text("Station here. Go ahead.")\n'
LATE = """\
async def station(websocket: WebSocket, hut: OwnHut, warden: Warden) -> None:
    await websocket.accept()
    if hut != warden:
        return await websocket.close(1008)
"""
ARRIVAL = "list(dict.fromkeys(hut for hut, _ in self.windows.values()))"
LAST = "    finally:\n        await line.announce()"

WRONG = {
    "01: one count for all": (
        {
            "app = FastAPI()\n": "app = FastAPI()\nnumber = 0\n",
            "            number = 0\n": "            global number\n",
        },
        "Alm's first report is confirmed with 'Copied 2: Clear skies.'; each hut counts",
    ),
    "01: the greeting after the first report": (
        {GREET: "", "                number += 1\n": f"                number += 1\n    {GREET}"},
        "send 'Station here. Go ahead.' as soon as you have accepted.",
    ),
    "01: counting from 0": (
        {"            number = 0\n": "            number = -1\n"},
        "the station answers 'Copied 0: Snow at 2100 m.'",
    ),
    "01: an empty report is left out": (
        {"number += 1\n": "number += bool(text)\n"},
        "should answer 'Copied 2: '.",
    ),
    "01: bytes are not thought of": (
        {"        except KeyError:": "        except ZeroDivisionError:"},
        "Kar sends bytes and is closed with 1006; 1003 is due.",
    ),
    "01: a hut that is gone is not thought of": (
        {"suppress(WebSocketDisconnect)": "suppress()"},
        "Kar hung up as it spoke, and your app's log has an error: WebSocketDisconnect",
    ),
    "02: refused after the line is open": (
        {
            "if hut != warden:": "if False:",
            "async def station(websocket: WebSocket, hut: OwnHut) -> None:\n"
            "    await websocket.accept()\n": LATE,
        },
        "Alm's warden opens Kar's line with Alm's key and gets 101;",
    ),
    "02: refused on the WebSocket alone": (
        {"if hut != warden:": 'if hut != warden and connection.scope["type"] != "http":'},
        "GET /huts/Kar with the key 'edelweiss' gets 200; 403 is due.",
    ),
    "02: everybody is refused": (
        {"if hut != warden:": "if hut:"},
        "Your app refuses the handshake of /huts/Kar/ws?key=gentian with HTTP 403.",
    ),
    "02: refused at the other huts of the list alone": (
        {"if hut != warden:": "if hut in KEYS and hut != warden:"},
        "There is no hut Tal, and Kar's key opens its line with 101; 403 is due.",
    ),
    "03: named once, told each time": (
        {"if huts != self.told:": "if huts:"},
        "Alm opens a second window, the list stays as it was, and Kar hears",
    ),
    "03: told of every window that closes": (
        {LAST: "    finally:\n        line.told = []\n        await line.announce()"},
        "Alm closes one window of two, and Kar hears 'On the line: Alm, Kar'.",
    ),
    "03: nobody is told who left": (
        {LAST: "    finally:\n        pass"},
        "Alm closes its last window, and Kar hears nothing of it.",
    ),
    "03: a window that is gone is not thought of": (
        {"except (WebSocketDisconnect, RuntimeError):": "except ZeroDivisionError:"},
        "were gone at once, and your app's log has an error:",
    ),
    "03: in the order of arrival": (
        {"sorted({hut for hut, _ in self.windows.values()})": ARRIVAL},
        "Alm came, and Kar hears 'On the line: Kar, Alm'.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    number = wrong.partition(":")[0]
    edits, words = WRONG[wrong]
    source = desk.exercise(number).solution.read_text(encoding="utf-8")
    for old, new in edits.items():
        assert old in source
        source = source.replace(old, new, 1)
    desk.write(number, source)

    ended = desk.word("check", number)

    assert ended.returncode == 1, ended.stdout
    assert words in " ".join(ended.stdout.split())
