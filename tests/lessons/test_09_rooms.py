"""Lesson 9: what the page says, over a real server."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from typing import Annotated, Any
from urllib.parse import quote

import httpx2
import pytest
from anyio import CancelScope
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from websockets.sync.client import ClientConnection

from tests.support.client import connect, refusal, vanish
from tests.support.clients import run_client
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve
from tests.support.speech import eventually

CLIENTS = ROOT / "lessons/09_rooms/clients"
WHO = '{"type": "who"}'


ON_EACH = [
    pytest.param(one, marks=[pytest.mark.thorough] if one != "websockets-sansio" else [])
    for one in IMPLEMENTATIONS
]


@pytest.fixture(params=ON_EACH, scope="module")
def each(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The lesson, on each of uvicorn's implementations in turn."""
    with serve("lessons.09_rooms.main:app", "--ws", request.param) as server:
        yield server


def enter(server: Server, room: str, user: str) -> ClientConnection:
    return connect(f"{server.ws}/rooms/{room}/ws?user={quote(user)}", max_queue=None)


def next_event(websocket: ClientConnection) -> dict[str, Any]:
    return json.loads(websocket.recv(timeout=10))


def say(websocket: ClientConnection, text: str) -> None:
    websocket.send(json.dumps({"type": "say", "text": text}))


def until_here(websocket: ClientConnection) -> tuple[list[tuple[str, str]], list[str]]:
    """Ask who is here; return what was announced before the answer, and the answer."""
    websocket.send(WHO)
    announced = []
    while (event := next_event(websocket))["type"] != "here":
        if event["type"] in ("joined", "left"):
            announced.append((event["type"], event["user"]))
    return announced, event["users"]


def get(server: Server, path: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}{path}", trust_env=False)


def post(server: Server, room: str, content: str | bytes) -> httpx2.Response:
    return httpx2.post(
        f"{server.url}/rooms/{room}/messages",
        content=content,
        headers={"content-type": "application/json"},
        trust_env=False,
    )


def is_empty(server: Server, room: str) -> None:
    """Wait until nobody is in a room."""
    eventually(
        lambda: get(server, f"/rooms/{room}").status_code == 404,
        lambda: f"The room is still there: {get(server, f'/rooms/{room}').text}",
        seconds=10,
    )


@pytest.mark.parametrize("how", ["closes", "vanishes"])
def test_a_person_with_two_tabs_joins_once_and_leaves_once(each: Server, how: str) -> None:
    room = f"tabs-{how}"
    with enter(each, room, "Grace") as grace:
        assert until_here(grace) == ([("joined", "Grace")], ["Grace"])
        with enter(each, room, "Ada") as first:
            assert next_event(first)["type"] == "joined"
            with enter(each, room, "Ada") as second:
                say(second, "two tabs")
                assert next_event(first)["text"] == "two tabs"
                if how == "vanishes":
                    vanish(second)
            say(first, "one tab")
            say(first, "still here")
            announced, here = until_here(grace)
            assert (announced, here) == ([("joined", "Ada")], ["Ada", "Grace"])
            if how == "vanishes":
                vanish(first)
        while (event := next_event(grace))["type"] == "said":
            pass

    assert (event["type"], event["user"]) == ("left", "Ada")
    is_empty(each, room)


def test_rooms_hear_nothing_of_each_other(server: Server) -> None:
    with enter(server, "attic", "Ada") as attic, enter(server, "cellar", "Ada") as cellar:
        assert until_here(attic) == ([("joined", "Ada")], ["Ada"])
        assert until_here(cellar) == ([("joined", "Ada")], ["Ada"])
        say(attic, "up here")
        say(cellar, "down here")

        assert next_event(attic)["text"] == "up here"
        assert next_event(cellar)["text"] == "down here"


