"""Fixtures shared by all tests: a lesson's server, and what the machine has to offer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import offline
from tests.support.server import Server, serve


def pytest_report_header() -> str:
    """Say how far the proofs without a network go on this machine."""
    return f"network off: {offline.how()}"


def lesson_of(request: pytest.FixtureRequest) -> str:
    """Return the lesson a test file is named after: test_01_echo.py tests 01_echo."""
    return Path(str(request.path)).stem.removeprefix("test_")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


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
