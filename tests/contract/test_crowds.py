"""Clients that come in crowds, vanish, or stop reading cost nobody else anything that lasts."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.support import hostile
from tests.support.contract import (
    WATCHED,
    assert_ends_well,
    each_lesson_and_implementation,
    get,
    lesson_server,
    target_of,
)
from tests.support.lessons import eventually, lesson, pair
from tests.support.server import Server

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


@each_lesson_and_implementation
def test_two_hundred_vanished_clients_leave_nothing_behind(name: str, implementation: str) -> None:
    who = f"{name} on {implementation}"
    with lesson_server(name, "--ws", implementation, app=WATCHED) as server:
        target = target_of(server, name)
        with pair(server, name) as both:
            hostile.crowd(target, 1)
            both.converses()
            tasks_before, sockets_before = tasks(server), open_sockets(server)
            for _ in range(200 // CROWD):
                hostile.crowd(target, CROWD)
                both.converses()
            assert_comes_back(tasks, server, tasks_before, f"tasks of {who}")
            assert_comes_back(open_sockets, server, sockets_before, f"sockets of {who}")
        assert_ends_well(server, name)


LEGACY_SPEAKERS = 1
"""The deprecated implementation cannot have two senders wait for the same stalled client: its
`_drain_helper` asserts that there is one, and the AssertionError ends the second sender's own
endpoint. There, one guest speaks and the other listens."""


@each_lesson_and_implementation
def test_a_client_that_stops_reading_keeps_nobody_waiting(name: str, implementation: str) -> None:
    known = lesson(name)
    speakers = LEGACY_SPEAKERS if implementation == "websockets" else 2
    # Many short messages in a row take as long as few long ones.
    times = max(1, 30_000 // known.longest)
    rounds = SENT_PAST_A_STALLED_CLIENT // (speakers * times * known.longest)
    # Where all hear all, a greedy client would drown the others instead of itself.
    greedy = known.heard is None
    with lesson_server(name, "--ws", implementation) as server:
        with (
            pair(server, name) as both,
            hostile.stalled(target_of(server, name), known.longest, greedy=greedy),
        ):
            for _ in range(1 if greedy else rounds):
                both.converses("a" * known.longest, times, speakers)
            both.converses()
        assert_ends_well(server, name)