def test_tells_the_room_who_said_and_who_rolled(server: Server) -> None:
    with enter(server, "dice", "Ada") as ada, enter(server, "dice", "Grace") as grace:
        until_here(grace)
        say(ada, "hello")
        assert next_event(grace)["user"] == "Ada"
        ada.send('{"type": "roll", "sides": 2}')
        rolled = next_event(grace)

    assert (rolled["user"], rolled["sides"]) == ("Ada", 2)


def test_http_sees_who_is_here_and_a_room_is_gone_with_the_last_of_them(server: Server) -> None:
    assert get(server, "/rooms/library").status_code == 404
    with enter(server, "library", "Ada") as one, enter(server, "library", "Ada") as two:
        until_here(one)
        until_here(two)
        assert get(server, "/rooms/library").json() == ["Ada"]
    is_empty(server, "library")
    assert get(server, "/rooms/library").json() == {"detail": "Nobody is in this room."}


def test_rooms_leave_nothing_behind_however_people_go(each: Server) -> None:
    def visit(number: int) -> None:
        with enter(each, f"room-{number}", "Grace") as grace:
            assert next_event(grace)["user"] == "Grace"
            if number % 2:
                vanish(grace)

    with ExitStack() as stack:
        for number in range(50):
            until_here(stack.enter_context(enter(each, f"room-{number}", "Ada")))
        assert get(each, "/rooms").json() == {"rooms": 50}
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(visit, range(200)))

    eventually(
        lambda: get(each, "/rooms").json() == {"rooms": 0},
        lambda: f"Still there: {get(each, '/rooms').text}",
        seconds=10,
    )
    assert not complaints(each.log)


def test_a_note_by_http_reaches_all_tabs_of_a_room(each: Server) -> None:
    with (
        enter(each, "office", "Ada") as ada,
        enter(each, "office", "Grace") as grace,
        enter(each, "office", "Grace") as other,
        enter(each, "elsewhere", "Ada") as elsewhere,
    ):
        for tab in (ada, grace, other, elsewhere):
            until_here(tab)
        answer = post(each, "office", '{"user": "Postman", "text": "A parcel."}')

        assert (answer.status_code, answer.json()) == (200, {"users": 2, "tabs": 3})
        for tab in (ada, grace, other):
            event = next_event(tab)
            assert event["type"] != "left"
            assert (event.get("user"), event.get("text")) == ("Postman", "A parcel.")
        assert until_here(elsewhere) == ([], ["Ada"])


def test_a_note_to_a_room_that_nobody_is_in_is_refused_with_404(server: Server) -> None:
    before = get(server, "/rooms").json()
    answer = post(server, "nowhere", '{"user": "Postman", "text": "A parcel."}')

    assert (answer.status_code, answer.json()) == (404, {"detail": "Nobody is in this room."})
    assert get(server, "/rooms").json() == before


BAD_NOTES = {
    "no text": ('{"user": "Ada"}', 422, "text: Field required"),
    "an empty text": ('{"user": "Ada", "text": ""}', 422, "text: String should have at least 1"),
    "a long text": (json.dumps({"user": "Ada", "text": "x" * 1001}), 422, "text: String should"),
    "a number for a text": ('{"user": "Ada", "text": 5}', 422, "text: Input should be a valid"),
    "NaN": ('{"user": "Ada", "text": NaN}', 422, "text: Input should be a valid string"),
    "too large a number": ('{"user": "Ada", "text": 1e999}', 422, "text: Input should be a"),
    "half a character": ('{"user": "Ada", "text": "\\ud800"}', 422, "text: Input should be a"),
    "half a character's name": ('{"user": "\\ud800", "text": "x"}', 422, "user: Input should be"),
    "a name with a line break": ('{"user": "A\\n", "text": "x"}', 422, "user: String should match"),
    "no JSON": ("hello", 422, "JSON decode error"),
    "a list": ("[]", 422, "Input should be a valid dictionary"),
    "nothing": ("", 422, "Field required"),
    "bytes": (b"\xff\xfe", 422, "JSON decode error"),
    "a deep one": ("[" * 10_000, 400, "There was an error parsing the body"),
    "too much": (json.dumps({"user": "Ada", "text": "x" * 20_000}), 413, ""),
}


