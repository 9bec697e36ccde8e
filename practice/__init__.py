"""What a learner runs: their copy of an exercise, its checks, hints, and their progress.

The checks of an exercise take from here what they speak to an app with.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.client import SECONDS, App, Client

__all__ = ["SECONDS", "App", "Client"]


def __getattr__(name: str) -> object:
    """Import a name when it is asked for: the process that serves an app needs no clients."""
    if name in __all__:
        return getattr(import_module("practice.client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
