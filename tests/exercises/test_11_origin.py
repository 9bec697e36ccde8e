"""Exercise 11: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "the WebSocket alone": (
        {'if scope["type"] == "lifespan" or': 'if scope["type"] != "websocket" or'},
        "A page of http://inn.example posts an alarm and gets 200; 403 is due.",
    ),
    "HTTP alone": (
        {'if scope["type"] == "lifespan" or': 'if scope["type"] != "http" or'},
        "A page of http://inn.example opens Kar's line and gets 101; 403 is due.",
    ),
    "an origin that begins like ours": (
        {
            "or origin in own or": "or origin.startswith(own) or",
        },
        ".inn.example opens Kar's line and gets 101; 403 is due.",
    ),
    "a host that is in the origin": (
        {"or origin in own or": "or str(host).partition(':')[0] in origin or"},
        "opens Kar's line and gets 101; 403 is due.",
    ),
    "null is nobody": (
        {"return origin is None or": 'return origin in (None, "null") or'},
        "A page of null opens Kar's line and gets 101; 403 is due.",
    ),
    "an empty origin is none": (
        {"return origin is None or": "return not origin or"},
        "A page of nobody opens Kar's line and gets 101; 403 is due.",
    ),
    "programs stay out": (
        {"return origin is None or origin": "return origin"},
        "A program posts an alarm without an origin and gets 403; 200 is due.",
    ),
    "the weather is ours": (
        {'    if scope["path"] in PUBLIC:\n        return True\n': ""},
        "Your app refuses the handshake of /weather with HTTP 403.",
    ),
    "refused after the line is open": (
        {
            "            await WebSocketClose(1008)(scope, receive, send)\n": (
                "            websocket = WebSocket(scope, receive, send)\n"
                "            await websocket.accept()\n"
                "            await websocket.close(1008)\n"
            ),
            "WebSocketClose, WebSocketDisconnected": "WebSocketDisconnected",
        },
        "A page of http://inn.example opens Kar's line and gets 101; 403 is due.",
    ),
    "reading is refused as well": (
        {'("GET", "HEAD", "OPTIONS")': '("OPTIONS",)'},
        "A page of http://inn.example asks for /huts and gets 403; 200 is due.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("11", edits)
