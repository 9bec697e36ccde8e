"""Start a real uvicorn in a process of its own, read its log, stop it by its process id."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from practice import forked
from practice.forked import Forked

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


class Process:
    """A process that runs a command and serves, until it is told to stop.

    `log` is what the process has printed so far, `exit_code` what it ended with (None while it
    runs). Used as a context manager it is ready when entered, and ended when left. Ready means that
    its log has a match of `ready`.
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
        """Prepare to run `command` in `cwd`, with the file descriptors `keep` left open."""
        self._command = [*command]
        self._ready = ready
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._own = frozenset(env or {})
        self._cwd = cwd
        self._keep = keep
        self._lines: list[str] = []
        self._news = threading.Condition()

    def __enter__(self) -> Self:
        self._process = self._start()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.wait_for_log(self._ready)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._kill()
        if kind is not None:
            sys.stderr.write(f"--- log of {' '.join(self._command)}\n{self.log[-4000:]}\n")

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything the server has printed so far."""
        with self._news:
            return "".join(self._lines)

    @property
    def exit_code(self) -> int | None:
        """What the process ended with, None while it runs."""
        return self._process.poll()

    def wait_for_log(
        self, pattern: str | re.Pattern[str], seconds: float = 20, *, since: int = 0
    ) -> re.Match[str]:
        """Return the first match of `pattern` in the log, as soon as it is there.

        What stands in the log's first `since` characters does not count.

        Raises:
            AssertionError: the server ended, or `seconds` passed, before it was.
        """
        pattern = re.compile(pattern)
        with self._news:
            self._news.wait_for(
                lambda: pattern.search("".join(self._lines), since) or not self._reader.is_alive(),
                seconds,
            )
        found = pattern.search(self.log, since)
        if found is None:
            state = "is running" if self.exit_code is None else f"ended with {self.exit_code}"
            raise AssertionError(
                f"No {pattern.pattern!r} in the log; it {state}.\n{self.log[-4000:]}"
            )
        return found

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self._process.send_signal(number)

    def stop(self, seconds: float = 10) -> str:
        """Ask the server to end as a service manager would, and return its whole log.

        Raises:
            AssertionError: it was still running after `seconds`.
        """
        if self.exit_code is None:
            self.signal(signal.SIGTERM)
        self.wait_for_exit(seconds)
        return self.log

    def wait_for_exit(self, seconds: float = 10) -> int:
        """Return the exit code once the process has ended.

        Raises:
            AssertionError: it was still running after `seconds`.
        """
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"Still running after {seconds} s.\n{self.log[-4000:]}") from None
        self._reader.join(seconds)
        return code

    def _start(self) -> subprocess.Popen[str] | Forked:
        return subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own: a server that reloads has a child, and the child its own child.
            start_new_session=True,
            pass_fds=self._keep,
        )

    def _read(self) -> None:
        stdout = self._process.stdout
        for line in stdout or ():
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _kill(self) -> None:
        # The group outlives its leader as long as one child runs, and so does the pipe of its log.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()  # What has not yet made its group.
        self._process.wait()
        self._reader.join(5)
        if self._process.stdout:
            self._process.stdout.close()


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

    def _start(self) -> subprocess.Popen[str] | Forked:
        # A supervisor starts processes by its own name, and a variable of Python's is read when it
        # begins: such a server begins anew.
        anew = {"--reload", "--workers"} & {*self._command}
        anew |= {name for name in self._own if name.startswith("PYTHON")}
        if anew or not forked.AVAILABLE or self._command[1:3] != ["-m", "uvicorn"]:
            return super()._start()
        return Forked("uvicorn", self._command[3:], env=self._env, cwd=self._cwd)


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
