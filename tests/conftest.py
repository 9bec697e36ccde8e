"""Fixtures shared by all tests: a lesson's server, and what the machine has to offer."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import clients, fork, offline
from tests.support.left_out import LeftOut
from tests.support.server import ROOT, Server, serve

if TYPE_CHECKING:
    from xdist.remote import Producer

# What the words of the exercises import; not the words, which know the folder they were found in.
fork.preload("httpx2", "pytest", "pytest_timeout", "watchfiles", "websockets.sync.client")

_LESSON = re.compile(r"\[(\d\d_\w+(?:/\w+)?(?:-websockets-sansio|-wsproto|-websockets)?)\]$")

_LONG = {
    "tests/course/test_bundle.py",
    "tests/lessons/test_03_manager.py",
    "tests/lessons/test_10_auth.py",
    "tests/lessons/test_13_push.py",
    "tests/topics/test_handshakes.py",
    "tests/topics/test_servers.py",
}
"""Files that one process has to test whole, and that take it minutes: they begin."""

_SHARING_NOTHING = {
    "tests/browser/test_walks.py",
    "tests/contract/test_client_programs.py",
    "tests/docs/test_carry.py",
    "tests/exercises/test_faults.py",
    "tests/exercises/test_words.py",
}
"""Long files whose tests share hardly anything: they fill what is left of a run at its end."""

_SHARING_LITTLE = {
    "tests/browser/test_compare.py",
    "tests/browser/test_lessons.py",
    "tests/browser/test_present.py",
    "tests/browser/test_reading.py",
    "tests/browser/test_site.py",
}
"""Long files in which a function's tests share a browser, and the site is the whole run's."""


def pytest_configure(config: pytest.Config) -> None:
    """Have the last lines of a run say what it left out, and Ctrl+C work in what tests start."""
    config.pluginmanager.register(LeftOut(config))
    # A shell starts what runs in the background with Ctrl+C ignored, and every process below it
    # would inherit that: a test that presses Ctrl+C would wait for ever.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a run begin with what is long and whole, and end with what is many short pieces."""

    def turn(item: pytest.Item) -> int:
        path = item.nodeid.partition("::")[0]
        return 0 if path in _LONG else 2 if path in _SHARING_NOTHING else 1

    items.sort(key=turn)


def pytest_report_header() -> str:
    """Say how far the proofs without a network go on this machine."""
    return f"network off: {offline.how()}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> object:
    """Give each process whole files to test, or all of a lesson's in a file of all lessons.

    They share servers, a browser or a site, which would otherwise be started once a process.

    Looked at on 24 November 2026: the marker `xdist_group` would say the same, but pytest-xdist
    3.8 writes the group into a field that pytest 9.2 no longer reads (pytest-xdist #1386, open).
    Once that is mended, `--dist loadgroup` and a marker replace these lines.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - not without xdist.

    # They come in their order, and not by the number of their tests.
    config.option.loadscopereorder = False

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Together(config, log)


def group(nodeid: str) -> str:
    """Return what a test shares its servers with, from its pytest's id."""
    path, _, name = nodeid.partition("::")
    if path in _SHARING_NOTHING:
        return nodeid
    if path in _SHARING_LITTLE:
        return nodeid.partition("[")[0]
    # As in tests/contract/test_clients.py::test_name[03_manager-wsproto].
    lesson = _LESSON.search(name)
    alone = lesson and Path(path).parent.name in {"contract", "exercises"}
    return f"{path}-{lesson[1]}" if lesson and alone else path


def lesson_of(request: pytest.FixtureRequest) -> str:
    """Return the lesson a test file is named after: test_01_echo.py tests 01_echo."""
    return Path(str(request.path)).stem.removeprefix("test_")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run's, the same for all processes that share its tests."""
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own in the run's.
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The lesson this test file is named after, on a real uvicorn."""
    with serve(f"lessons.{lesson_of(request)}.main:app") as server:
        yield server


@pytest.fixture(scope="module")
def naive(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The lesson's naive version, on a real uvicorn."""
    with serve(f"lessons.{lesson_of(request)}.naive:app") as server:
        yield server


@pytest.fixture
def run_client(request: pytest.FixtureRequest) -> Callable[..., str]:
    """Return what runs a client of the lesson this test file is named after.

    `run_client("vanish", server)` returns the sentence that the client printed; `prefix` is where
    the lesson is on the server, as "/live/03_manager/step_1".
    """
    folder = ROOT / "lessons" / lesson_of(request) / "clients"

    def run(client: str, server: Server, prefix: str = "") -> str:
        return clients.run_client(folder / f"{client}.py", f"{server.ws}{prefix}").sentence

    return run