@pytest.mark.parametrize("name", BAD_NOTES)
def test_a_bad_note_is_refused_in_words_and_reaches_nobody(server: Server, name: str) -> None:
    content, status, words = BAD_NOTES[name]
    with enter(server, "desk", "Ada") as ada:
        until_here(ada)
        answer = post(server, "desk", content)

        assert answer.status_code == status
        if words:
            assert answer.json()["detail"].startswith(words)
        assert len(answer.content) < 200
        say(ada, "the first that I hear")
        assert next_event(ada)["text"] == "the first that I hear"
    assert not complaints(server.log)


def test_without_its_handler_fastapi_repeats_the_input_or_fails_to() -> None:
    app = FastAPI()

    @app.post("/")
    async def take(text: Annotated[str, Body(max_length=1000, embed=True)]) -> str:
        return text

    with TestClient(app, raise_server_exceptions=False) as client:
        headers = {"content-type": "application/json"}
        for content in ('{"text": NaN}', '{"text": "\\ud800"}'):
            assert client.post("/", content=content, headers=headers).status_code == 500
        long = client.post("/", json={"text": "x" * 1_000_000})

    assert long.status_code == 422
    assert len(long.content) > 1_000_000


GOOD_NAMES = ("Ada", "O.Neil-2_b", "x" * 32, "7")
BAD_NAMES = {
    "empty": "",
    "a blank": " ",
    "a blank inside": "Ada Lovelace",
    "a blank at the end": "Ada ",
    "a line break": "Ada\n",
    "a NUL": "A\0",
    "a turn of direction": "\u202eadA",
    "an invisible character": "A\u200bda",
    "33 letters": "x" * 33,
    "a mark alone": "\u0301a",
    "HTML": "<b>",
    "an emoji": "\U0001f600",
    # Unicode calls these letters or marks, and a screen shows nothing of them.
    "a Hangul filler": "\u3164",
    "a halfwidth Hangul filler": "\uffa0",
    "a Hangul choseong filler": "\u115f",
    "Ada and a variation selector": "Ada\ufe0f",
    "Ada and a grapheme joiner": "Ada\u034f",
    "Ada and a Khmer vowel": "Ada\u17b4",
    "Ada and a Hangul filler": "Ada\u3164",
    "Ada with a Cyrillic letter": "Ad\u0430",
}


def test_a_name_is_of_plain_letters_digits_and_three_signs(server: Server) -> None:
    for user in GOOD_NAMES:
        with enter(server, "good-names", user) as websocket:
            assert until_here(websocket)[1] == [user]
        is_empty(server, "good-names")


def test_a_name_that_cannot_be_seen_is_refused_before_accept(each: Server) -> None:
    for what, name in BAD_NAMES.items():
        url = f"{each.ws}/rooms/names/ws?user={quote(name)}"
        assert refusal(url).status_code == 403, what
    assert get(each, "/rooms/names").status_code == 404


def test_a_note_by_such_a_name_is_answered_with_the_rule(server: Server) -> None:
    answer = post(server, "names", json.dumps({"user": "Ada\u3164", "text": "x"}))

    rule = "user: String should match pattern '^[A-Za-z0-9._-]{1,32}$'"
    assert (answer.status_code, answer.json()) == (422, {"detail": rule})


