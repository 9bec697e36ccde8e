"""Exercise 10: each of these answers is nearly right, and gets an error that says what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

OF_THIS_ONE = "        if connection.user.token_id == user.token_id:\n"
CANCEL = "            connection.scope.cancel()\n"
REMEMBER = "    revoked[user.token_id] = user.expires_at\n"
REMOVE = "            del revoked[token_id]\n"

WRONG = {
    "a ticket from before is still valid": (
        {"if user is None or user.token_id in revoked:": "if user is None:"},
        "revokes a token, and a ticket from before gets 101; 401 is right.",
    ),
    "no look at the list where a token is decoded": (
        {'if not claims or claims["jti"] in revoked:': "if not claims:"},
        "revokes a token, and POST /tickets with this token gets 200; 401 is right.",
    ),
    "no second look when a connection is accepted": (
        {"            if user.token_id in revoked:\n": "            if False:\n"},
        "a connection of it is accepted, and this connection stays open.",
    ),
    "what has expired is left out of the count alone": (
        {
            REMOVE: "            pass\n",
            'return {"revoked": len(revoked)}': (
                'return {"revoked": sum(at > time() for at in revoked.values())}'
            ),
        },
        "your dictionary `revoked` still has it",
    ),
    "its connections stay open": (
        {OF_THIS_ONE + CANCEL: "        pass\n"},
        "revokes a token, and a connection of it stays open.",
    ),
    "one of its connections stays open": (
        {f"{OF_THIS_ONE}{CANCEL}": f"{OF_THIS_ONE}{CANCEL}            break\n"},
        "revokes a token, and a connection of it stays open.",
    ),
    "all connections of the user are closed": (
        {OF_THIS_ONE: "        if connection.user.name == user.name:\n"},
        "'s other token is still valid. Your app closes the connection (4401 ",
    ),
    "the list is of users": (
        {
            REMEMBER: "    revoked[user.name] = user.expires_at\n",
            'claims["jti"] in revoked': 'claims["sub"] in revoked',
            "user is None or user.token_id in revoked": "user is None or user.name in revoked",
        },
        "'s other token is still valid, and gets 401.",
    ),
    "an end without a close frame of its own": (
        {"    if scope.cancelled_caught:": "    if scope.cancel_called is None:"},
        "a connection of it is closed with 1006; 4401 is right.",
    ),
    "all tickets of the user are thrown away": (
        {
            REMEMBER: REMEMBER
            + "    for ticket in [key for key, of in tickets.items() if of.name == user.name]:\n"
            "        del tickets[ticket]\n"
        },
        "'s other token is still valid, and a ticket from before gets 401; 101 is right.",
    ),
    "nothing is removed": (
        {REMOVE: "            pass\n"},
        "has expired a second or two ago, and GET /revoked says 1.",
    ),
    "all are removed with the first": (
        {REMOVE: "            revoked.clear()\n            break\n"},
        "the first of them expires, and GET /revoked says 0; 1 is right.",
    ),
    "removed too early": (
        {"if expires_at <= time():": "if expires_at > time():"},
        "4 tokens are revoked, and GET /revoked says ",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_gets_an_error_that_says_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("10", edits)
