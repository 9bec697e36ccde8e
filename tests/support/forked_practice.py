"""Be `python -m practice`, and fork each app it starts: the checks of exercises, but quicker.

The tests run some hundreds of checks, and each starts an app several times.
"""

import runpy
from pathlib import Path

from course.process import Process, Running
from tests.support.fork import Forked


def launch(self: Process) -> Running:
    """Do what `Process.launch` does, by a fork."""
    module, *arguments = self.command[2:]
    return Forked(module, arguments, env=self.env, cwd=self.cwd or Path.cwd(), stdin=self.stdin)


if __name__ == "__main__":
    Process.launch = launch
    runpy.run_module("practice", run_name="__main__", alter_sys=True)
