"""Lessons are kept apart: what one is, has and breaks stays with it."""

from collections.abc import Iterator

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.course.conftest import Serve, serve_made_up
from tests.support.server import Server, complaints

WELL = """
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager

    from fastapi import FastAPI, Request, WebSocket
    from fastapi.staticfiles import StaticFiles

    from .words import GREETING


    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        yield {"from_" + __name__.split(".")[1]: GREETING}
        print("goodbye from", __name__)


    app = FastAPI(lifespan=lifespan)
    app.mount("/static", StaticFiles(directory="."), name="static")


    @app.get("/")
    async def page(request: Request) -> dict[str, str]:
        static = request.url_for("static", path="x.js")
        return {"static": str(static), "page": str(request.url_for("page"))}


    @app.get("/state")
    async def state(request: Request) -> dict[str, str]:
        found = dict(request.state._state)
        request.state.left_behind = "by an earlier request"
        return found


    @app.websocket("/ws")
    async def greet(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json([dict(websocket.state._state), str(websocket.url_for("greet"))])
"""

LIFESPAN = """
    import asyncio
    from contextlib import asynccontextmanager

    from fastapi import FastAPI


    @asynccontextmanager
    async def lifespan(app):
        {before}
        yield
        {after}


    app = FastAPI(lifespan=lifespan)


    @app.get("/")
    async def page() -> str:
        return "here"
"""

WITHOUT_LIFESPAN = """
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"no lifespan"})
"""

REFUSES_AND_RETURNS = """
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "not today"})
"""

