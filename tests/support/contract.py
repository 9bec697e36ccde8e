"""What the contract tests share: every lesson on every implementation, and what ends each test."""

import signal
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import pytest
from _pytest.mark import ParameterSet

from tests.support.hostile import Target
from tests.support.server import IMPLEMENTATIONS, Server, complaints, serve
from tests.support.speech import (
    FOLDERS,
    WITH_WEBSOCKET,
    WITHOUT_WEBSOCKET,
    app_of,
    lesson,
    odd_lines,
)
from tools.lessons import Lesson

WATCHED = "tests.support.apps.watched:app"
"""An app that serves the lesson named by LESSON, at each of these prefixes."""

PREFIXES = ("/a/b", "/live/lesson", "")
"""Where a lesson is mounted by it; the root comes last, for it matches everything."""

each_lesson = pytest.mark.parametrize("name", FOLDERS)
"""Run a test once for every folder in lessons/."""

each_lesson_without_websocket = pytest.mark.parametrize("name", WITHOUT_WEBSOCKET)
"""Run a test for every lesson that comes before the upgrade."""

IN_EACH_RUN = {
    # What the manager does is done by all lessons after it; here all three must take part.
    "03_manager": IMPLEMENTATIONS,
    # One endpoint reads and writes at once, the other takes bytes: neither is the manager's.
    "13_push": IMPLEMENTATIONS[:2],
    "14_binary": IMPLEMENTATIONS[:2],
}
"""The lessons that each run puts to more than uvicorn's usual implementation.

The endpoints of the others are built as these are, so the same on another implementation, and on
the deprecated one, is left to the nightly run: `make test ALL=1`.
"""


USUAL = IMPLEMENTATIONS[:1]

STEPS_IN_EACH_RUN = "03_manager"
"""The lesson whose steps keep their promises in each run; the steps of the others, each night."""


def _marks(name: str, implementation: str = USUAL[0]) -> list[pytest.MarkDecorator]:
    """Return the mark of a lesson or step for which one run a night will do."""
    folder, _, step = name.partition("/")
    usual = () if step and folder != STEPS_IN_EACH_RUN else IN_EACH_RUN.get(folder, USUAL)
    return [] if implementation in usual else [pytest.mark.thorough]


PROMISES = {
    "refuses_bad_handshakes": "a handshake that is wrong is refused, and costs nobody anything",
    "survives_bad_messages": "whatever a client sends, the others are served and the log is clean",
    "survives_departures": "however a client leaves, the others are served and the log is clean",
    "forgets_vanished_clients": "clients that vanished leave no task and no socket behind",
    "serves_past_a_stalled_client": "a client that stops reading keeps nobody waiting",
    "delivers_text_unaltered": "a message comes back, and reaches the others, as it was sent",
    "answers_a_close_frame": "a client that closes with 1000 gets 1000",
    "closes_with_1012_when_stopped": "a server that is told to stop closes with 1012, and stops",
    "works_under_a_prefix": "the page and its conversation work at the root and under a prefix",
}
"""What a lesson owes, each by the name that the page's `contract` has for it, and in words.

A lesson's main.py keeps all of it. A step keeps what the front matter of its lesson's page says, as
in `contract: {step_1: [survives_departures]}`, and is tested for that alone.
"""


def promising(*promises: str, among: Sequence[str] = FOLDERS) -> list[str]:
    """Return what keeps one of these promises: all lessons, and the steps whose pages say so."""
    found = []
    for name in among:
        found.append(name)
        for step, kept in Lesson(name).contract().items():
            if set(kept) & set(promises):
                found.append(f"{name}/{step}")
    return found


def promises_of(name: str) -> set[str]:
    """Return what a lesson, or one of its steps, as "03_manager/step_1", promises."""
    folder, _, step = name.partition("/")
    return set(Lesson(folder).contract()[step]) if step else set(PROMISES)


