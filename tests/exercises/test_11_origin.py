"""Exercise 11: each of these answers is nearly right, and gets an error that says what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "the WebSocket alone": (
        {'if scope["type"] == "lifespan" or': 'if scope["type"] != "websocket" or'},
        "sends POST /alarm and gets 200; 403 is right.",
    ),
    "HTTP alone": (
        {'if scope["type"] == "lifespan" or': 'if scope["type"] != "http" or'},
        "opens /ws with Ada's cookie and gets 101; 403 is right.",
    ),
    "an origin that begins like ours": (
        {
            "or origin in own or": "or origin.startswith(own) or",
        },
        ".game.example' opens /ws with Ada's cookie and gets 101; 403 is right.",
    ),
    "a host that is in the origin": (
        {"or origin in own or": "or str(host).partition(':')[0] in origin or"},
        "opens /ws with Ada's cookie and gets 101; 403 is right.",
    ),
    "null is nobody": (
        {"return origin is None or": 'return origin in (None, "null") or'},
        "A page of 'null' opens /ws with Ada's cookie and gets 101; 403 is right.",
    ),
    "an empty origin is none": (
        {"return origin is None or": "return not origin or"},
        "A page of '' opens /ws with Ada's cookie and gets 101; 403 is right.",
    ),
    "programs stay out": (
        {"return origin is None or origin": "return origin"},
        "A program sends POST /alarm without an origin and gets 403; 200 is right.",
    ),
    "the status is ours": (
        {'    if scope["path"] in PUBLIC:\n        return True\n': ""},
        "Your app refuses the handshake of /status with HTTP 403.",
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
        "opens /ws with Ada's cookie and gets 101; 403 is right.",
    ),
    "reading is refused as well": (
        {'("GET", "HEAD", "OPTIONS")': '("OPTIONS",)'},
        "A page of 'http://game.example' sends GET /users and gets 403; 200 is right.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("11", edits)


RIGHT = {
    # It takes the two apart, where the solution puts them together.
    '    own = (f"http://{host}", f"https://{host}")\n': (
        '    own = [one for one in [origin] if str(one).partition("://")[::2] in'
        ' (("http", host), ("https", host))]\n'
    ),
    '("GET", "HEAD", "OPTIONS")': '{"GET", "HEAD", "OPTIONS", "TRACE"}',
}


def test_a_right_answer_may_do_it_differently(desk: Desk) -> None:
    desk.solve("11")
    path = desk.exercise("11").work / "main.py"
    source = path.read_text("utf-8")
    for old, new in RIGHT.items():
        assert old in source
        source = source.replace(old, new)
    path.write_text(source, "utf-8")
    ended = desk.word("check", "11")
    assert ended.returncode == 0, ended.stdout
