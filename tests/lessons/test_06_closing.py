"""Lesson 6: what the page says of each step, over a real server."""

import pytest

from tests.support.client import closing, connect, refusal
from tests.support.clients import run_client
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve

LESSON = ROOT / "lessons" / "06_closing"
STEPS = ("step_1", "step_2", "step_3", "main")

SILENT = (1006, "")
FAILED = (1011, "The server failed.")

RIGHT = {
    "close 1000 Bye.": (1000, "Bye."),
    "close 1003 Why": (1003, "Why"),
    "close 1008 Why": (1008, "Why"),
    "close 1009 Why": (1009, "Why"),
    "close 1011 Why": (1011, "Why"),
    "close 1013 Why": (1013, "Why"),
    "close 4000 Why": (4000, "Why"),
    "twice": (1000, "Once."),
    "listen on": (1000, "Bye."),
    "raise WebSocketException": (1008, "This is against the rules."),
}
"""Orders that end well in each program, the naive one too."""

NO_FRAME = {
    "return": (1000, "That was all."),
    "raise": FAILED,
    "raise late": FAILED,
    "raise HTTPException": FAILED,
}
"""Orders that end with 1006 in naive.py, and from step 1 on like this."""

BAD_FRAME = {
    "close 100": FAILED,
    "close 1006": FAILED,
    "bye": FAILED,
    f"close 1000 {'é' * 100}": (1000, "é" * 61),
}
"""Orders that end with 1006 until step 1, and from step 2 on like this."""

PROGRAMS = {
    "naive": {**RIGHT, **dict.fromkeys({**NO_FRAME, **BAD_FRAME}, SILENT)},
    "step_1": {**RIGHT, **NO_FRAME, **dict.fromkeys(BAD_FRAME, SILENT)},
    **{name: {**RIGHT, **NO_FRAME, **BAD_FRAME} for name in STEPS[1:]},
}


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(one, marks=[pytest.mark.thorough] if one in STEPS[1:3] else [])
        for one in PROGRAMS
    ],
)
def test_ends_as_the_page_says_and_tells_the_others(program: str) -> None:
    with (
        serve(f"lessons.06_closing.{program}:app") as server,
        connect(f"{server.ws}/ws/1") as one,
    ):
        seen = {}
        for text in PROGRAMS[program]:
            with connect(f"{server.ws}/ws/2") as two:
                two.send(text)
                seen[text] = closing(two)
            heard = str(one.recv())
            # `bye` and `listen on` let the endpoint go on, so it repeats what it has read.
            if heard.startswith("Client #2 says"):
                heard = str(one.recv())
            assert heard == "Client #2 left the chat"

    assert seen == PROGRAMS[program]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_ends_alike_under_each_implementation_and_logs_a_line_for_a_bug(
    implementation: str,
) -> None:
    with serve("lessons.06_closing.main:app", "--ws", implementation) as server:
        seen = {}
        for text in PROGRAMS["main"]:
            with connect(f"{server.ws}/ws/1") as websocket:
                websocket.send(text)
                seen[text] = closing(websocket)
        log = server.stop()

    assert seen == PROGRAMS["main"]
    assert "Client #1 met a bug: ZeroDivisionError('This is a bug.')" in log
    assert "Client #1 met a bug: ValueError('Close code 100 may not be sent.')" in log
    assert complaints(log) == []


def test_closes_with_no_code_that_is_too_long_for_a_number(server: Server) -> None:
    with connect(f"{server.ws}/ws/1") as websocket:
        websocket.send(f"close {'9' * 5000}")

        assert closing(websocket) == FAILED


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65536])
def test_a_code_that_may_not_be_sent_is_a_bug(server: Server, code: int) -> None:
    with connect(f"{server.ws}/ws/1") as websocket:
        websocket.send(f"close {code}")

        assert closing(websocket) == FAILED


def test_chats_as_long_as_nobody_orders_an_end(server: Server) -> None:
    with connect(f"{server.ws}/ws/1") as websocket:
        for text in ("hello", "", "close", "close it", "close ²"):
            websocket.send(text)

            assert websocket.recv() == f"You wrote: {text}"


NAIVE_LOG = {
    "raise": "ZeroDivisionError: This is a bug.",
    "raise HTTPException": "RuntimeError: Expected ASGI message 'websocket.send'",
    "close 1006": "ProtocolError: invalid status code",
    "bye": "ProtocolError: invalid status code",
    f"close 1000 {'é' * 100}": "ProtocolError: control frame too long",
    "twice": 'Cannot call "send" once a close message has been sent',
    "listen on": "WebSocketDisconnected: WebSocket is not connected.",
}


