"""Three ways to bring news to a page: each works, and each has the cost its page names."""

import json
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.support.client import closing, connect, vanish
from tests.support.server import ROOT, Server, complaints, serve

WAYS = ("polling", "sse", "websocket")


@contextmanager
def way(name: str, *options: str) -> Generator[Server]:
    with serve(f"topics.three_ways.{name}:app", *options) as server:
        yield server


def events(response: httpx2.Response) -> Iterator[int]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


@pytest.mark.parametrize("name", WAYS)
def test_serves_a_page_that_names_no_host(name: str) -> None:
    with way(name) as server:
        page = httpx2.get(server.url).text

    assert "Vote</button>" in page
    assert "http://" not in page
    assert "ws://" not in page


def test_polling_answers_each_question_with_the_count() -> None:
    with way("polling") as server:
        assert httpx2.get(f"{server.url}/votes").json() == 0
        assert httpx2.post(f"{server.url}/votes").json() == 1
        assert httpx2.get(f"{server.url}/votes").json() == 1


def test_sse_sends_the_count_and_then_each_change() -> None:
    with way("sse") as server, httpx2.stream("GET", f"{server.url}/votes") as response:
        counts = events(response)
        assert next(counts) == 0
        for expected in (1, 2, 3):
            httpx2.post(f"{server.url}/votes")
            assert next(counts) == expected

    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.headers["Cache-Control"] == "no-cache"


def test_websocket_sends_the_count_and_then_each_change_to_all() -> None:
    with (
        way("websocket") as server,
        connect(f"{server.ws}/votes") as one,
        connect(f"{server.ws}/votes") as two,
    ):
        assert (one.recv(), two.recv()) == ("0", "0")
        one.send("vote")
        assert (one.recv(), two.recv()) == ("1", "1")
        two.send(b"vote")
        assert (one.recv(), two.recv()) == ("2", "2")


def test_websocket_outlives_a_member_that_vanishes() -> None:
    with way("websocket") as server:
        with connect(f"{server.ws}/votes") as stays:
            assert stays.recv() == "0"
            with connect(f"{server.ws}/votes") as goes:
                goes.recv()
                vanish(goes)
            stays.send("vote")
            assert stays.recv() == "1"
        assert complaints(server.stop()) == []


def test_an_open_stream_holds_up_a_restart_until_it_is_cut() -> None:
    with (
        way("sse", "--timeout-graceful-shutdown", "1") as server,
        httpx2.stream("GET", f"{server.url}/votes") as response,
    ):
        # Kept, because a generator that is thrown away closes its response.
        counts = events(response)
        assert next(counts) == 0
        server.signal(signal.SIGTERM)
        server.wait_for_log("Waiting for connections to close")
        server.wait_for_log("timeout graceful shutdown exceeded")
        server.wait_for_exit()


def test_an_open_websocket_is_closed_with_1012() -> None:
    with way("websocket") as server, connect(f"{server.ws}/votes") as websocket:
        server.signal(signal.SIGTERM)
        assert closing(websocket)[0] == 1012
        server.wait_for_exit()


def test_the_measured_costs_stand_in_the_order_the_page_says() -> None:
    rows = (ROOT / "bench" / "three_ways.md").read_text(encoding="utf-8").splitlines()[2:]
    ratios = [float(row.split("|")[6]) for row in rows]

    assert ratios == sorted(ratios, reverse=True)
    assert ratios[-1] == 1.0
