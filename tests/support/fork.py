"""Run a module in a process forked from one that has imported what it needs, which is quicker.

Python takes a third of a second to import FastAPI and uvicorn, and the tests start hundreds of
servers. This is for the tests alone: what a learner runs is always a new Python.
"""

import io
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib import invalidate_caches
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import IO, TextIO

POSSIBLE = sys.platform == "linux"
"""Elsewhere there is no fork, or the system's own libraries do not survive it."""

AVAILABLE = POSSIBLE and not os.environ.get("REAL_COMMANDS")
"""Whether servers are forked. `make test ALL=1` sets the variable: there each is started by the
command that a reader types."""

_preloaded = ["tests.support.fork", "fastapi.templating", "uvicorn.main"]
# By their names, as uvicorn imports them when it starts: "auto" takes the one and the other.
_preloaded += ["uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"]
_preloaded += ["uvicorn.loops.auto", "uvicorn.lifespan.on"]


def preload(*modules: str) -> None:
    """Have these imported before the first fork; after it, this comes too late."""
    _preloaded.extend(modules)


class Forked:
    """A process that runs a module as `python -m` does, with what of `Popen` its users need.

    It leads a session of its own. `stdout` is what it prints; what it says of errors is in between,
    or apart on `stderr`. What it reads is empty, or with `stdin` what is written to that.
    """

    def __init__(  # noqa: PLR0913 - all but two are by their names.
        self,
        module: str,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        apart: bool = False,
        stdin: bool = False,
    ) -> None:
        """Start it in `cwd`, with `env` for its whole environment."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_preloaded)
        command = [module, *arguments]
        path = [str(cwd), *_path()]
        with ExitStack() as pipes:
            ends: list[Connection] = []
            texts: list[TextIO] = []
            for _ in range(1 + apart):
                reader, writer = (pipes.enter_context(end) for end in context.Pipe(duplex=False))
                ends.append(writer)
                # Closed by whoever reads it, as Popen's.
                texts.append(os.fdopen(os.dup(reader.fileno()), encoding="utf-8", errors="replace"))
            self.stdout, self.stderr = texts[0], texts[-1]
            self.stdin: IO[str] | None = None
            if stdin:
                reader, writer = (pipes.enter_context(end) for end in context.Pipe(duplex=False))
                ends.append(reader)
                self.stdin = os.fdopen(os.dup(writer.fileno()), "w", encoding="utf-8")
            become = (command, dict(env), path, (ends[0], ends[apart]), ends[-1] if stdin else None)
            self._process = context.Process(target=_become, args=become)
            with _nameless():
                self._process.start()
        self.args = [sys.executable, "-m", *command]
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        """Return what it ended with, as `Popen` counts it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return what it ended with, once it has.

        Raises:
            TimeoutExpired: it still runs after `timeout` seconds.
        """
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


@contextmanager
def _nameless() -> Generator[None]:
    """Hide what this process was started by, which a new one would otherwise import first."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@cache
def _path() -> list[str]:
    """Return where a new Python looks for modules, with nothing that this process has added."""
    program = "import sys; print(*sys.path, sep='\\0', end='')"
    command = [sys.executable, "-P", "-c", program]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(command, env=env, check=True, capture_output=True, encoding="utf-8")
    return ended.stdout.split("\0")


def _entries(path: str | None) -> list[str]:
    return path.split(os.pathsep) if path else []


def _become(
    command: list[str],
    env: dict[str, str],
    path: list[str],
    outputs: tuple[Connection, Connection],
    stdin: Connection | None,
) -> None:
    """Be what `python -m` would be with this command, in the folder that is first on its path."""
    os.setsid()
    if stdin:
        os.dup2(stdin.fileno(), 0)
        sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open to the end.
        stdin.close()
    for number, name, end in zip((1, 2), ("stdout", "stderr"), outputs, strict=True):
        os.dup2(end.fileno(), number)
        raw = open(number, "wb", buffering=0, closefd=False)  # noqa: SIM115 - open to the end.
        text = io.TextIOWrapper(raw, encoding="utf-8", errors="replace", write_through=True)
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    for end in {*outputs}:
        end.close()
    os.environ.clear()
    os.environ.update(env)
    if hasattr(time, "tzset"):  # Read by C when a process begins, and then no more.
        time.tzset()
    sys.dont_write_bytecode = bool(env.get("PYTHONDONTWRITEBYTECODE"))
    os.chdir(path[0])
    # What was there when the first process looked may not be all that is there now.
    invalidate_caches()
    sys.path[:] = [path[0], *_entries(env.get("PYTHONPATH")), *path[1:]]
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - as Python itself ends for any of them.
        sys.excepthook(type(error), error, error.__traceback__)
        raise SystemExit(1) from None
