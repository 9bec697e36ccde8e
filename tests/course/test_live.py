"""Every lesson is live under /live/NN_name/, for a class at once."""

import asyncio
import itertools

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as connect_sync

from tests.support.contract import get, media_type
from tests.support.server import Server, complaints
from tests.support.speech import FOLDERS, WITH_WEBSOCKET, assert_served, lesson

PEOPLE = 60


@pytest.mark.parametrize("name", FOLDERS)
def test_serves_a_lessons_page_and_what_it_speaks(course: Server, name: str) -> None:
    assert media_type(get(course, f"/live/{name}/")) == "text/html"
    assert_served(course, name, prefix=f"/live/{name}/")


@pytest.mark.parametrize("query", ["", "?a=1&b=%20"])
def test_leads_to_the_slash_and_keeps_the_query(course: Server, query: str) -> None:
    response = httpx2.get(f"{course.url}/live/01_echo{query}", trust_env=False)

    assert response.status_code == 307
    assert response.headers["location"] == f"01_echo/{query}"
    assert str(response.next_request and response.next_request.url).endswith(
        f"/live/01_echo/{query}"
    )


def test_reports_every_lesson(course: Server) -> None:
    response = httpx2.get(f"{course.url}/healthz", trust_env=False)

    assert response.status_code == 200
    assert response.json()["lessons"] == dict.fromkeys(FOLDERS, "ok")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/ws", "/live/99_nothing/ws", "/live/01_echo", "/%00"])
def test_refuses_a_websocket_where_no_lesson_is(course: Server, path: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refusal,
        connect_sync(f"{course.ws}{path}", proxy=None),
    ):
        pass

    assert refusal.value.response.status_code == 403


async def test_answers_sixty_people_with_two_sockets_each_at_once(course: Server) -> None:
    everybody_is_here = asyncio.Barrier(2 * PEOPLE)

    async def take_part(name: str, number: int) -> None:
        spoken = lesson(name)
        said = f"sentence of {number}"
        reply = spoken.reply.replace("{text}", said)
        page = f"{course.url}/live/{name}/"
        address = await asyncio.to_thread(spoken.address, number, page)
        url = f"{course.ws}/live/{name}/{address}"
        async with connect(url, proxy=None) as client:
            await everybody_is_here.wait()
            await client.send(spoken.say(said))
            # Where everybody hears everybody, the own reply is one of many messages.
            while reply not in str(await client.recv()):
                pass

    async with asyncio.timeout(30), asyncio.TaskGroup() as class_:
        for person, name in zip(range(PEOPLE), itertools.cycle(WITH_WEBSOCKET), strict=False):
            for number in (2 * person + 1, 2 * person + 2):
                class_.create_task(take_part(name, number))

    assert complaints(course.log) == []
