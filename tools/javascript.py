"""Check the course's JavaScript, by TypeScript's checker and by Node's own tests.

It needs node and npm, which nobody needs to run, read or write a lesson. Without them one line says
that nothing was checked; with CI=true that is a failure. TypeScript is installed into node_modules,
as package-lock.json has it. To take another version, edit package.json and run
`npm install --package-lock-only`: the settings in .npmrc keep addresses out of the lock.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECTS = ("tsconfig.json", "tests/js/tsconfig.json")
"""What tsc reads: the site's scripts strictly, and those of lessons and exercises."""

ADVICE = "install Node (on Debian and Ubuntu: apt install nodejs npm)"


class MissingError(Exception):
    """What is needed is not there; the text says what, and how to get it."""


def installed(root: Path) -> bool:
    """Return whether node_modules has what the lock says."""
    try:
        there = json.loads((root / "node_modules" / ".package-lock.json").read_text())["packages"]
        lock = json.loads((root / "package-lock.json").read_text())["packages"]
    except OSError:
        return False
    # Of the packages for all systems, npm has installed those for this one.
    wanted = {name: entry for name, entry in lock.items() if name and not entry.get("optional")}
    return all(there.get(name, {}).get("version") == e["version"] for name, e in wanted.items())


def install(root: Path = ROOT) -> str:
    """Install TypeScript where it is not yet, and return the path of node.

    Raises:
        MissingError: there is no node or no npm, or npm could not install.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise MissingError(f"there is no {'node' if node is None else 'npm'}; {ADVICE}")
    if not installed(root):
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or "it gave no reason").splitlines()[-1]
            raise MissingError(f"npm could not install TypeScript: {last}")
    return node


def check(root: Path = ROOT) -> bool:
    """Return whether all is well; what is not is printed.

    Raises:
        MissingError: it could not be checked.
    """
    node = install(root)
    commands = [["node_modules/typescript/bin/tsc", "--project", project] for project in PROJECTS]
    tests = [str(path.relative_to(root)) for path in sorted(root.glob("tests/js/*.test.mjs"))]
    if tests:
        commands.append(["--test", "--test-reporter=tap", *tests])
    codes = []
    for command in commands:
        done = subprocess.run(
            [node, *command], cwd=root, stdout=subprocess.PIPE, text=True, check=False
        )
        codes.append(done.returncode)
        if done.returncode:
            print(done.stdout, end="")
    return not any(codes)


def run() -> int:
    """Check, and return the exit code."""
    try:
        return 0 if check() else 1
    except MissingError as error:
        print(f"The JavaScript was not checked: {error}.", file=sys.stderr)
        return int(os.environ.get("CI") == "true")
