"""Exercise 12: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "opened with the first hut": (
        {
            "    await gauge.open()\n": "",
            "    huts.add(websocket)\n": (
                "    huts.add(websocket)\n    if not gauge.opened:\n        await gauge.open()\n"
            ),
        },
        "No hut has called yet, and the gauge was opened 0 times.",
    ),
    "read once for each hut": (
        {
            "        text = await gauge.read()\n": "",
            "tell(hut, text) for hut": "tell(hut, await gauge.read()) for hut",
            "asyncio.gather(*(": "asyncio.gather(*[",
            "for hut in list(huts)))": "for hut in list(huts)])",
        },
        "one of them went to somebody else.",
    ),
    "the gauge stays open at the end": (
        {"        await gauge.close()\n": "        gauge.opened -= 1\n"},
        "The station has stopped, and the gauge was closed 0 times.",
    ),
    "nobody ends the reading": (
        {"            reading.cancel()\n": ""},
        "Your app goes on when it is told to stop: something in it never ends.",
    ),
    "the endpoint waits for what never comes": (
        {"await websocket.receive()": "await asyncio.Event().wait()"},
        "Your app goes on when it is told to stop: something in it never ends.",
    ),
    "a hut that is gone is not thought of": (
        {"except (WebSocketDisconnect, RuntimeError, TimeoutError):": "except ZeroDivisionError:"},
        "vanished, calls again, and hears no wind.",
    ),
    "closed with each hut": (
        {
            "    finally:\n        huts.discard(websocket)\n": (
                "    finally:\n        huts.discard(websocket)\n        await gauge.close()\n"
            )
        },
        "The station has stopped, and the gauge was closed 3 times.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("12", edits)
