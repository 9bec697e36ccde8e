"""The learner's app on a real uvicorn, in a process of its own that cannot outlive its check."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

from practice import explain, forked
from practice.exercise import ROOT, WORK, Exercise
from practice.forked import Forked

START_SECONDS = 8
ANSWER_SECONDS = 2
"""How long an app that is alive may take to answer anything at all."""

_LISTENING = re.compile(r"running on https?://\S+?:(\d+)")
_STACK = "most recent call first"


class Unmet(AssertionError):  # noqa: N818 - what it says is not that something is wrong with it.
    """A check does not hold; its text is the sentence for the learner."""


class LearnerApp:
    """The app of an exercise on a free port. Entered it is ready; left it is gone.

    What `settings` names, the app finds in its environment, whatever the learner's own has there.
    """

    def __init__(self, exercise: Exercise, settings: Mapping[str, str] | None = None) -> None:
        self._exercise = exercise
        self._settings = dict(settings or {})
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._silent = False
        self._stopped = False
        self._killed = False
        self._root_path = ""
        self.port = 0

    def __enter__(self) -> Self:
        exercise = self._exercise
        app = f"{WORK}.{exercise.name}.main:app"
        arguments = [app, self._root_path]
        env = {**os.environ, **self._settings}
        env |= {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        # A compiled file is known by its second: an edit within that second would not be seen.
        env["PYTHONDONTWRITEBYTECODE"] = "1"
        if forked.AVAILABLE:
            self._process = Forked("practice.serve", arguments, env=env, cwd=exercise.root)
        else:
            self._process = self._popen([sys.executable, "-m", "practice.serve", *arguments], env)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _popen(self, command: list[str], env: Mapping[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self._exercise.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            # A group of its own, so that what the app starts ends with it.
            start_new_session=True,
        )

    def restart(self, root_path: str) -> None:
        """Serve it anew below a path, on another port and with an empty log."""
        self.kill()
        self._lines = []
        self._silent = self._stopped = self._killed = False
        self._root_path = root_path
        self.__enter__()

    @property
    def log(self) -> str:
        """Everything the app has printed so far."""
        with self._news:
            return "".join(self._lines)

    def fault(self) -> str | None:
        """Return what is wrong with the app as a whole: it ended, or it is frozen. None if not."""
        if self._stopped or self._killed:
            return None
        with suppress(subprocess.TimeoutExpired):
            # A process that is about to end has closed its connections shortly before.
            code = self._process.wait(0.2)
            self._reader.join(1)
            raised = self.errors()
            return f"Your app ended by itself (exit code {code})" + (
                f": {raised[-1]}" if raised else "."
            )
        if self._answers():
            return None
        return "Your app is frozen: it answers nobody." + self._standing()

    def errors(self) -> list[str]:
        """Return a sentence for each error in the log."""
        return explain.errors(self.log, self._exercise.main, self._exercise.shown_main)

    def stop(self) -> bool:
        """Ask the app to end and read what it still says; kill it if it does not.

        Return whether it did.
        """
        self._stopped = True
        self._process.terminate()
        ended = False
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ANSWER_SECONDS)
            ended = True
        self.kill()
        return ended

    def kill(self) -> None:
        """End the process and everything it has started, once: its id may be another's later."""
        if self._killed:
            return
        self._killed = True
        if hasattr(os, "killpg"):
            # The group outlives its leader as long as one child runs, and so does the log's pipe.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        # Where there are no groups, and what has not yet made its own.
        self._process.kill()
        self._process.wait()
        self._reader.join(1)

    def _wait_until_ready(self) -> None:
        started = self._wait_for(_LISTENING, START_SECONDS)
        if started:
            self.port = int(started[1])
        elif self._silent:
            main, shown = self._exercise.main, self._exercise.shown_main
            raise Unmet(explain.start_fault(self.log, main, shown))
        else:
            raise Unmet(
                f"Your app does not start: it is not ready after {START_SECONDS} seconds."
                + (self._standing() or " Something in it never ends.")
            )

    def _standing(self) -> str:
        """Return a sentence on the line the app is at, empty if that cannot be learned."""
        if not hasattr(signal, "SIGUSR1"):
            return ""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        self._wait_for(re.compile(rf"{_STACK}(?s:.*)practice[/\\]serve\.py"), ANSWER_SECONDS)
        _, _, stack = self.log.rpartition("Current thread ")
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

    def _wait_for(self, pattern: re.Pattern[str], seconds: float) -> re.Match[str] | None:
        with self._news:
            self._news.wait_for(
                lambda: self._silent or pattern.search("".join(self._lines)), seconds
            )
            return pattern.search("".join(self._lines))

    def _read(self) -> None:
        stdout = self._process.stdout
        for line in stdout or ():
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        if stdout:
            stdout.close()
        with self._news:
            self._silent = True
            self._news.notify_all()
