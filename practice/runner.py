"""Run the checks of an exercise with pytest, and show each as a sentence, never a traceback."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

import pytest
from rich.console import Console
from rich.text import Text

from practice.client import App, sentence
from practice.exercise import ROOT, Exercise
from practice.explain import source_fault
from practice.server import LearnerApp, Spare

CHECK_SECONDS = 20
"""A check that takes longer is ended. A run ends with its first failure, so this bounds it too."""

PRINTED_LINES = 10
"""How much of what is printed during a check is shown."""

_DENT = len("  [pass] ")
_WIDTH = 79
_SAID = "> "
_MARKS = {"pass": "green", "fail": "bold red", "    ": "dim", "note": "yellow"}
# An apostrophe within a word begins nothing.
_QUOTED = re.compile(r"(?<!\w)'[^'\n]{1,60}'(?!\w)")
_BLANK = "\0"


@dataclass
class Result:
    """What came of the checks: how many there are, how many pass, and what is at fault."""

    total: int = 0
    passed: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every check passes."""
        return self.total == self.passed > 0 and not self.faults


class Screen:
    """Where the sentences go, each with a mark that does not need its colour to be read."""

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, width=_WIDTH, highlight=False, emoji=False)
        self.broken: BrokenPipeError | None = None
        """What a reader that ended early, as `| head`, has left behind."""

    def say(self, mark: str, words: str) -> None:
        """Write words behind a mark: pass, fail, note, or four blanks for what is not looked at."""
        shown = Text.assemble("  ", (f"[{mark}]", _MARKS[mark]), " ")
        first, *more = self._lines(words)
        self._write(shown + first, *(" " * _DENT + line for line in more))

    def explain(self, words: str) -> None:
        """Write words below a mark, wrapped; what they indent, such as code, stays as it is."""
        for line in words.split("\n"):
            lines = [line] if line.startswith(" ") else self._lines(line)
            self._write(*(" " * _DENT + part for part in lines))

    def quote(self, line: str) -> None:
        """Write a line that the learner's code has printed, below a mark and never wrapped."""
        self._write(" " * (_DENT - len(_SAID)) + _SAID + line)

    def _lines(self, words: str) -> list[str]:
        # What is quoted stays on one line if it can: a break in it may hide what is missing there.
        kept = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", _BLANK), words)
        text = Text(kept).wrap(self._console, _WIDTH - _DENT)
        return [line.plain.rstrip().replace(_BLANK, " ") for line in text] or [""]

    def _write(self, *lines: str | Text) -> None:
        if self.broken:
            return
        try:
            for line in lines:
                text = line if isinstance(line, Text) else Text(line)
                self._console.print(text, soft_wrap=True)
            self._console.file.flush()
        except BrokenPipeError as error:
            self.broken = error
            pytest.exit("Nobody reads what the checks say.")


class Sentences:
    """The pytest plugin: it serves the learner's app to each check, and says what came of it."""

    def __init__(self, exercise: Exercise, screen: Screen, spare: Spare) -> None:
        self.result = Result()
        self._exercise = exercise
        self._spare = spare
        self._more = True
        self._learner: LearnerApp | None = None
        self._screen = screen
        self._notes: dict[str, None] = {}
        self._waiting: list[str] = []

    @pytest.fixture
    def app(self, request: pytest.FixtureRequest) -> Iterator[App]:
        """Serve the learner's app anew, so that no check finds what another has left behind."""
        self._learner = LearnerApp(self._exercise, self._spare, _settings(request.node))
        with self._learner as learner:
            if self._more:
                # The next check's, while this one is asked.
                self._spare.prepare()
            app = App(learner)
            yield app
            # First the app, which may be frozen, and then the clients, which would wait for it.
            learner.kill()
            app.leave()
            self._notes |= dict.fromkeys(learner.notes())

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the checks."""
        self._waiting = [_words(item) for item in session.items]
        self.result.total = len(self._waiting)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, nextitem: pytest.Item | None) -> None:
        """Remember whether another check comes after this one."""
        self._more = nextitem is not None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        """Say what came of a check."""
        report = yield
        if call.excinfo is not None:
            if not self.result.faults:
                self._failed(item, call)
        elif call.when == "call":
            self._screen.say("pass", _words(item))
            self._waiting.remove(_words(item))
            self.result.passed += 1
        if call.when == "teardown" or (call.when == "setup" and call.excinfo):
            self._show_printed()
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Say that the checks themselves cannot be read: that is ours, not the learner's."""
        if report.failed:
            self.result.faults.append(f"{report.longrepr}")
            self._screen.say(
                "fail", "The checks can be read. They are not yours: tell your teacher."
            )
            self._screen.explain(f"{report.longrepr}")

    def finish(self) -> None:
        """Show what was not looked at, and what else there is to know."""
        for words in self._waiting:
            self._screen.say("    ", words)
        for words in self._notes:
            self._screen.say("note", words)

    def _show_printed(self) -> None:
        """Show what the learner's code has printed, beside the check during which it did."""
        lines = self._learner.printed if self._learner else []
        self._learner = None
        for line in lines[:PRINTED_LINES]:
            self._screen.quote(line)
        more = len(lines) - PRINTED_LINES
        if more > 0:
            self._screen.explain(f"… and {more} line{'s' * (more > 1)} more.")

    def _failed(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        fault = str(error).strip()
        if not isinstance(error, AssertionError):
            # The time limit, or a fault of the check itself.
            fault = f"The check did not come to its end: {type(error).__name__}, {fault}"
        if call.when == "call":
            words = _words(item)
            self._waiting.remove(words)
            if self._learner:
                fault = self._learner.fault() or _with_error(self._learner, fault)
        else:
            words = "Your app starts."
        self.result.faults.append(fault)
        self._screen.say("fail", words)
        self._screen.explain(fault)


def _with_error(learner: LearnerApp, fault: str) -> str:
    """Return the fault with the last error of the app's log, which may be why."""
    # Ended, it has written all that it has to say.
    learner.stop()
    raised = learner.errors()
    if not raised or any(error in fault for error in raised):
        return fault
    return f"{fault}\nIts log has an error: {raised[-1]}"


def _settings(item: pytest.Item) -> dict[str, str]:
    """Return what `pytest.mark.environment` names; a check's own goes before its file's."""
    found: dict[str, str] = {}
    for mark in item.iter_markers("environment"):
        found = {**mark.kwargs, **found}
    return found


def _words(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    return sentence(function.__doc__ or item.name)


def run(exercise: Exercise, out: TextIO = sys.stdout) -> Result:
    """Check the learner's copy, and show each check as a sentence."""
    screen = Screen(out)
    fault = source_fault(exercise.main, exercise.shown_main)
    if fault:
        screen.say("fail", "Python can read your file.")
        screen.explain(fault)
        return Result(faults=[fault])
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(exercise.root), "--maxfail=1"]
    # Nothing of pytest's own reaches the learner, and an assertion's message is its own words.
    options += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]
    options += ["-o", f"timeout={CHECK_SECONDS}", "-o", "addopts=--import-mode=importlib"]
    with Spare(exercise.root) as spare:
        # It imports its modules while pytest reads the checks.
        spare.prepare()
        plugin = Sentences(exercise, screen, spare)
        code = pytest.main([*options, str(exercise.checks)], plugins=[plugin])
    if screen.broken:
        raise screen.broken
    if code == pytest.ExitCode.INTERRUPTED:
        # pytest keeps Ctrl+C to itself; whoever watches wants to hear of it.
        raise KeyboardInterrupt
    plugin.finish()
    return plugin.result
