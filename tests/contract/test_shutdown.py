"""A server told to stop says so to its clients, and stops."""

import signal
from contextlib import ExitStack

import httpx2

from tests.support.contract import (
    assert_ends_well,
    each_lesson_without_websocket,
    each_on_each_implementation,
    lesson_server,
)
from tests.support.speech import guest

CLIENTS = 8


@each_on_each_implementation("closes_with_1012_when_stopped")
def test_a_stopping_server_closes_idle_clients_with_1012(both: tuple[str, str]) -> None:
    name, implementation = both
    with lesson_server(name, "--ws", implementation) as server, ExitStack() as stack:
        guests = [stack.enter_context(guest(server, name, 1 + n)) for n in range(CLIENTS)]
        for one in guests:
            one.is_answered("here I am")
        server.signal(signal.SIGTERM)
        codes = [one.close_code() for one in guests]
        assert codes == [1012] * CLIENTS, f"{name} on {implementation} closed with {codes}."
        server.wait_for_exit(10)
        assert_ends_well(server, name)


@each_lesson_without_websocket
def test_a_stopping_server_does_not_wait_for_idle_connections(name: str) -> None:
    with lesson_server(name) as server, ExitStack() as stack:
        for _ in range(CLIENTS):
            # Its connection stays open when it has been answered, as a browser's does.
            client = stack.enter_context(httpx2.Client(trust_env=False))
            assert client.get(server.url).status_code == 200
        assert_ends_well(server, name)