@pytest.mark.parametrize("room", ["A", "a_b", "%C3%A9", "a" * 33, "%00", "a%0A", "a%20b"])
def test_a_room_of_another_name_is_refused_by_http_and_websocket(server: Server, room: str) -> None:
    assert refusal(f"{server.ws}/rooms/{room}/ws?user=Ada").status_code == 403
    answer = get(server, f"/rooms/{room}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("room: String should match pattern")


def replay(announced: list[tuple[str, str]], *, start: set[str]) -> set[str]:
    """Return who is here after what was announced; a person joins and leaves in turn."""
    here = set(start)
    for what, user in announced:
        assert (user in here) == (what == "left"), f"{user} {what}, and {sorted(here)} are here."
        (here.add if what == "joined" else here.remove)(user)
    return here


def test_a_hundred_tabs_of_ten_people_vanish_at_once(each: Server) -> None:
    people = [f"user-{number}" for number in range(10)]
    with enter(each, "storm", "Watch") as watch, ExitStack() as stack:
        with ThreadPoolExecutor(20) as pool:
            tabs = list(pool.map(lambda user: enter(each, "storm", user), people * 10))
        for tab in tabs:
            stack.enter_context(tab)
            until_here(tab)
        announced, here = until_here(watch)
        assert sorted(announced) == sorted(("joined", user) for user in [*people, "Watch"])
        assert here == sorted([*people, "Watch"])

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(vanish, tabs))
        left = [next_event(watch) for _ in people]

        assert sorted(event["user"] for event in left) == people
        assert {event["type"] for event in left} == {"left"}
        assert until_here(watch) == ([], ["Watch"])
    is_empty(each, "storm")
    assert not complaints(each.log)


def test_what_is_announced_agrees_with_who_is_here_at_any_moment(each: Server) -> None:
    people = [f"user-{number}" for number in range(5)]

    def come_and_go(number: int) -> None:
        with enter(each, "door", people[number % len(people)]) as tab:
            announced, here = until_here(tab)
            if number % 3 == 0:
                vanish(tab)
            else:
                say(tab, str(len(here) + len(announced)))

    with enter(each, "door", "Watch") as watch:
        here = replay(until_here(watch)[0], start=set())
        with ThreadPoolExecutor(10) as pool:
            visits = [pool.submit(come_and_go, number) for number in range(150)]
            while not all(visit.done() for visit in visits):
                announced, users = until_here(watch)
                here = replay(announced, start=here)
                # Who came a moment ago may be announced only after this answer.
                assert "Watch" in users
        for visit in visits:
            visit.result()
        while here != {"Watch"}:
            event = next_event(watch)
            if event["type"] in ("joined", "left"):
                here = replay([(event["type"], event["user"])], start=here)

        assert until_here(watch) == ([], ["Watch"])
    assert not complaints(each.log)


class SlowTab:
    """A WebSocket whose first message takes until it is released."""

    def __init__(self) -> None:
        self.released = asyncio.Event()
        self.sent: list[str] = []

    async def send_text(self, text: str) -> None:
        """Take a message; the first one slowly."""
        if not self.sent:
            self.sent.append("begun")
            await self.released.wait()
        self.sent.append(json.loads(text)["type"])


async def test_no_announcement_overtakes_another() -> None:
    rooms = import_module("lessons.09_rooms.rooms")
    room = rooms.get_or_create_room("slow")
    slow, tab = SlowTab(), SlowTab()
    tab.released.set()
    room.manager.connections[slow] = import_module("lessons.09_rooms.manager").Connection(
        CancelScope()
    )
    room.tabs[slow] = "Slow"

    joining = asyncio.create_task(room.join(tab, "Ada"))
    await asyncio.sleep(0)
    leaving = asyncio.create_task(room.leave(tab))
    for _ in range(5):
        await asyncio.sleep(0)
    begun = list(slow.sent)
    slow.released.set()
    await asyncio.gather(joining, leaving)
    room.tabs.clear()
    del rooms.rooms["slow"]

    assert begun == ["begun"]
    assert slow.sent == ["begun", "joined", "left"]


