"""Say at the end of a run which tests did not run, why, and what would make them run."""

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

ADVICE = "run them by `make test ALL=1`"

_REASON = re.compile(r"^Skipped: ")


def sentence(count: int, what: str) -> str:
    """Return a line that begins with a number of tests."""
    return f"{count} {'test' if count == 1 else 'tests'} {what}"


class LeftOut:
    """A plugin of pytest's that counts what a run leaves out.

    Under xdist tests are chosen in each worker, and every worker chooses the same: they tell the
    first process, which writes the summary, how many there were.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._thorough = 0

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what was left out for its marker alone, and not for its name or its place."""
        marked = sum(item.get_closest_marker("thorough") is not None for item in items)
        if marked == len(items) and "not thorough" in self._config.option.markexpr:
            self._thorough += marked

    def pytest_sessionfinish(self) -> None:
        """Hand a worker's count to the process that started it."""
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["thorough"] = self._thorough

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: "WorkerController") -> None:
        """Take a worker's count, which is missing if it crashed."""
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        self._thorough = max(self._thorough, output.get("thorough", 0))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write a line for each reason."""
        reasons = Counter(
            _REASON.sub("", report.longrepr[2])
            for report in terminalreporter.stats.get("skipped", ())
            # What is expected to fail is no skip, and its report has another shape.
            if isinstance(report.longrepr, tuple)
        )
        lines = [
            sentence(count, f"skipped: {reason}")
            for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
        ]
        if self._thorough:
            lines.append(sentence(self._thorough, f"left out as `thorough`: {ADVICE}"))
        if lines:
            terminalreporter.section("not run")
            for line in lines:
                terminalreporter.line(line)
