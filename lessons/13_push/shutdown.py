"""Do something when the server is asked to stop, before it closes connections."""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from types import FrameType

# Ctrl+C in a terminal, and what a system sends to end a program.
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def on_shutdown_signal(act: Callable[[], Awaitable[None]]) -> Generator[None]:
    """Run `act` when a signal asks the server to stop, then let the server stop."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread handles signals. TestClient runs in another one.
        yield
        return
    loop = asyncio.get_running_loop()
    handlers_of_server = {number: signal.getsignal(number) for number in SIGNALS}

    def give_back() -> None:
        for number, handler in handlers_of_server.items():
            signal.signal(number, handler)

    async def act_and_stop(number: int) -> None:
        try:
            await act()
        finally:
            signal.raise_signal(number)

    def handle_signal(number: int, _: FrameType | None) -> None:
        # Now the server handles signals again: a second Ctrl+C stops it at once.
        give_back()
        asyncio.run_coroutine_threadsafe(act_and_stop(number), loop)

    for number in SIGNALS:
        signal.signal(number, handle_signal)
    try:
        yield
    finally:
        give_back()