def each_promising(*promises: str, among: Sequence[str] = FOLDERS) -> pytest.MarkDecorator:
    """Run a test for every lesson, and for every step that makes one of these promises."""
    return pytest.mark.parametrize(
        "name", [pytest.param(one, marks=_marks(one)) for one in promising(*promises, among=among)]
    )


def _everywhere(*promises: str) -> list[ParameterSet]:
    return [
        pytest.param((name, one), id=f"{name}-{one}", marks=_marks(name, one))
        for name in promising(*promises, among=WITH_WEBSOCKET)
        for one in IMPLEMENTATIONS
    ]


def each_on_each_implementation(*promises: str) -> pytest.MarkDecorator:
    """Do so for every one with a WebSocket, on each of uvicorn's implementations, as `both`."""
    return pytest.mark.parametrize("both", _everywhere(*promises))


def each_served(promise: str) -> pytest.MarkDecorator:
    """Do so on a server that all tests of a file share; the fixture `served` gives it out."""
    return pytest.mark.parametrize("served", _everywhere(promise), indirect=True, scope="module")


@dataclass(frozen=True)
class Served:
    """A lesson on a running server."""

    name: str
    implementation: str
    server: Server

    def __str__(self) -> str:
        return f"{self.name} on {self.implementation}"

    @property
    def target(self) -> Target:
        """Where hostile clients go."""
        return target_of(self.server, self.name)

    def assert_clean(self) -> None:
        """Assert that the log so far holds no complaint."""
        assert_clean(self.server.log, str(self))


@contextmanager
def lesson_server(name: str, *options: str, app: str | None = None) -> Generator[Server]:
    """Serve a lesson with its limits opened, while the block runs."""
    env = {**lesson(name).env, "LESSON": app_of(name)}
    with serve(app or app_of(name), *options, env=env) as server:
        yield server


def get(server: Server, path: str) -> httpx2.Response:
    """Return what is at a path; everything but 200 fails the test."""
    # The system's proxy is no concern of a server on this machine.
    answer = httpx2.get(f"{server.url}{path}", timeout=5, trust_env=False)
    assert answer.status_code == 200, f"{path} was answered by {answer.status_code}."
    return answer


def media_type(answer: httpx2.Response) -> str:
    """Return the type of an answer's body, without its parameters."""
    return answer.headers["content-type"].partition(";")[0]


def target_of(server: Server, name: str, number: int = 666) -> Target:
    """Return where hostile clients go."""
    known = lesson(name)
    page = f"{server.url}/"

    def find() -> str:
        return f"/{known.posts if known.path is None else known.address(number, page)}"

    return Target(server.port, find, known.say)


def assert_ends_well(server: Server, name: str, *excused: str) -> None:
    """Stop the server as a service manager does: it ends soon, and its log holds no complaint.

    Raises:
        AssertionError: it went on running, or its log says that something broke.
    """
    log = server.stop()
    assert server.exit_code == -signal.SIGTERM, (
        f"{name} ended with exit code {server.exit_code} instead of by SIGTERM."
    )
    assert_clean(log, name, *excused)


def assert_clean(log: str, name: str, *excused: str) -> None:
    """Assert that nothing went wrong on the server's side, but for what has `excused` words.

    Raises:
        AssertionError: the log says so, first complaint first.
    """
    wrong = [one for one in all_complaints(log) if not any(words in one for words in excused)]
    ends = Counter(last_line(one) for one in wrong)
    assert not wrong, f"The log of {name} has {len(wrong)} complaints:\n" + "\n".join(
        f"{count} x {line!r}" for line, count in ends.most_common(10)
    )


def all_complaints(log: str) -> list[str]:
    """Return what is wrong in a log, in records of uvicorn's and outside them."""
    return [*complaints(log), *odd_lines(log)]


def last_line(record: str) -> str:
    """Return where a traceback says what happened."""
    return record.strip().splitlines()[-1]
