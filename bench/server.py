"""Start the servers that are measured, each by the command that a reader would type."""

import os
import re
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from course.process import Process, ProcessError

ROOT = Path(__file__).parents[1]

IMPLEMENTATIONS = ("websockets-sansio", "wsproto", "websockets")
"""uvicorn's WebSocket implementations, as `--ws` takes them; the last one is deprecated."""

SECONDS = 20
"""How long a server may take until it listens."""

# In the words of uvicorn, Hypercorn and Granian.
_LISTENING = re.compile(r"(?:[Rr]unning on|Listening at:) https?://\S+?:(\d+)")


def _free_port() -> int:
    """Return a port that is free now: Granian does not tell which one it was given for 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(name: str, app: str) -> list[str]:
    """Return what starts `app` on a free port: uvicorn by an implementation, or another server."""
    if name == "granian":
        address = ["--host", "127.0.0.1", "--port", str(_free_port())]
        return ["granian", "--interface", "asgi", *address, app]
    if name == "hypercorn":
        return ["hypercorn", "--bind", "127.0.0.1:0", app]
    address = ["--host", "127.0.0.1", "--port", "0"]
    return ["uvicorn", *address, "--no-use-colors", "--ws", name, app]


class Server(Process):
    """A server of `app` on 127.0.0.1, in a new Python and a process group of its own."""

    def __init__(
        self, name: str, app: str, *options: str, env: Mapping[str, str] | None = None
    ) -> None:
        whole = [sys.executable, "-m", *command(name, app), *options]
        super().__init__(whole, _LISTENING, env={**os.environ, **(env or {})}, cwd=ROOT)
        self.port = 0

    def __enter__(self) -> Self:
        super().__enter__()
        self.port = int(self.wait_for_log(_LISTENING).group(1))
        # Granian says that it listens before its worker does.
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                if time.monotonic() > deadline or self.exit_code is not None:
                    self.kill()
                    raise ProcessError(f"Nobody listens.\n{self.log}") from None
                time.sleep(0.02)  # Between two looks; nothing relies on its length.
            else:
                return self

    @property
    def url(self) -> str:
        """The server's address for HTTP, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """The server's address for WebSockets, without a slash at its end."""
        return f"ws://127.0.0.1:{self.port}"
