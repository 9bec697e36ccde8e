"""Valid clients are answered; crowds, and clients that stop reading, cost them nothing."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.support import hostile
from tests.support.contract import Served, each_served, get
from tests.support.server import Server
from tests.support.speech import eventually, guest, lesson, pair

CROWD = 25
SENT_PAST_A_STALLED_CLIENT = 6 * hostile.MEGABYTE
"""More than two sockets' buffers hold, so that somebody has to wait, or to be dropped."""


def tasks(server: Server) -> int:
    """Return how many tasks the server's event loop has."""
    return int(get(server, "/-/tasks").text)


def open_sockets(server: Server) -> int:
    """Return how many sockets the server holds; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0
    found = 0
    for descriptor in Path(f"/proc/{server.pid}/fd").iterdir():
        try:
            found += str(descriptor.readlink()).startswith("socket:")
        except FileNotFoundError:
            continue  # Closed since it was listed.
    return found


def assert_comes_back(
    count: Callable[[Server], int], server: Server, before: int, what: str
) -> None:
    """Wait until the server holds no more of something than it did before."""
    eventually(
        lambda: count(server) <= before,
        lambda: f"{what}: {before} before the crowds, and {count(server)} still.",
        seconds=10,
    )


@each_served("forgets_vanished_clients")
def test_two_hundred_vanished_clients_leave_nothing_behind(served: Served) -> None:
    server = served.server
    with pair(server, served.name) as both:
        hostile.crowd(served.target, 1)
        both.converses()
        tasks_before, sockets_before = tasks(server), open_sockets(server)
        for _ in range(200 // CROWD):
            hostile.crowd(served.target, CROWD)
            both.converses()
        assert_comes_back(tasks, server, tasks_before, f"tasks of {served}")
        assert_comes_back(open_sockets, server, sockets_before, f"sockets of {served}")
    served.assert_clean()


SPEAKERS = 2
"""They meet at the stalled client, where the deprecated implementation lets only one wait."""


@each_served("serves_past_a_stalled_client")
def test_a_client_that_stops_reading_keeps_nobody_waiting(served: Served) -> None:
    known = lesson(served.name)
    # Many short messages in a row take as long as few long ones.
    times = max(1, 30_000 // known.longest)
    rounds = SENT_PAST_A_STALLED_CLIENT // (SPEAKERS * times * known.longest)
    # Where all hear all, a greedy client would drown the others instead of itself.
    greedy = known.heard is None
    with (
        pair(served.server, served.name) as both,
        hostile.stalled(served.target, known.longest, greedy=greedy),
    ):
        for _ in range(1 if greedy else rounds):
            both.converses("a" * known.longest, times, SPEAKERS)
        both.converses()
    served.assert_clean()


UNALTERED = (
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "a & b &amp; c",
    "Grüße, 你好, \U0001f44b\U0001f3fd",
    "  two  blanks  ",
)
"""What a server may be tempted to escape, to strip or to break."""


@each_served("delivers_text_unaltered")
def test_a_message_comes_back_unaltered(served: Served) -> None:
    with pair(served.server, served.name) as both:
        speaker, listener = both.guests
        for text in UNALTERED:
            speaker.is_answered(text)
            listener.hears_from(speaker, text)
    served.assert_clean()


@each_served("answers_a_close_frame")
def test_a_close_frame_is_answered(served: Served) -> None:
    with guest(served.server, served.name, 3) as leaver:
        leaver.is_answered("goodbye")
        leaver.socket.close(1000)
        code = leaver.close_code()
    assert code == 1000, f"{served} answered a close frame with {code}."
    served.assert_clean()