@pytest.mark.parametrize("text", NAIVE_LOG, ids=lambda text: text[:24])
def test_naive_logs_what_the_page_quotes(naive: Server, text: str) -> None:
    with connect(f"{naive.ws}/ws/1") as websocket:
        websocket.send(text)
        closing(websocket)

    naive.wait_for_log(NAIVE_LOG[text])


def test_naive_logs_nothing_when_it_returns() -> None:
    with serve("lessons.06_closing.naive:app") as server:
        with connect(f"{server.ws}/ws/1") as websocket:
            websocket.send("return")
            assert closing(websocket) == SILENT
        assert complaints(server.stop()) == []


@pytest.mark.parametrize("implementation", ["websockets-sansio", "websockets"])
def test_step_1_tries_to_close_twice_in_vain(implementation: str) -> None:
    with serve("lessons.06_closing.step_1:app", "--ws", implementation) as server:
        with connect(f"{server.ws}/ws/1") as websocket:
            websocket.send("close 100")
            assert closing(websocket) == SILENT
        server.wait_for_log(r"Client #1 met a bug: ProtocolError\('invalid status code'\)")
        server.wait_for_log('WebSocketDisconnected: Cannot call "send" once a close message')


def leave_early(program: str, implementation: str) -> str:
    """Return the log after a client left before its bug, as the page's program does it."""
    with serve(f"lessons.06_closing.{program}:app", "--ws", implementation) as server:
        ran = run_client(LESSON / "clients" / "leave_early.py", server.ws)
        assert ran.sentence == "Client #2 has left early. Look at the server's log."
        return server.stop()


@pytest.mark.parametrize(
    ("program", "implementation"),
    [
        ("step_2", "websockets-sansio"),
        pytest.param("step_2", "wsproto", marks=pytest.mark.thorough),
        pytest.param("step_1", "websockets-sansio", marks=pytest.mark.thorough),
    ],
)
def test_a_client_that_left_early_puts_a_traceback_in_the_log(
    program: str, implementation: str
) -> None:
    (complaint,) = complaints(leave_early(program, implementation))

    assert 'in chat\n    await close(websocket, 1011, "The server failed.")' in complaint
    assert complaint.strip().endswith("starlette.websockets.WebSocketDisconnect")


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("program", ["step_3", pytest.param("main", marks=pytest.mark.thorough)])
def test_a_client_that_left_early_leaves_a_line_in_the_log(
    program: str, implementation: str
) -> None:
    log = leave_early(program, implementation)

    assert "Client #2 met a bug: ZeroDivisionError('This is a late bug.')" in log
    assert complaints(log) == []


REASON = "Version 1 is too old. Load the page again."


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        *((program, "The server answered 403, and nothing else.") for program in STEPS[:3]),
        ("main", f'The server answered 400, and {{"detail":"{REASON}"}}.'),
    ],
)
def test_an_old_program_is_refused_as_the_page_shows(program: str, sentence: str) -> None:
    with serve(f"lessons.06_closing.{program}:app") as server:
        ran = run_client(LESSON / "clients" / "old_version.py", server.ws)

        assert ran.sentence == sentence


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_an_old_page_is_let_in_and_closed_with_a_reason(implementation: str) -> None:
    with (
        serve("lessons.06_closing.main:app", "--ws", implementation) as server,
        connect(f"{server.ws}/ws/1?version=1", origin=server.url) as page,
    ):
        assert closing(page) == (4400, REASON)


def test_refuses_by_close_with_403_and_without_the_reason(server: Server) -> None:
    for way in ("close", "websocket_exception"):
        response = refusal(f"{server.ws}/ws/1?refusal={way}")

        assert (response.status_code, response.body) == (403, b"")


def test_refuses_by_denial_response_with_status_header_and_body(server: Server) -> None:
    response = refusal(f"{server.ws}/ws/1?refusal=denial")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "3600")
    assert response.body == b'{"detail":"Closed on Sundays."}'


def test_refuses_by_http_exception_with_status_header_and_body(server: Server) -> None:
    response = refusal(f"{server.ws}/ws/1?refusal=exception")

    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert response.body == b'{"detail":"Sign in first."}'
