"""What a learner does with a bundle, done in it and without the network: see test_bundle.py.

It runs in the bundle, by the bundle's own Python, and prints what it has found as JSON.
"""

import ast
import importlib.util
import json
from collections.abc import Iterator

import httpx2
from websockets.sync.client import connect

from tests.support.server import Server
from tools.lessons import ROOT


class Make(Server):
    """A word of make that serves, on a free port."""

    def __init__(self, *words: str) -> None:
        """Take the words; `with` starts it."""
        super().__init__("")
        self.command = ["make", "--no-print-directory", *words, "PORT=0"]


def get(url: str) -> str:
    """Return the page at `url`."""
    return httpx2.get(url, trust_env=False, follow_redirects=True).raise_for_status().text


def echo(url: str) -> str:
    """Return what lesson 1 answers to a message."""
    with connect(url, proxy=None) as client:
        client.send("hello")
        return str(client.recv(timeout=10))


def missing() -> list[str]:
    """Return the modules that a learner's code, or ours for it, imports and that are not here."""
    found = {
        module.partition(".")[0]
        for folder in ("course", "lessons", "topics", "exercises")
        for file in (ROOT / folder).rglob("*.py")
        for module in imported(ast.parse(file.read_bytes()))
    }
    return sorted(module for module in found if importlib.util.find_spec(module) is None)


def imported(source: ast.Module) -> Iterator[str]:
    """Yield the modules that it imports, but for those beside it."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def main() -> None:
    """Visit the course, a lesson and an exercise."""
    found: dict[str, object] = {"missing": missing()}
    with Make("run") as course:
        found["course"] = course.log
        found["home"] = get(f"{course.url}/")
        found["page"] = get(f"{course.url}/lessons/01_echo/")
        found["health"] = json.loads(get(f"{course.url}/healthz"))
        found["echo"] = echo(f"{course.ws}/live/01_echo/ws")
    with Make("lesson", "L=01") as lesson:
        lesson.wait_for_log("startup complete")  # What reloads has its port sooner than its app.
        found["lesson"] = get(f"{lesson.url}/")
        found["lesson echo"] = echo(f"{lesson.ws}/ws")
    with Make("exercise", "E=01") as exercise:
        exercise.wait_for_log("startup complete")
        found["exercise"] = get(f"{exercise.url}/")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
