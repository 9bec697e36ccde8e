"""Lesson 0: what the page says, over a real server."""

import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, WebSocket
from fastapi.security import APIKeyHeader
from fastapi.testclient import TestClient
from fastapi_offline import FastAPIOffline

from tests.support.client import connect, refusal
from tests.support.pages import fences
from tests.support.server import ROOT, Server, complaints, serve
from tests.support.speech import eventually

PNG = b"\x89PNG\r\n\x1a\n and more"
WEBSOCKET = """

from fastapi import WebSocket


@app.websocket("/ws")
async def greet(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()
"""


@pytest.fixture
def client(server: Server) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def step(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The step that a test is about."""
    with serve(f"lessons.00_http.{request.param}:app") as server:
        yield server


@pytest.fixture
def at_step(step: Server) -> Iterator[httpx2.Client]:
    """Speaks to the step that a test is about."""
    with httpx2.Client(base_url=step.url, trust_env=False) as client:
        yield client


def each(*programs: str) -> pytest.MarkDecorator:
    """Run a test on each of these steps, of which all tests share a server."""
    return pytest.mark.parametrize("step", programs, indirect=True, scope="module")


@pytest.fixture
def careless(naive: Server) -> Iterator[httpx2.Client]:
    """Speaks to the naive version."""
    with httpx2.Client(base_url=naive.url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def naive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The naive version, with a folder of its own to write in."""
    folder = tmp_path_factory.mktemp("naive")
    with serve("lessons.00_http.naive:app", env={"TMPDIR": str(folder)}) as server:
        yield server


def say(client: httpx2.Client, text: str, room: str = "lobby", **query: str) -> httpx2.Response:
    return client.post(f"/rooms/{room}/messages", json={"text": text}, params=query)


def opened(client: httpx2.Client, name: str) -> dict[str, str]:
    """Open a room and return its key as a header."""
    answer = client.post("/rooms", json={"name": name})
    assert answer.status_code == 201
    return {"X-Key": answer.json()["key"]}


def operations(client: httpx2.Client) -> dict[str, dict[str, Any]]:
    """Return what /docs shows, by method and path: "GET /rooms"."""
    paths = client.get("/openapi.json").json()["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


# Path and query


def test_a_path_parameter_is_checked_before_the_function_runs(client: httpx2.Client) -> None:
    for number, status in {"one": 422, "0": 422, "-1": 422, "9" * 5000: 422, "1000": 404}.items():
        assert client.get(f"/rooms/lobby/files/{number}").status_code == status
    assert client.get("/rooms/Lobby").status_code == 422
    assert client.get("/rooms/cellar").status_code == 404


def test_a_part_of_a_list_has_limits(client: httpx2.Client) -> None:
    for name in ("part-a", "part-b", "part-c"):
        opened(client, name)
    names = [room["name"] for room in client.get("/rooms", params={"q": "part"}).json()]

    some = client.get("/rooms", params={"q": "part", "skip": 1, "limit": 1}).json()

    assert names == ["part-a", "part-b", "part-c"]
    assert [room["name"] for room in some] == ["part-b"]
    for query in ("skip=-1", "limit=0", "limit=101", "skip=one"):
        assert client.get(f"/rooms?{query}").status_code == 422
        assert client.get(f"/rooms/lobby/messages?{query}").status_code == 422
    assert client.get(f"/rooms?q={'x' * 51}").status_code == 422
    assert client.get("/rooms/").status_code == 307


def test_a_search_says_what_it_needs(client: httpx2.Client) -> None:
    opened(client, "attic")
    for room in ("lobby", "attic"):
        say(client, "needle", room)

    found = client.get("/messages", params={"q": "needle", "room": ["attic"], "hours": 0.5})

    assert [message["text"] for message in found.json()] == ["needle"]
    assert len(client.get("/messages", params={"q": "needle"}).json()) == 2
    for query in ("", "q=n", "q=%20%20", f"q={'n' * 51}", "q=needle&room=ATTIC"):
        assert client.get(f"/messages?{query}").status_code == 422
    for hours in ("0", "24.1", "nan", "inf", "soon"):
        assert client.get(f"/messages?q=needle&hours={hours}").status_code == 422


# Cookie, header, form


def test_the_name_comes_from_the_query_or_else_from_the_cookie(client: httpx2.Client) -> None:
    assert client.get("/hello").json().startswith("Hello, somebody. You use python-httpx2/")

    assert client.post("/name", data={"user": "Carol"}).status_code == 204

    agent = {"User-Agent": "a telescope"}
    assert client.get("/hello", headers=agent).json() == "Hello, Carol. You use a telescope."
    assert say(client, "hello").json()["user"] == "Carol"
    assert say(client, "hello", user="Dave").json()["user"] == "Dave"
    assert client.get("/hello?user=%20").status_code == 422


def test_the_cookie_is_out_of_reach_for_scripts(client: httpx2.Client) -> None:
    cookie = client.post("/name", data={"user": "Carol"}).headers["set-cookie"]

    assert cookie == "user=Carol; HttpOnly; Max-Age=3600; Path=/; SameSite=strict"


def test_a_form_is_no_json(client: httpx2.Client) -> None:
    assert client.post("/name", json={"user": "Carol"}).status_code == 422
    assert client.post("/name", data={"user": "no name"}).status_code == 422


def test_without_python_multipart_the_server_does_not_start(tmp_path: Path) -> None:
    for library in ("python_multipart", "multipart"):
        (tmp_path / f"{library}.py").write_text("raise ModuleNotFoundError")

    with (
        pytest.raises(AssertionError, match='Form data requires "python-multipart"'),
        serve("lessons.00_http.main:app", env={"PYTHONPATH": str(tmp_path)}),
    ):
        pass


# Body, response, status


def test_a_message_is_answered_with_its_time(client: httpx2.Client) -> None:
    answer = say(client, "hello", user="Carol")

    message = answer.json()
    assert answer.status_code == 201
    assert (message["text"], message["user"]) == ("hello", "Carol")
    assert datetime.fromisoformat(message["sent_at"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "x" * 501}, {"text": 5}, [], None, {"text": None}]
)
def test_a_body_of_another_shape_gets_422(client: httpx2.Client, body: object) -> None:
    assert client.post("/rooms/lobby/messages", json=body).status_code == 422


def test_422_does_not_repeat_what_was_sent(client: httpx2.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for body in ('{"text": NaN}', '{"text": "\\ud800"}'):
        answer = client.post("/rooms/lobby/messages", content=body, headers=headers)
        (error,) = answer.json()["detail"]

        assert answer.status_code == 422
        assert (error["loc"], error["type"][:6]) == (["body", "text"], "string")
        assert set(error) == {"loc", "msg", "type"}


def test_only_who_creates_a_room_is_given_its_key(client: httpx2.Client) -> None:
    key = opened(client, "study")["X-Key"]
    say(client, "hello", "study")

    everything = [
        client.get(path).text
        for path in (
            "/rooms",
            "/rooms/study",
            "/rooms/study/export",
            "/study",
            "/journal",
            "/calls",
        )
    ]

    assert not [text for text in everything if key in text]
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert [name for name, one in schemas.items() if "key" in one.get("properties", {})] == [
        "RoomCreated"
    ]


def test_a_room_is_opened_once(client: httpx2.Client) -> None:
    opened(client, "once")

    assert client.post("/rooms", json={"name": "once"}).status_code == 409
    assert client.post("/rooms", json={"name": "Not a name"}).status_code == 422


def test_there_is_an_end_to_rooms_messages_and_files() -> None:
    with (
        serve("lessons.00_http.main:app") as server,
        httpx2.Client(base_url=server.url, trust_env=False) as client,
    ):
        answers = [client.post("/rooms", json={"name": f"room-{n}"}) for n in range(50)]
        for number in range(101):
            say(client, f"message {number}")
        for number in range(5):
            client.post("/rooms/lobby/files", files={"file": (f"{number}.txt", b"x")})
        messages = client.get("/rooms/lobby/messages?limit=100").json()

        assert [answer.status_code for answer in answers] == [201] * 49 + [503]
        assert [messages[at]["number"] for at in (0, -1)] == [101, 2]
        kept = [client.get(f"/rooms/lobby/files/{n}").status_code for n in range(1, 6)]
        assert kept == [404, 200, 200, 200, 200]
        assert len(client.get("/journal").json()) == 100


def test_what_is_not_sent_stays_as_it_is(client: httpx2.Client) -> None:
    key = opened(client, "parlour")
    for change in ({"topic": "Cards"}, {"locked": True}):
        answer = client.patch("/rooms/parlour", json=change, headers=key)

    assert (answer.status_code, answer.json()["topic"]) == (200, "Cards")
    assert say(client, "hello", "parlour").status_code == 403
    for method, what, name in (("PUT", "picture", "picture"), ("POST", "files", "file")):
        files = {name: ("x.png", PNG)}
        assert client.request(method, f"/rooms/parlour/{what}", files=files).status_code == 403


def test_an_export_has_its_times_as_text(client: httpx2.Client) -> None:
    say(client, "for the record")

    answer = client.get("/rooms/lobby/export")

    assert answer.headers["content-disposition"] == 'attachment; filename="lobby.json"'
    assert datetime.fromisoformat(answer.json()[-1]["sent_at"]).tzinfo


# Dependencies


def test_a_key_is_asked_for_and_compared(client: httpx2.Client) -> None:
    key, other = opened(client, "vault"), opened(client, "shed")

    for method in ("PATCH", "DELETE"):
        for wrong, status in ((None, 401), (other["X-Key"].encode(), 403), (b"n\xf6", 403)):
            headers = {} if wrong is None else {b"X-Key": wrong}
            answer = client.request(method, "/rooms/vault", headers=headers)
            assert answer.status_code == status
            assert ("www-authenticate" in answer.headers) == (status == 401)
    assert client.delete("/rooms/vault", headers=key).status_code == 204
    assert client.get("/rooms/vault").status_code == 404


def test_the_global_dependency_counts_each_call_and_the_docs_too(client: httpx2.Client) -> None:
    def counted() -> int:
        return client.get("/calls").json()["http"]

    before = counted()
    for path in ("/", "/docs", "/rooms/cellar", "/openapi.json", "/nowhere/at/all"):
        client.get(path)

    # The last two are no functions of ours; the last look counts itself.
    assert counted() == before + 3 + 1


@pytest.mark.parametrize(("make", "status"), [(FastAPI, 200), (FastAPIOffline, 401)])
def test_a_dependency_of_the_app_holds_for_the_docs_that_are_endpoints(
    make: Callable[..., FastAPI], status: int
) -> None:
    app = make(dependencies=[Depends(APIKeyHeader(name="X-Key"))])

    assert TestClient(app).get("/docs").status_code == status


def test_the_background_task_adds_to_the_journal(client: httpx2.Client) -> None:
    opened(client, "garden")
    for user in ("Carol", "Dave"):
        say(client, "hello", "garden", user=user)

    def logged() -> list[tuple[str, str]]:
        entries = client.get("/journal").json()
        return [(one["user"], one["action"]) for one in entries if "garden" in one["action"]]

    expected = [("Carol", "said 1 in garden"), ("Dave", "said 2 in garden")]
    eventually(lambda: logged() == expected, lambda: str(logged()), 10)


def test_a_websocket_runs_no_background_task() -> None:
    app = FastAPI()
    ran: list[str] = []

    @app.websocket("/ws")
    async def greet(websocket: WebSocket, tasks: BackgroundTasks) -> None:
        tasks.add_task(ran.append, "ran")
        await websocket.accept()
        await websocket.close()

    @app.get("/")
    async def page(tasks: BackgroundTasks) -> None:
        tasks.add_task(ran.append, "ran for a request")

    with TestClient(app) as client:
        with client.websocket_connect("/ws"):
            pass
        client.get("/")

    assert ran == ["ran for a request"]


# Files


def test_a_picture_is_one_by_its_first_bytes(client: httpx2.Client) -> None:
    opened(client, "gallery")
    where = "/rooms/gallery/picture"

    assert client.get(where).status_code == 404
    assert client.put(where, files={"picture": ("x.png", b"<script>")}).status_code == 415
    assert client.put(where, files={"picture": ("x.txt", PNG)}).status_code == 204
    shown = client.get(where)
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.txt", "x" * 300, '"\r\nX: y', "Grüße"])
def test_a_file_is_kept_under_a_number_whatever_its_name(client: httpx2.Client, name: str) -> None:
    sent = client.post("/rooms/lobby/files", files={"file": (name, b"hello")})

    assert sent.status_code == 201
    assert sent.json()["size"] == 5
    assert len(sent.json()["name"]) <= 100
    number = sent.json()["number"]
    got = client.get(f"/rooms/lobby/files/{number}")
    assert got.content == b"hello"
    assert got.headers["content-disposition"] == f'attachment; filename="lobby-{number}"'


def test_a_body_beyond_its_limit_gets_413(client: httpx2.Client) -> None:
    def chunks() -> Iterator[bytes]:
        # Without a length, the server finds out as it reads.
        yield from [b"x" * 1000] * 20

    big = {"file": ("big", b"x" * 262_144)}
    almost = {"file": ("almost", b"x" * 261_000)}
    headers = {"Content-Type": "application/json"}

    assert client.post("/rooms/lobby/files", files=big).status_code == 413
    assert client.post("/rooms/lobby/files", files=almost).status_code == 201
    assert client.post("/rooms", content=b"x" * 16_385, headers=headers).status_code == 413
    assert client.post("/rooms", content=chunks(), headers=headers).status_code == 413


# Methods, order, documentation


def test_eight_methods_have_a_decorator(client: httpx2.Client) -> None:
    page = (ROOT / "docs" / "lessons" / "00_http.md").read_text("utf-8")
    (program,) = [fence.body for fence in fences(page) if fence.run and fence.language == "python"]
    namespace: dict[str, Any] = {}
    exec(program, namespace)  # noqa: S102 - It is our own page's.
    more = TestClient(namespace["app"])
    head, options = more.head("/rooms/lobby"), more.options("/rooms/lobby")
    trace = more.request("TRACE", "/rooms/lobby")

    assert (head.status_code, head.headers["x-messages"], head.content) == (200, "2", b"")
    assert (options.status_code, options.headers["allow"]) == (204, "HEAD, OPTIONS")
    assert trace.headers["content-type"] == "message/http"
    assert trace.text == "TRACE /rooms/lobby HTTP/1.1\r\n"
    methods = {name.split()[0] for name in operations(client)}
    assert methods == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert client.head("/rooms/lobby").status_code == 405


def test_the_path_that_fits_all_comes_last(client: httpx2.Client) -> None:
    assert client.get("/lobby").json() == client.get("/rooms/lobby").json()
    assert client.get("/hello").status_code == 200
    assert client.get("/cellar").status_code == 404


def test_the_documentation_says_what_the_functions_say(client: httpx2.Client) -> None:
    documented = operations(client)

    tags = {tag for operation in documented.values() for tag in operation.get("tags", ())}
    search = documented["GET /messages"]
    assert tags == {"people", "files", "journal", "messages", "rooms"}
    assert search["summary"] == "Search in the messages"
    assert search["description"].startswith("In all rooms, or in those that you name")
    assert documented["PATCH /rooms/{room}"]["description"].startswith("Change what is sent.")
    assert documented["GET /{room}"]["deprecated"]
    created = documented["POST /rooms"]["responses"]["201"]["description"]
    assert created == "The room, and the key that changes and deletes it."


def test_plain_types_are_answered_as_json(client: httpx2.Client) -> None:
    assert client.get("/hello").text.startswith('"Hello')
    assert isinstance(client.get("/calls").json(), dict)
    assert isinstance(client.get("/rooms").json(), list)


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_documentation_is_served_from_here(client: httpx2.Client, page: str) -> None:
    text = client.get(page).text

    assert "static-offline-docs" in text
    assert "https://" not in text


def test_fastapi_wants_python_3_11() -> None:
    assert metadata("fastapi")["Requires-Python"] == ">=3.11"


@contextmanager
def with_websocket(program: str, folder: Path) -> Generator[Server]:
    """Serve a step to which a reader has added the page's WebSocket."""
    copy = folder / "lesson"
    shutil.copytree(ROOT / "lessons" / "00_http", copy)
    file = copy / f"{program}.py"
    file.write_text(file.read_text() + WEBSOCKET)
    with serve(f"lesson.{program}:app", cwd=folder) as server:
        yield server


@pytest.mark.parametrize("program", ["step_3", "main"])
def test_a_websocket_added_to_it_works(program: str, tmp_path: Path) -> None:
    with with_websocket(program, tmp_path) as server, connect(f"{server.ws}/ws"):
        pass


@pytest.mark.parametrize("program", ["naive", "step_2"])
def test_a_dependency_that_wants_a_request_breaks_the_first_websocket(
    program: str, tmp_path: Path
) -> None:
    with with_websocket(program, tmp_path) as server:
        assert refusal(f"{server.ws}/ws").status_code == 500
        server.wait_for_log("missing 1 required positional argument: 'request'")


# The steps


@each("step_1", "step_2", "step_3")
def test_from_step_1_on_what_does_not_fit_gets_422(at_step: httpx2.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for query in ("rooms?skip=-1", "rooms?limit=0", "messages?q=hello&hours=nan", "messages?q=h"):
        assert at_step.get(f"/{query}").status_code == 422
    for body in ('{"text": NaN}', '{"text": "\\ud800"}', "[]"):
        answer = at_step.post("/rooms/lobby/messages", content=body, headers=headers)
        assert (answer.status_code, "input" in answer.text.lower()) == (422, "Input" in answer.text)
    assert at_step.post("/rooms", json={"name": "../../"}).status_code == 422
    assert at_step.get("/hello").json() == "Hello"


@each("step_1")
def test_step_1_still_tells_too_much_and_too_little(step: Server, at_step: httpx2.Client) -> None:
    assert at_step.get("/rooms").json()[0]["key"] == "open-sesame"
    assert "key" not in at_step.get("/rooms/lobby").json()
    assert at_step.post("/rooms", json={"name": "den"}).json() == ["den"]

    headers = {"X-Key": "open-sesame"}
    answer = at_step.patch("/rooms/lobby", json={"locked": True}, headers=headers)

    assert (answer.status_code, answer.text) == (200, "null")
    # What was not sent has been replaced by its default.
    assert at_step.get("/rooms/lobby").json()["topic"] == ""
    say(at_step, "hello")
    assert at_step.get("/rooms/lobby/export").status_code == 500
    step.wait_for_log("TypeError: Object of type datetime is not JSON serializable")


@each("step_2", "step_3")
def test_from_step_2_on_the_key_leaves_once_and_what_is_not_sent_stays(
    at_step: httpx2.Client,
) -> None:
    created = at_step.post("/rooms", json={"name": "den", "topic": "Tea"}).json()
    headers = {"X-Key": created["key"]}

    changed = at_step.patch("/rooms/den", json={"locked": True}, headers=headers).json()

    assert (changed["topic"], changed["locked"]) == ("Tea", True)
    for path in ("/rooms", "/rooms/den", "/den"):
        assert created["key"] not in at_step.get(path).text
    assert at_step.post("/rooms", json={"name": "den"}).status_code == 409
    say(at_step, "hello")
    assert at_step.get("/rooms/lobby/export").status_code == 200


@each("step_2")
def test_step_2_still_forgets_to_ask(step: Server, at_step: httpx2.Client) -> None:
    change = {"topic": "Tea"}
    assert at_step.get("/rooms/cellar").status_code == 404
    assert at_step.patch("/rooms/lobby", json=change).status_code == 422
    headers = {"X-Key": "guess"}
    assert at_step.patch("/rooms/lobby", json=change, headers=headers).status_code == 400
    # The last one: after a 500, uvicorn closes the connection.
    assert at_step.get("/rooms/cellar/export").status_code == 500
    step.wait_for_log("KeyError: 'cellar'")


@each("step_3")
def test_step_3_asks_in_one_place(at_step: httpx2.Client) -> None:
    change = {"topic": "Tea"}
    key = opened(at_step, "den-3")
    at_step.patch("/rooms/den-3", json={"locked": True}, headers=key)

    assert say(at_step, "hello", "den-3").status_code == 403
    assert at_step.get("/rooms/cellar/export").status_code == 404
    assert at_step.get("/rooms/cellar/messages").status_code == 404
    assert at_step.patch("/rooms/lobby", json=change).status_code == 401
    assert at_step.patch("/rooms/lobby", json=change, headers=key).status_code == 403
    assert at_step.delete("/rooms/den-3", headers=key).status_code == 204
    assert at_step.get("/calls").json()["http"] > 0


# The naive version


def test_naive_catch_all_hides_what_comes_after_it(careless: httpx2.Client) -> None:
    answer = careless.get("/hello")

    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no room hello.")


def test_naive_takes_a_negative_skip(careless: httpx2.Client) -> None:
    assert careless.get("/rooms?limit=-1&skip=-1").json() == []
    assert careless.get("/rooms?skip=-1").status_code == 200


def test_naive_tells_every_caller_every_key(careless: httpx2.Client) -> None:
    (lobby, *_) = careless.get("/rooms").json()

    assert lobby["key"] == "open-sesame"
    # Where it does leave the key out, its documentation promises it.
    assert "key" not in careless.get("/rooms/lobby").json()
    promised = operations(careless)["GET /rooms/{room}"]["responses"]["200"]["content"]
    assert promised["application/json"]["schema"] == {"$ref": "#/components/schemas/Room"}


def test_naive_answers_with_a_list_where_an_object_was_meant(careless: httpx2.Client) -> None:
    answer = careless.post("/rooms?name=den&key=x")

    assert (answer.status_code, answer.json()) == (201, ["den"])


def test_naive_writes_the_key_into_the_log(naive: Server, careless: httpx2.Client) -> None:
    careless.post("/rooms?name=safe&key=secret")

    naive.wait_for_log("POST /rooms\\?name=safe&key=secret")


def test_naive_mistakes_a_missing_key_for_a_wrong_form(careless: httpx2.Client) -> None:
    statuses = [
        careless.patch("/rooms/lobby?topic=x", headers=headers).status_code
        for headers in ({}, {"X-Key": "guess"})
    ]

    assert statuses == [422, 400]


def test_naive_answers_null(careless: httpx2.Client) -> None:
    answer = careless.patch("/rooms/lobby?topic=x", headers={"X-Key": "open-sesame"})

    assert (answer.status_code, answer.text) == (200, "null")


def test_naive_cannot_send_a_time(naive: Server, careless: httpx2.Client) -> None:
    say(careless, "hello")

    assert careless.get("/rooms/lobby/export").status_code == 500
    naive.wait_for_log("TypeError: Object of type datetime is not JSON serializable")


def test_naive_fails_as_it_says_that_a_body_is_wrong(
    naive: Server, careless: httpx2.Client
) -> None:
    headers = {"Content-Type": "application/json"}
    body = '{"text": NaN}'

    answer = careless.post("/rooms/lobby/messages", content=body, headers=headers)

    assert answer.status_code == 500
    naive.wait_for_log("ValueError: Out of range float values are not JSON compliant")


def test_naive_keeps_the_last_entry_alone(careless: httpx2.Client) -> None:
    for user in ("Carol", "Dave"):
        say(careless, "hello", user=user)
        # It is written in the background: one before the next.
        eventually(
            # As text: it may be read while it is written, and then there is nothing in it.
            lambda user=user: (
                careless.get("/journal").text == rf'"{user} said something in lobby\n"'
            ),
            lambda: careless.get("/journal").text,
            10,
        )


def test_naive_writes_wherever_a_file_name_leads(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    with serve("lessons.00_http.naive:app", env={"TMPDIR": str(folder)}) as server:
        files = {"file": ("../../escaped.txt", b"x" * 1_000_000)}
        answer = httpx2.post(f"{server.url}/rooms/lobby/files", files=files, trust_env=False)

    assert answer.status_code == 200
    assert (tmp_path / "escaped.txt").stat().st_size == 1_000_000


def test_naive_fails_at_a_time_that_is_no_number(naive: Server, careless: httpx2.Client) -> None:
    assert careless.get("/messages?q=hello&hours=nan").status_code == 500
    naive.wait_for_log("ValueError: cannot convert float NaN to integer")


def test_naive_is_warned_of_regex(naive: Server) -> None:
    naive.wait_for_log("FastAPIDeprecationWarning: `regex` has been deprecated")


def test_naive_documentation_is_elsewhere(careless: httpx2.Client) -> None:
    assert '<script src="https://' in careless.get("/docs").text


def test_what_callers_do_wrong_is_not_logged_as_an_error() -> None:
    with serve("lessons.00_http.main:app") as server:
        for body in ("{", '{"text": NaN}', "[" * 8000):
            httpx2.post(
                f"{server.url}/rooms/lobby/messages",
                content=body,
                headers={"Content-Type": "application/json"},
                trust_env=False,
            )
        assert complaints(server.stop()) == []
