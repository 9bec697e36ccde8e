"""Start the same app on each of the servers that the page "Servers compared" compares."""

import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from course.process import Process, Running
from tests.support.server import IMPLEMENTATIONS, ROOT, Server

SERVERS = (*IMPLEMENTATIONS, "granian", "hypercorn")
"""uvicorn, by its three implementations, and the two other servers."""

LABORATORY = "topics.servers.laboratory:app"


def _free_port() -> int:
    """Return a port that is free now: Granian does not tell which one it was given for 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class AnyServer(Server):
    """A process of one of `SERVERS` that serves `app` on a free port of 127.0.0.1."""

    def __init__(
        self,
        name: str,
        app: str,
        *options: str,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        super().__init__(app, *options, env=env, cwd=cwd)
        if name == "granian":
            address = ("--host", "127.0.0.1", "--port", str(_free_port()))
            self.command = [sys.executable, "-m", "granian", "--interface", "asgi", *address]
            self.command += [*options, app]
        elif name == "hypercorn":
            self.command = [sys.executable, "-m", "hypercorn", "--bind", "127.0.0.1:0"]
            self.command += [*options, app]
        else:
            self.command += ["--ws", name]

    def launch(self) -> Running:
        """Start a new Python for each, so that uvicorn is compared under the terms of the rest."""
        return Process.launch(self)

    def __enter__(self) -> Self:
        super().__enter__()
        # Granian says that it listens before its worker does.
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                if time.monotonic() > deadline or self.exit_code is not None:
                    self.kill()
                    raise AssertionError(f"Nobody listens.\n{self.log[-4000:]}") from None
                time.sleep(0.02)  # Between two looks; nothing relies on its length.
            else:
                return self
