"""Servers that the tests of a file share."""

from collections.abc import Iterator

import pytest

from tests.support.contract import WATCHED, Served, assert_ends_well, lesson_server


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A lesson on one of uvicorn's implementations; when all is done it ends well."""
    name, implementation = request.param
    with lesson_server(name, "--ws", implementation, app=WATCHED) as server:
        yield Served(name, implementation, server)
        # What was logged after the last look is found here.
        assert_ends_well(server, name)
