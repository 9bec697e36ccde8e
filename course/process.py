"""Run a command in a process of its own, keep what it prints, and wait for a line of that."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

SHOWN = 4000
"""How much of the end of a log an error shows, in characters."""


class ProcessError(AssertionError):
    """The process did not do what was waited for; the text has the end of its log."""


class Running(Protocol):
    """What is needed of a process that runs: `subprocess.Popen` has it."""

    @property
    def pid(self) -> int:
        """Its process id."""

    @property
    def stdin(self) -> IO[str] | None:
        """What it reads, to be written to."""

    @property
    def stdout(self) -> IO[str] | None:
        """What it prints, to be read."""

    def poll(self) -> int | None:
        """Return what it ended with, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return what it ended with, once it has; raise `subprocess.TimeoutExpired` if not."""

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal, if it still runs."""

    def kill(self) -> None:
        """End it."""


class Process:
    """A command that runs in a process group of its own, and the log of what it prints.

    Used as a context manager it has started, and has printed `ready`, when the block begins; when
    the block ends, so do the process and everything that it has started.
    """

    def __init__(  # noqa: PLR0913 - all but the command is by its name.
        self,
        command: Sequence[str],
        ready: str | re.Pattern[str] = "",
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        keep: Sequence[int] = (),
        stdin: bool = False,
    ) -> None:
        """Prepare to run `command` in `cwd`.

        `env` is its whole environment; without one it gets this process's. The file descriptors in
        `keep` stay open in it. With `stdin` it can be written to by `write`.
        """
        self.command = [*command]
        self._ready = ready
        # A line that waits in a buffer is not in the log.
        self.env = {"PYTHONUNBUFFERED": "1", **(os.environ if env is None else env)}
        self.cwd = cwd
        self._keep = keep
        self.stdin = stdin
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._closed = False
        self._killed = False

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_for_log(self._ready)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start the command, and wait for nothing."""
        self._process = self.launch()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def launch(self) -> Running:
        """Start the command. The tests put another way to start one in the place of this."""
        return subprocess.Popen(
            self.command,
            cwd=self.cwd,
            env=self.env,
            stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            # A group of its own: a server that reloads has a child, and the child its own child.
            # Windows has no such groups, and Python ignores this there.
            start_new_session=True,
            pass_fds=self._keep,
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything the process has printed so far."""
        with self._news:
            return "".join(self._lines)

    @property
    def closed(self) -> bool:
        """Whether the log is complete: nobody is left who could print anything."""
        with self._news:
            return self._closed

    @property
    def exit_code(self) -> int | None:
        """What the process ended with, None while it runs."""
        return self._process.poll()

    def wait_for_log(
        self, pattern: str | re.Pattern[str], seconds: float = 20, *, since: int = 0
    ) -> re.Match[str]:
        """Return the first match of `pattern` in the log, as soon as it is there.

        What is in the log's first `since` characters does not count.

        Raises:
            ProcessError: the process ended, or `seconds` passed, before there was one.
        """
        pattern = re.compile(pattern)
        with self._news:
            self._news.wait_for(
                lambda: pattern.search("".join(self._lines), since) or self._closed, seconds
            )
        found = pattern.search(self.log, since)
        if found is None:
            state = "is running" if self.exit_code is None else f"ended with {self.exit_code}"
            raise ProcessError(
                f"No {pattern.pattern!r} in the log; it {state}.\n{self.log[-SHOWN:]}"
            )
        return found

    def write(self, text: str) -> None:
        """Write to what the process reads; nothing happens if it has ended."""
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.write(text)
                self._process.stdin.flush()

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send the process a signal, or its whole group, as a terminal does at Ctrl+C."""
        if group:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def stop(self, seconds: float = 10) -> str:
        """Ask the process to end, as a service manager would, and return its whole log.

        Raises:
            ProcessError: it was still running after `seconds`.
        """
        if self.exit_code is None:
            self.signal(signal.SIGTERM)
        self.wait_for_exit(seconds)
        return self.log

    def wait_for_exit(self, seconds: float = 10) -> int:
        """Return the exit code once the process has ended.

        Raises:
            ProcessError: it was still running after `seconds`.
        """
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProcessError(f"Still running after {seconds} s.\n{self.log[-SHOWN:]}") from None
        # Its last lines may be on their way; but a child of its own may keep the log open for ever.
        self._reader.join(1)
        return code

    def kill(self) -> None:
        """End the process and everything it has started, once: its id may be another's later."""
        if self._killed:
            return
        self._killed = True
        if hasattr(os, "killpg"):
            # The group outlives its leader as long as one child runs, and so does the log's pipe.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()  # Where there are no groups, and what has not yet made its own.
        self._process.wait()
        self._reader.join(5)
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()

    def _read(self) -> None:
        stdout = self._process.stdout
        for line in stdout or ():
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()
        if stdout:
            stdout.close()
