"""Lesson 7: what the page says of each step, over a real server."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from time import monotonic

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from course.process import ProcessError
from tests.support.client import closing, refusal, stalled
from tests.support.client import connect as connect_sync
from tests.support.server import IMPLEMENTATIONS, Server, serve

LIMITS = "lessons.07_limits.main:app"
STEPS = ("step_1", "step_2", "step_3", "main")

each_implementation = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)


def number(sentence: str) -> int:
    """Return the first number of what a client printed."""
    found = re.search(r"\d+", sentence)
    assert found, sentence
    return int(found[0])


async def knock(url: str) -> ClientConnection | InvalidStatus:
    try:
        return await connect(url, proxy=None, open_timeout=30)
    except InvalidStatus as refused:
        return refused


async def stampede(
    server: Server, path: str, times: int = 200
) -> tuple[list[ClientConnection], list[InvalidStatus]]:
    """Knock `times` times at once; return who came in and who was refused."""
    answers = await asyncio.gather(*(knock(f"{server.ws}{path}") for _ in range(times)))
    return (
        [answer for answer in answers if isinstance(answer, ClientConnection)],
        [answer for answer in answers if isinstance(answer, InvalidStatus)],
    )


async def taken(server: Server) -> int:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{server.url}/places")).json()["taken"]


async def all_places_are_free(server: Server) -> None:
    async with asyncio.timeout(10):
        while await taken(server):
            pass


def test_naive_lets_in_more_than_ten_who_come_at_once(
    naive: Server, run_client: Callable[..., str]
) -> None:
    assert number(run_client("come_at_once", naive)) > 10
    assert run_client("one_too_many", naive) == "Refused with 400, Retry-After is unknown."


@each_implementation
async def test_ten_of_two_hundred_come_in_and_all_places_come_back(implementation: str) -> None:
    with serve(LIMITS, "--ws", implementation) as server:
        for _ in range(2):
            came_in, refused = await stampede(server, "/ws")

            assert (len(came_in), len(refused)) == (10, 190)
            assert await taken(server) == 10
            answers = {(r.response.status_code, bytes(r.response.body)) for r in refused}
            assert answers == {(503, b'{"detail":"All 10 places are taken."}')}
            assert {r.response.headers["Retry-After"] for r in refused} == {"5"}

            for client in came_in:
                client.transport.abort()
            await all_places_are_free(server)


@pytest.mark.parametrize("step", STEPS)
def test_its_clients_print_what_the_page_says(run_client: Callable[..., str], step: str) -> None:
    reasons = {"step_1": range(10, 11), "step_2": range(50, 51)}
    with serve(f"lessons.07_limits.{step}:app") as server:
        for _ in range(2):
            assert run_client("come_at_once", server) == "10 of 50 came in."
            assert run_client("one_too_many", server) == "Refused with 503, Retry-After is 5."
        # Of those who want a reason, a second's worth of places gets it, and more as time passes.
        assert number(run_client("ask_for_reasons", server)) in reasons.get(step, range(18, 51))

        heard = number(run_client("flood", server))
        assert heard == 500 if step in {"step_1", "step_2"} else heard in range(10, 100)

        large = run_client("send_large", server)
        assert large == (
            "Closed with 1009: Longer than 65536 bytes."
            if step == "main"
            else "A message of 1000000 bytes was sent to everybody."
        )


async def test_the_other_way_is_to_accept_and_close_with_1013(server: Server) -> None:
    came_in, refused = await stampede(server, "/ws?refuse=after", times=20)
    assert (len(came_in), refused) == (20, [])

    async def outcome(client: ClientConnection) -> str:
        try:
            await client.send("hello")
            while (text := str(await client.recv())) != "You wrote: hello":
                pass
        except ConnectionClosed:
            return f"{client.close_code} {client.close_reason}"
        return text

    counted = Counter(await asyncio.gather(*(outcome(client) for client in came_in)))
    await asyncio.gather(*(client.close() for client in came_in))

    reason = "1013 All 10 places are taken. Try again in 5 s."
    assert counted == {"You wrote: hello": 10, reason: 10}
    await all_places_are_free(server)


@each_implementation
async def test_refusals_after_accept_have_a_limit_too(implementation: str) -> None:
    with serve(LIMITS, "--ws", implementation, env={"MAX_CONNECTIONS": "1"}) as server:
        begin = monotonic()
        came_in, refused = await stampede(server, "/ws?refuse=after")
        seconds = monotonic() - begin
        await asyncio.gather(*(client.close() for client in came_in))

    assert {r.response.status_code for r in refused} == {503}
    # One has the place, one finds the bucket full, and each second brings one more.
    assert 2 <= len(came_in) <= 3 + seconds


@each_implementation
async def test_who_leaves_before_the_reason_leaves_no_error(implementation: str) -> None:
    with serve(LIMITS, "--ws", implementation, env={"MAX_CONNECTIONS": "20"}) as server:
        inside, _ = await stampede(server, "/ws", times=20)
        for _ in range(2):
            crowd, _ = await stampede(server, "/ws?refuse=after", times=10)
            for client in crowd:
                client.transport.abort()
        for client in inside:
            client.transport.abort()
        await all_places_are_free(server)
        assert "Traceback" not in server.stop()


@each_implementation
def test_a_client_that_does_not_read_gives_its_place_back_and_keeps_its_socket(
    implementation: str,
) -> None:
    """What the page says the app cannot do: uvicorn waits for its buffer to be taken."""
    limits = {"MESSAGES_PER_SECOND": "1000000", "MAX_MESSAGE_BYTES": "2000000"}
    with (
        serve(LIMITS, "--ws", implementation, env=limits) as server,
        stalled(server.port, "/ws") as client,
        connect_sync(f"{server.ws}/ws", max_size=None) as speaker,
    ):
        while httpx2.get(f"{server.url}/places").json()["taken"] == 2:
            speaker.send("x" * 1_000_000)
            speaker.recv(timeout=10)

        # The socket is open: what the server has kept for it arrives when it reads at last.
        kept = 0
        while piece := client.recv(1_000_000):
            kept += len(piece)
    assert kept > 1_000_000


def test_forwarded_addresses_are_believed_from_this_machine_unless_told_otherwise() -> None:
    answers = []
    for options in ([], ["--no-proxy-headers"]):
        with (
            serve(LIMITS, *options, env={"MAX_PER_CLIENT": "1"}) as server,
            connect_sync(f"{server.ws}/ws"),
        ):
            forged = {"X-Forwarded-For": "192.0.2.7"}
            try:
                with connect_sync(f"{server.ws}/ws", additional_headers=forged):
                    answers.append(101)
            except InvalidStatus as refused:
                answers.append(refused.response.status_code)

    assert answers == [101, 429]


def test_who_is_banned_is_refused_and_keeps_no_place(server: Server) -> None:
    banned = {"X-Forwarded-For": "192.0.2.66"}
    for query in ("", "?refuse=after"):
        response = refusal(f"{server.ws}/ws{query}", additional_headers=banned)

        assert (response.status_code, response.body) == (403, b'{"detail":"You are banned."}')
    assert httpx2.get(f"{server.url}/places").json() == {"taken": 0, "of": 10}


def test_one_client_gets_its_share_and_no_more() -> None:
    with (
        serve(LIMITS, env={"MAX_PER_CLIENT": "2"}) as server,
        connect_sync(f"{server.ws}/ws"),
        connect_sync(f"{server.ws}/ws"),
    ):
        response = refusal(f"{server.ws}/ws")

    assert (response.status_code, response.headers["Retry-After"]) == (429, "5")
    assert response.body == b'{"detail":"You have all 2 of yours."}'


def test_a_message_may_be_as_long_as_the_limit_in_bytes() -> None:
    with (
        serve(LIMITS, env={"MAX_MESSAGE_BYTES": "10"}) as server,
        connect_sync(f"{server.ws}/ws") as websocket,
    ):
        websocket.send("é" * 5)
        assert websocket.recv() == "You wrote: ééééé"
        websocket.send("é" * 5 + "!")

        assert closing(websocket) == (1009, "Longer than 10 bytes.")


@pytest.mark.parametrize("step", ["step_3", "main"])
def test_messages_have_a_pace(step: str) -> None:
    with (
        serve(f"lessons.07_limits.{step}:app", env={"MESSAGES_PER_SECOND": "0.01"}) as server,
        connect_sync(f"{server.ws}/ws") as websocket,
    ):
        websocket.send("first")
        assert websocket.recv() == "You wrote: first"
        websocket.send("second")

        assert closing(websocket) == (1008, "More than 0.01 a second.")


def test_who_is_silent_for_too_long_gives_its_place_back() -> None:
    with serve(LIMITS, env={"IDLE_TIMEOUT": "0.2"}) as server:
        with connect_sync(f"{server.ws}/ws") as websocket:
            assert closing(websocket) == (4408, "Silent for 0.2 s.")

        assert httpx2.get(f"{server.url}/places").json() == {"taken": 0, "of": 10}


@pytest.mark.parametrize("setting", ["MAX_CONNECTIONS=ten", "MAX_CONNECTIONS=0", "IDLE_TIMEOUT=-1"])
def test_does_not_start_with_a_limit_it_cannot_keep(setting: str) -> None:
    name, value = setting.split("=")

    said = rf"validation error for Settings\n{name.lower()}\n"
    with pytest.raises(ProcessError, match=said), serve(LIMITS, env={name: value}):
        pass


def test_a_burst_of_a_second_is_let_through(server: Server) -> None:
    with connect_sync(f"{server.ws}/ws") as websocket:
        for number in range(10):
            websocket.send(str(number))

        assert [websocket.recv() for _ in range(10)] == [f"You wrote: {n}" for n in range(10)]