BROKEN = {
    "81_import": ("import nothing_of_that_name", "ModuleNotFoundError: No module named"),
    "82_exit": ("import sys; sys.exit('out <b>at</b> import')", "SystemExit: out <b>at</b> import"),
    "83_syntax": ("def :", "SyntaxError: invalid syntax"),
    "84_no_app": ("api = 1", "AttributeError: module 'lessons.84_no_app.main' has no attribute"),
    "85_odd_app": ("app = 1", "TypeError: `app` is 1"),
    "86_startup": (
        LIFESPAN.format(before="raise RuntimeError('no database')", after=""),
        "RuntimeError: no database",
    ),
    "87_startup_exit": (
        LIFESPAN.format(before="raise SystemExit('out at startup')", after=""),
        "SystemExit: out at startup",
    ),
    "88_startup_hangs": (
        LIFESPAN.format(before="await asyncio.Event().wait()", after=""),
        "TimeoutError: The startup has not ended after 1 s.",
    ),
    "89_refuses": (REFUSES_AND_RETURNS, "RuntimeError: not today"),
}
# The others did not raise: their reports are sentences of the course's.
RAISING = [name for name in BROKEN if name[:2] not in {"85", "88", "89"}]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Three lessons that run, among all the broken ones."""
    files = {f"lessons/{name}/main.py": source for name, (source, _) in BROKEN.items()}
    for name in ("80_well", "90_well"):
        files |= {f"lessons/{name}/main.py": WELL, f"lessons/{name}/words.py": "GREETING = 'hi'"}
    files["lessons/91_no_lifespan/main.py"] = WITHOUT_LIFESPAN
    files["lessons/notes/main.py"] = "raise AssertionError('This is no lesson.')"
    files["lessons/92_empty/README.md"] = "No lesson yet."
    with serve_made_up(tmp_path_factory.mktemp("mixed"), files) as server:
        yield server


def test_health_names_the_broken_and_the_well(mixed: Server) -> None:
    response = httpx2.get(f"{mixed.url}/healthz", trust_env=False)

    health = response.json()
    well = [name for name, state in health["lessons"].items() if state == "ok"]
    assert response.status_code == 200
    assert health["status"] == "degraded"
    assert well == ["80_well", "90_well", "91_no_lifespan"]
    assert set(health["lessons"]) == {*well, *BROKEN}


@pytest.mark.parametrize(("name", "error"), [(name, error) for name, (_, error) in BROKEN.items()])
def test_a_broken_lesson_is_reported(mixed: Server, name: str, error: str) -> None:
    states = httpx2.get(f"{mixed.url}/healthz", trust_env=False).json()["lessons"]
    page = httpx2.get(f"{mixed.url}/live/{name}/", trust_env=False)

    assert error in states[name]
    assert f"Lesson {name} does not run. {error}" in mixed.log
    assert page.status_code == 503
    assert name in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_lesson_refuses_websockets(mixed: Server, name: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refusal,
        connect(f"{mixed.ws}/live/{name}/ws", proxy=None),
    ):
        pass

    assert refusal.value.response.status_code == 503


@pytest.mark.parametrize("name", RAISING)
def test_the_log_says_where_a_lesson_broke(mixed: Server, name: str) -> None:
    report = mixed.log.partition(f"Lesson {name} does not run.")[2].partition("\nERROR:")[0]

    assert "Traceback" in report
    assert name in report


@pytest.mark.parametrize("name", ["80_well", "90_well"])
def test_a_lesson_has_its_own_state_in_each_scope(mixed: Server, name: str) -> None:
    own = {f"from_{name}": "hi"}
    with connect(f"{mixed.ws}/live/{name}/ws", proxy=None) as client:
        greeting = client.recv()

    assert httpx2.get(f"{mixed.url}/live/{name}/state", trust_env=False).json() == own
    assert httpx2.get(f"{mixed.url}/live/{name}/state", trust_env=False).json() == own
    assert f'[{{"from_{name}":"hi"}},' in str(greeting)


def test_a_lessons_addresses_are_its_own(mixed: Server) -> None:
    with connect(f"{mixed.ws}/live/80_well/ws", proxy=None) as client:
        greeting = client.recv()

    addresses = httpx2.get(f"{mixed.url}/live/80_well/", trust_env=False).json()
    assert addresses == {
        "page": f"{mixed.url}/live/80_well/",
        "static": f"{mixed.url}/live/80_well/static/x.js",
    }
    assert f'"{mixed.ws}/live/80_well/ws"]' in str(greeting)


def test_an_app_without_lifespan_is_served(mixed: Server) -> None:
    assert httpx2.get(f"{mixed.url}/live/91_no_lifespan/", trust_env=False).text == "no lifespan"


def test_a_lesson_that_fails_or_hangs_in_shutdown_takes_no_other_down(made_up: Serve) -> None:
    files = {
        "lessons/80_fails/main.py": LIFESPAN.format(before="", after="raise SystemExit('no end')"),
        "lessons/81_hangs/main.py": LIFESPAN.format(before="", after="await asyncio.sleep(999)"),
        "lessons/82_well/main.py": WELL,
        "lessons/82_well/words.py": "GREETING = 'hi'",
    }
    with made_up(files) as server:
        health = httpx2.get(f"{server.url}/healthz", trust_env=False).json()
        log = server.stop()

    assert set(health["lessons"].values()) == {"ok"}
    assert "Lesson 80_fails does not run. SystemExit: no end" in log
    assert "Lesson 81_hangs does not run. TimeoutError: The shutdown has not ended" in log
    assert "goodbye from lessons.82_well.main" in log
    assert "Application shutdown complete." in log


def test_a_lesson_whose_lifespan_breaks_later_is_reported_then(made_up: Serve) -> None:
    source = """
        import asyncio
        from contextlib import asynccontextmanager

        from fastapi import FastAPI

        breaks = asyncio.Event()


        async def ticker():
            await breaks.wait()
            raise RuntimeError("The ticker broke.")


        @asynccontextmanager
        async def lifespan(app):
            async with asyncio.TaskGroup() as group:
                group.create_task(ticker())
                yield


        app = FastAPI(lifespan=lifespan)


        @app.get("/")
        async def page() -> str:
            breaks.set()
            return "here"
    """
    with made_up({"lessons/80_breaks/main.py": source}) as server:
        first = httpx2.get(f"{server.url}/live/80_breaks/", trust_env=False)
        server.wait_for_log("Lesson 80_breaks does not run.")
        second = httpx2.get(f"{server.url}/live/80_breaks/", trust_env=False)
        log = server.stop()

    assert (first.status_code, second.status_code) == (200, 503)
    assert "RuntimeError: The ticker broke." in log
    assert "Application shutdown complete." in log


def test_an_error_in_a_handler_is_its_lessons_own(made_up: Serve) -> None:
    raising = """
        async def app(scope, receive, send):
            if scope["type"] != "lifespan":
                raise SystemExit("in a handler")
    """
    files = {
        "lessons/80_raises/main.py": raising,
        "lessons/81_well/main.py": WELL,
        "lessons/81_well/words.py": "GREETING = 'hi'",
    }
    with made_up(files) as server:
        broken = httpx2.get(f"{server.url}/live/80_raises/", trust_env=False)
        with pytest.raises(InvalidStatus), connect(f"{server.ws}/live/80_raises/ws", proxy=None):
            pass
        well = httpx2.get(f"{server.url}/live/81_well/", trust_env=False)

    assert (broken.status_code, well.status_code) == (500, 200)


def test_a_server_that_runs_well_logs_no_complaint(made_up: Serve) -> None:
    files = {
        "lessons/80_well/main.py": WELL,
        "lessons/80_well/words.py": "GREETING = 'hi'",
        "lessons/81_no_lifespan/main.py": WITHOUT_LIFESPAN,
    }
    with made_up(files) as server:
        log = server.stop()

    assert complaints(log) == []
