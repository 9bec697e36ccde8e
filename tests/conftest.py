"""Fixtures shared by all tests: a lesson's server, and what the machine has to offer."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import offline
from tests.support.server import Server, serve


def pytest_report_header() -> str:
    """Say how far the proofs without a network go on this machine."""
    return f"network off: {offline.how()}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests stay in one process: a file's, or a lesson's in a file of all lessons.

    They share servers, a browser or a site, which would otherwise be started once a process.
    """
    for item in items:
        # As in tests/contract/test_clients.py::test_name[03_manager-wsproto].
        lesson = re.search(
            r"\[(\d\d_\w+(?:-websockets-sansio|-wsproto|-websockets)?)\]$", item.name
        )
        alone = lesson and item.path.parent.name in {"contract", "exercises"}
        group = f"{item.path}-{lesson[1]}" if lesson and alone else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


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
