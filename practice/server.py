"""The learner's app on a real uvicorn, in a process of its own that cannot outlive its check."""

import http.client
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from course.process import Process, ProcessError
from practice import explain, records
from practice.exercise import ROOT, WORK, Exercise

START_SECONDS = 8
STACK_SECONDS = 10
"""How long a frozen app may take to print where it stands; on a busy machine it waits its turn."""

ANSWER_SECONDS = 2
"""How long an app that is alive may take to answer anything at all."""

_LISTENING = re.compile(r"running on https?://\S+?:(\d+)")


class Unmet(AssertionError):  # noqa: N818 - what it says is not that something is wrong with it.
    """A check does not hold; its text is the sentence for the learner."""


class Spare:
    """A process that imports FastAPI ahead of its turn, and waits to hear which app to serve.

    An import takes most of the time in which an app starts. `prepare` begins one; left as a context
    manager, the one that nobody took is ended.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._waiting: Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._waiting:
            self._waiting.kill()

    def prepare(self) -> None:
        """Have one ready for the next who takes it."""
        self._waiting = self._waiting or self._started()

    def take(self) -> Process:
        """Return the one that waits, or a new one."""
        taken, self._waiting = self._waiting or self._started(), None
        return taken

    def _started(self) -> Process:
        command = [sys.executable, "-m", "practice.serve"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        process = Process(command, env=env, cwd=self._root, stdin=True)
        process.start()
        return process


class LearnerApp:
    """The app of an exercise on a free port. Entered it is ready; left it is gone.

    What `settings` names, the app finds in its environment, whatever the learner's own has there.
    """

    def __init__(
        self, exercise: Exercise, spare: Spare, settings: Mapping[str, str] | None = None
    ) -> None:
        self._exercise = exercise
        self._spare = spare
        self._settings = dict(settings or {})
        self._stopped = False
        self._killed = False
        self._root_path = ""
        self._before = ""
        self.port = 0

    def __enter__(self) -> Self:
        order = {
            "app": f"{WORK}.{self._exercise.name}.main:app",
            "folder": str(self._exercise.work),
            "root_path": self._root_path,
            "settings": self._settings,
        }
        self._process = self._spare.take()
        self._process.write(f"{json.dumps(order)}\n")
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def folder(self) -> Path:
        """The folder of the learner's copy."""
        return self._exercise.work

    def restart(self, root_path: str) -> None:
        """Serve it anew below a path, on another port and with an empty log."""
        self.kill()
        self._before += self._process.log
        self._stopped = self._killed = False
        self._root_path = root_path
        self.__enter__()

    @property
    def log(self) -> str:
        """Everything the app has printed so far, as a terminal would show it."""
        return records.without(self._process.log)

    @property
    def printed(self) -> list[str]:
        """The lines that the learner's code has printed, also before a restart."""
        return explain.printed(records.read(self._before + self._process.log))

    def notes(self) -> list[str]:
        """Return what there is to know of the app besides its errors."""
        return explain.notes(self._before + self._process.log, self._exercise.main)

    def fault(self) -> str | None:
        """Return what is wrong with the app as a whole: it ended, or it is frozen. None if not."""
        if self._stopped or self._killed:
            return None
        with suppress(ProcessError):
            # A process that is about to end has closed its connections shortly before.
            code = self._process.wait_for_exit(0.2)
            raised = self.errors()
            return f"Your app ended by itself (exit code {code})" + (
                f": {raised[-1]}" if raised else "."
            )
        if self._answers():
            return None
        return "Your app is frozen: it answers nobody." + self._standing()

    def errors(self) -> list[str]:
        """Return a sentence for each error in the log."""
        return explain.errors(self._process.log, self._exercise.main, self._exercise.shown_main)

    def stop(self) -> bool:
        """Ask the app to end and read what it still says; kill it if it does not.

        Return whether it did.
        """
        self._stopped = True
        try:
            self._process.stop(ANSWER_SECONDS)
        except ProcessError:
            return False
        finally:
            self.kill()
        return True

    def kill(self) -> None:
        """End the process and everything it has started."""
        self._killed = True
        self._process.kill()

    def _wait_until_ready(self) -> None:
        with suppress(ProcessError):
            self.port = int(self._process.wait_for_log(_LISTENING, START_SECONDS)[1])
            return
        if self._process.closed or self._process.exit_code is not None:
            main, shown = self._exercise.main, self._exercise.shown_main
            raise Unmet(explain.start_fault(self._process.log, main, shown))
        raise Unmet(
            f"Your app does not start: it is not ready after {START_SECONDS} seconds."
            + (self._standing() or " Something in it never ends.")
        )

    def _standing(self) -> str:
        """Return a sentence on the line the app is at, empty if that cannot be learned."""
        if not hasattr(signal, "SIGUSR1"):
            return ""
        since = len(self._process.log)
        with suppress(ProcessLookupError, ProcessError):
            self._process.signal(signal.SIGUSR1)
            # Every thread's stack is printed; that of the main thread ends in the module.
            end = r'practice[/\\]serve\.py", line \d+ in <module>'
            self._process.wait_for_log(end, STACK_SECONDS, since=since)
        stack = self._process.log[since:]
        where = explain.standing_at(stack, self._exercise.main)
        return f" It stands at {where}." if where else ""

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
