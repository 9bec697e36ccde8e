"""A lesson's steps are live beside it; each starts on first use, and none hurts it."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from course.find_lesson import LayoutError, live_programs
from tests.course.conftest import Serve, serve_made_up
from tests.support.server import ROOT, Server, complaints
from tests.support.speech import FOLDERS, assert_served
from tools.lessons import Lesson

STEP = """
    from contextlib import asynccontextmanager

    from fastapi import FastAPI, Request, WebSocket


    @asynccontextmanager
    async def lifespan(app):
        print("start of", __name__)
        yield {"mine": __name__}
        print("end of", __name__)


    app = FastAPI(lifespan=lifespan)


    @app.get("/")
    async def page(request: Request) -> dict[str, str]:
        return {"module": __name__, "page": str(request.url_for("page")), **request.state._state}


    @app.websocket("/ws")
    async def greet(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(__name__)
"""
RAISES = "raise RuntimeError('wrong on purpose')"


def page(live: str = "") -> str:
    """Return a lesson's page with this front matter."""
    return f"---\nbuilds_on:\n{live}\n---\n\n# A\n"


@pytest.fixture(scope="module")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Lessons with steps, one of them a package, one of them broken, and a naive version or two."""
    files = {
        "lessons/80_a/main.py": STEP,
        "lessons/80_a/step_1.py": STEP,
        "lessons/80_a/step_2/main.py": "from .parts import app",
        "lessons/80_a/step_2/parts.py": STEP,
        "lessons/80_a/step_3.py": RAISES,
        # Nobody's mistake may be imported before somebody asks for it.
        "lessons/80_a/naive.py": RAISES,
        "lessons/81_b/main.py": STEP,
        "lessons/81_b/naive.py": STEP,
        "docs/lessons/81_b.md": page("live: [naive]"),
        "lessons/82_c/main.py": STEP,
        "lessons/82_c/step_2.py": STEP,
    }
    with serve_made_up(tmp_path_factory.mktemp("ladder"), files) as server:
        yield server


def health(server: Server) -> dict[str, dict[str, str]]:
    return httpx2.get(f"{server.url}/healthz", trust_env=False).json()


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("80_a", "lessons.80_a.main"),
        ("80_a/step_1", "lessons.80_a.step_1"),
        ("80_a/step_2", "lessons.80_a.step_2.parts"),
        ("81_b/naive", "lessons.81_b.naive"),
    ],
)
def test_each_program_has_its_own_address_and_state(ladder: Server, path: str, module: str) -> None:
    address = f"{ladder.url}/live/{path}/"
    answer = httpx2.get(address, trust_env=False).json()
    with connect(f"{ladder.ws}/live/{path}/ws", proxy=None) as client:
        greeting = client.recv()

    assert answer == {"module": module, "page": address, "mine": module}
    assert greeting == module
    slashless = httpx2.get(f"{ladder.url}/live/{path}", trust_env=False)
    assert slashless.status_code == 307


def test_a_naive_version_that_the_page_does_not_allow_is_not_served(ladder: Server) -> None:
    answer = httpx2.get(f"{ladder.url}/live/80_a/naive/", trust_env=False)

    assert answer.status_code == 404
    assert "80_a/naive" not in health(ladder)["steps"]


def test_a_step_that_fails_is_reported_and_costs_the_lesson_nothing(ladder: Server) -> None:
    broken = httpx2.get(f"{ladder.url}/live/80_a/step_3/", trust_env=False)
    with (
        pytest.raises(InvalidStatus) as refusal,
        connect(f"{ladder.ws}/live/80_a/step_3/ws", proxy=None),
    ):
        pass
    well = httpx2.get(f"{ladder.url}/live/80_a/", trust_env=False)

    assert broken.status_code == 503
    assert refusal.value.response.status_code == 503
    assert well.status_code == 200
    assert "Lesson 80_a/step_3 does not run. RuntimeError: wrong on purpose" in ladder.log
    assert health(ladder)["steps"]["80_a/step_3"] == "RuntimeError: wrong on purpose"
    assert health(ladder)["lessons"] == {"80_a": "ok", "81_b": "ok", "82_c": "ok"}


def test_a_wrong_layout_costs_the_steps_and_not_the_lesson(ladder: Server) -> None:
    assert "The steps of lesson 82_c are not live. Lesson 82_c has step_2 and no" in ladder.log
    assert httpx2.get(f"{ladder.url}/live/82_c/", trust_env=False).status_code == 200
    assert not [name for name in health(ladder)["steps"] if name.startswith("82_c")]


def test_a_step_starts_once_when_it_is_first_asked_for(made_up: Serve) -> None:
    files = {
        "lessons/80_a/main.py": STEP,
        "lessons/80_a/step_1.py": STEP,
        "lessons/80_a/step_2.py": STEP,
    }
    with made_up(files) as server:
        before = health(server)["steps"]
        with ThreadPoolExecutor(8) as people:
            address = f"{server.url}/live/80_a/step_1/"
            answers = [*people.map(lambda _: httpx2.get(address, trust_env=False), range(8))]
        after = health(server)["steps"]
        log = server.stop()

    assert before == {"80_a/step_1": "idle", "80_a/step_2": "idle"}
    assert [answer.status_code for answer in answers] == [200] * 8
    assert after == {"80_a/step_1": "ok", "80_a/step_2": "idle"}
    assert log.count("start of lessons.80_a.step_1") == 1
    assert log.count("end of lessons.80_a.step_1") == 1
    assert "of lessons.80_a.step_2" not in log
    assert complaints(log) == []


def lesson(root: Path, live: str) -> Lesson:
    """Write a lesson with a naive version and two steps."""
    found = Lesson("80_a", root)
    found.folder.mkdir(parents=True)
    for name in ("naive", "step_1", "step_2", "main"):
        (found.folder / f"{name}.py").touch()
    found.page.parent.mkdir(parents=True)
    found.page.write_text(page(live))
    return found


@pytest.mark.parametrize(
    ("live", "served"),
    [
        ("", ["step_1", "step_2"]),
        ("live: [naive, step_1]", ["naive", "step_1"]),
        ("live: [step_2, naive]", ["naive", "step_2"]),
        ("live: []", []),
    ],
)
def test_the_page_says_which_programs_are_live(
    tmp_path: Path, live: str, served: list[str]
) -> None:
    found = lesson(tmp_path, live)

    assert [one.name for one in live_programs(found.folder, found.page)] == served


@pytest.mark.parametrize("live", ["live: [step_3]", "live: naive", "live: 1", "live:"])
def test_what_is_no_program_is_said_in_a_sentence(tmp_path: Path, live: str) -> None:
    found = lesson(tmp_path, live)

    with pytest.raises(
        LayoutError, match=r"The front matter of 80_a\.md has live: .* programs are"
    ):
        live_programs(found.folder, found.page)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_page_names_programs_that_there_are(name: str) -> None:
    live_programs(Lesson(name).folder, Lesson(name).page)


def test_a_lesson_speaks_below_its_steps_prefix(tmp_path: Path) -> None:
    """A real lesson, copied as a step of its own."""
    folder = tmp_path / "lessons" / "03_manager"
    shutil.copytree(ROOT / "lessons" / "03_manager", folder)
    (folder / "step_1.py").write_text((folder / "main.py").read_text())
    with serve_made_up(tmp_path, {}) as server:
        assert_served(server, "03_manager", prefix="/live/03_manager/step_1/")
        page = httpx2.get(f"{server.url}/live/03_manager/step_1/", trust_env=False)

    assert page.text == (folder / "index.html").read_text()
