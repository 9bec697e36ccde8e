"""What a test says of one more, once it is said of some, is left to the nightly run."""

from collections.abc import Iterable, Sequence

import pytest
from _pytest.mark import ParameterSet

SAMPLE = ("01_echo", "05_templates", "10_auth")
"""A lesson of one file, one with a template and static files, and one of several files."""


def some_in_each_run(values: Iterable[str], some: Sequence[str] = SAMPLE) -> list[ParameterSet]:
    """Return a test's parameters, of which only `some` are for each run: see `make test ALL=1`."""
    return [
        pytest.param(value, marks=[] if value in some else [pytest.mark.thorough])
        for value in values
    ]
