"""Exercise 10: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

OF_THIS_ONE = "        if window.shown.number == shown.number:\n"
CANCEL = "            window.end.cancel()\n"

WRONG = {
    "a ticket from before is still good": (
        {"if shown is None or shown.number in lost:": "if shown is None:"},
        "a ticket from before opens the line with 101; 401 is due.",
    ),
    "no look at the list where a pass is read": (
        {'if not claims or claims["jti"] in lost:': "if not claims:"},
        "Kar reports its pass as lost, and asking for a ticket with it gets 200",
    ),
    "its lines stay open": (
        {OF_THIS_ONE + CANCEL: "        pass\n"},
        "Kar's pass is lost, and a line of it stays open.",
    ),
    "one of its lines stays open": (
        {f"{CANCEL}\n\n@": f"{CANCEL}            break\n\n\n@"},
        "Kar's pass is lost, and a line of it stays open.",
    ),
    "the whole hut is closed": (
        {"if window.shown.number == shown.number:": "if window.shown.hut == shown.hut:"},
        "Kar's other pass is not lost. Your app closes the connection (4401 Your pass is over.)",
    ),
    "the list is of huts": (
        {
            "lost[shown.number] = shown.until": "lost[shown.hut] = shown.until",
            'claims["jti"] in lost': 'claims["sub"] in lost',
            "shown is None or shown.number in lost": "shown is None or shown.hut in lost",
        },
        "Kar's other pass is not lost, and gets 401; 200 is due.",
    ),
    "a word in the endpoint's ear, and no close": (
        {"    if end.cancelled_caught:": "    if end.cancel_called is None:"},
        "a line of it is closed with 1006; 4401 is due.",
    ),
    "the hut's other tickets are torn up": (
        {
            "    lost[shown.number] = shown.until\n": "    lost[shown.number] = shown.until\n"
            "    for ticket in [key for key, of in tickets.items() if of.hut == shown.hut]:\n"
            "        del tickets[ticket]\n"
        },
        "Kar's other pass is not lost, and a ticket from before opens the line with 401; 101",
    ),
    "nothing is forgotten": (
        {"        del lost[number]\n": "        pass\n"},
        "The lost pass has been over for a second or two, and 1 is on the list.",
    ),
    "all is forgotten with the first": (
        {"        del lost[number]\n": "        lost.clear()\n        break\n"},
        "Two passes are lost, the first of them is over, and 0 are on the list; 1 is due.",
    ),
    "forgotten too early": (
        {"if until <= time()]:": "if until > time()]:"},
        "3 passes are lost, and 0 are on the list.",
    ),
    "what is over is left out of the count alone": (
        {
            "        del lost[number]\n": "        pass\n",
            'return {"lost": len(lost)}': (
                'return {"lost": sum(until > time() for until in lost.values())}'
            ),
        },
        "your list `lost` still has it",
    ),
    "no second look when the line is open": (
        {"            if shown.number in lost:\n": "            if False:\n"},
        "in which the server accepts a line of it, and this line stays open.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("10", edits)