async def test_a_tab_that_reads_nothing_is_not_counted_as_reached() -> None:
    rooms = import_module("lessons.09_rooms.rooms")
    room = rooms.Room("stuck")
    stuck, reader, other = SlowTab(), SlowTab(), SlowTab()
    for tab, user in ((stuck, "Ada"), (reader, "Grace"), (other, "Grace")):
        room.manager.connections[tab] = import_module("lessons.09_rooms.manager").Connection(
            CancelScope()
        )
        room.tabs[tab] = user
    reader.released.set()
    other.released.set()

    reached = await room.broadcast(rooms.Left(user="Eve", at="2026-01-01T00:00:00Z"))

    assert (reached.users, reached.tabs) == (1, 2)


def test_manager_and_errors_are_those_of_lesson_8_to_the_letter() -> None:
    for file in ("manager.py", "errors.py"):
        now = (ROOT / "lessons/09_rooms" / file).read_text("utf-8")
        assert now == (ROOT / "lessons/08_routers" / file).read_text("utf-8")


VISITED = "Everybody has left, and the number of rooms is {}."
TABS = "10 people with 5 tabs each: {0} joined, {0} left."


@pytest.mark.parametrize(
    ("program", "rooms", "people"),
    [("naive", 200, 50), ("step_1", 0, 50), ("step_2", 0, 10), ("main", 0, 10)],
)
def test_how_many_rooms_stay_and_how_often_somebody_joins(
    program: str, rooms: int, people: int
) -> None:
    with serve(f"lessons.09_rooms.{program}:app") as server:
        assert run_client(CLIENTS / "visit.py", server.ws).sentence == VISITED.format(rooms)
        assert run_client(CLIENTS / "five_tabs.py", server.ws).sentence == TABS.format(people)
        answer = get(server, "/rooms/never-heard-of")
        count = get(server, "/rooms").json()
        assert not complaints(server.stop())

    if program == "naive":
        assert (answer.status_code, answer.json()) == (200, [])
        assert count == {"rooms": rooms + 2}  # That of the tabs, and the one just asked for.
    else:
        assert answer.status_code == 404
        assert count == {"rooms": 0}


def test_main_keeps_no_room_and_counts_people_on_each_implementation(each: Server) -> None:
    assert run_client(CLIENTS / "visit.py", each.ws).sentence == VISITED.format(0)
    assert run_client(CLIENTS / "five_tabs.py", each.ws).sentence == TABS.format(10)
    assert not complaints(each.log)


@pytest.mark.parametrize("program", ["naive", "step_1"])
def test_before_step_2_each_tab_is_a_person(program: str) -> None:
    with (
        serve(f"lessons.09_rooms.{program}:app") as server,
        enter(server, "attic", "Grace") as grace,
        enter(server, "attic", "Ada") as first,
    ):
        with enter(server, "attic", "Ada") as second:
            next_event(second)
            announced, here = until_here(grace)
            assert announced == [("joined", "Grace"), ("joined", "Ada"), ("joined", "Ada")]
            assert here == ["Grace", "Ada", "Ada"]
        event = next_event(grace)
        assert (event["type"], event["user"]) == ("left", "Ada")
        say(first, "I am still here")
        assert next_event(grace)["text"] == "I am still here"


def test_naive_takes_any_text_for_a_room_and_a_name(naive: Server) -> None:
    with enter(naive, "Names", "") as nobody, enter(naive, "Names", "Ada ") as ada:
        until_here(nobody)

        assert until_here(ada)[1] == ["", "Ada "]
        assert get(naive, "/rooms/names").json() == []


def test_step_1_names_a_room_by_the_rule_and_a_person_as_they_like() -> None:
    with serve("lessons.09_rooms.step_1:app") as server:
        assert refusal(f"{server.ws}/rooms/Attic/ws?user=Ada").status_code == 403
        assert get(server, "/rooms/Attic").status_code == 422
        with enter(server, "attic", "Ada ") as ada:
            assert until_here(ada)[1] == ["Ada "]


def test_step_2_has_no_notes_by_http() -> None:
    with serve("lessons.09_rooms.step_2:app") as server:
        assert post(server, "attic", '{"user": "Postman", "text": "A parcel."}').status_code == 404
