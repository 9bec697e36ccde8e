"""Start a real uvicorn in a process of its own, read its log, stop it by its process id."""

import os
import re
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from course import process
from course.process import Running
from tests.support import fork
from tests.support.fork import Forked

ROOT = Path(__file__).parents[2]
IMPLEMENTATIONS = ("websockets-sansio", "wsproto", "websockets")
"""uvicorn's WebSocket implementations, as `--ws` takes them; the last one is deprecated."""

FALSE_ALARMS = (
    # uvicorn logs it after every denial response, though the client has had its answer.
    "ASGI callable returned without completing handshake.",
    # The same, in the words of the legacy implementation.
    "ASGI callable returned without sending handshake.",
    # uvicorn adds a traceback of its own to a frame that is not UTF-8, after closing with 1007.
    "Invalid UTF-8 sequence received from client.",
    # uvicorn warns of every port scanner: the bytes were not HTTP, and it has answered them by 400.
    "Invalid HTTP request received.",
)
"""What uvicorn logs as an error although nothing is wrong, each by its own words."""

# In the words of uvicorn, Hypercorn and Granian.
_LISTENING = re.compile(r"(?:[Rr]unning on|Listening at:) https?://\S+?:(\d+)")
_RECORD = re.compile(r"^(DEBUG|INFO|WARNING|ERROR|CRITICAL):", re.MULTILINE)


class Process(process.Process):
    """A process that a test starts: it finds this one's environment with `env` in it.

    A test that fails shows the end of its log.
    """

    def __init__(
        self,
        command: Sequence[str],
        ready: str | re.Pattern[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        keep: Sequence[int] = (),
    ) -> None:
        super().__init__(command, ready, env={**os.environ, **(env or {})}, cwd=cwd, keep=keep)
        self._own = frozenset(env or {})

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, traceback)
        if kind is not None:
            sys.stderr.write(f"--- log of {' '.join(self.command)}\n{self.log[-4000:]}\n")

    @property
    def peak_memory(self) -> int:
        """The most memory the process has held so far, in bytes; Linux alone says it."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024


class Uvicorn(Process):
    """A process of uvicorn's, by whatever command, that listens on 127.0.0.1."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        super().__init__(command, _LISTENING, env=env, cwd=cwd)
        self.port = 0

    def __enter__(self) -> Self:
        super().__enter__()
        self.port = int(self.wait_for_log(_LISTENING).group(1))
        return self

    @property
    def url(self) -> str:
        """The server's address for HTTP, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """The server's address for WebSockets, without a slash at its end."""
        return f"ws://127.0.0.1:{self.port}"


class Server(Uvicorn):
    """A uvicorn process that serves `app` on a free port of 127.0.0.1."""

    def __init__(
        self,
        app: str,
        *options: str,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", "0"]
        super().__init__([*command, "--no-use-colors", *options], env=env, cwd=cwd)

    def launch(self) -> Running:
        """Fork it where that is possible, which is quicker than to start a new Python."""
        # A supervisor starts processes by its own name, and a variable of Python's is read when it
        # begins: such a server begins anew.
        anew = {"--reload", "--workers"} & {*self.command}
        anew |= {name for name in self._own if name.startswith("PYTHON")}
        if anew or not fork.AVAILABLE or self.command[1:3] != ["-m", "uvicorn"]:
            return super().launch()
        return Forked("uvicorn", self.command[3:], env=self.env, cwd=self.cwd or ROOT)


@contextmanager
def serve(
    app: str, *options: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> Generator[Server]:
    """Serve an app for the length of a `with` block."""
    with Server(app, *options, env=env, cwd=cwd) as server:
        yield server


def complaints(log: str) -> list[str]:
    """Return the log's errors, warnings and tracebacks, without the server's own false alarms."""
    starts = [found.start() for found in _RECORD.finditer(log)]
    records = [log[begin:end] for begin, end in pairwise([0, *starts, len(log)])]
    return [
        record
        for record in records
        if (record.startswith(("WARNING:", "ERROR:", "CRITICAL:")) or "Traceback" in record)
        and not any(words in record for words in FALSE_ALARMS)
    ]
