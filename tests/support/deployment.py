"""The files of topics/deployment/, read the way nginx, systemd and a container builder read them.

What a file says of a machine is put right for the one that runs the tests, and nothing else is
changed: PLACES lists it for nginx, `Unit.command` and `Container.command` say it for theirs.
"""

import configparser
import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.nginx import change
from tests.support.server import ROOT

FOLDER = ROOT / "topics" / "deployment"

PLACES = {
    "listen 80;": "listen @HTTP@;",
    "listen 443 ssl;": "listen @HTTPS@ ssl;",
    "https://$host": "https://$host:@HTTPS_PORT@",
    "/etc/letsencrypt/live/chat.example.org/fullchain.pem": "@CERT@",
    "/etc/letsencrypt/live/chat.example.org/privkey.pem": "@KEY@",
    "http://127.0.0.1:8000": "http://127.0.0.1:@BACKEND@",
}
"""What nginx.conf and naive.conf say, and where it is on the machine of a test."""


def text(name: str) -> str:
    """Return the text of a file of the topic."""
    return (FOLDER / name).read_text(encoding="utf-8")


def site(name: str = "nginx.conf", changes: dict[str, str] | None = None) -> str:
    """Return a configuration of nginx's for `tests.support.nginx`, with these changes made."""
    words = change(text(name), changes or {})
    return change(words, {old: new for old, new in PLACES.items() if old in words})


class Unit:
    """A unit of systemd's, and the file of variables it names."""

    def __init__(self, name: str = "chat.service", variables: str = "chat.env") -> None:
        parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
        parser.optionxform = str  # ty: ignore[invalid-assignment]
        parser.read_string(text(name))
        self.service = {key: value.replace("\\\n", " ") for key, value in parser["Service"].items()}
        lines = [line for line in text(variables).splitlines() if line and line[0] != "#"]
        self.variables = dict(line.split("=", 1) for line in lines)

    @property
    def words(self) -> list[str]:
        """ExecStart as a list, with its variables filled in."""
        words = shlex.split(self.service["ExecStart"])
        return [re.sub(r"\$\{(\w+)\}", lambda name: self.variables[name[1]], w) for w in words]

    def command(self) -> list[str]:
        """Return ExecStart for this machine: its own Python, and a free port."""
        python, *options = self.words
        assert python == f"{self.service['WorkingDirectory']}/.venv/bin/python"
        return [sys.executable, *with_option(options, "--port", "0")]


@dataclass(frozen=True)
class Container:
    """A Containerfile: its instructions in their order, each with its words."""

    instructions: list[tuple[str, str]]

    @classmethod
    def read(cls, name: str = "Containerfile") -> "Container":
        """Read a file of the topic."""
        lines = [line for line in text(name).splitlines() if line and not line.startswith("#")]
        joined = "\n".join(lines).replace("\\\n", " ")
        return cls(
            [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.split("\n")]
        )

    def all(self, name: str) -> list[str]:
        """Return the words of each instruction of this name."""
        return [words for instruction, words in self.instructions if instruction == name]

    def one(self, name: str) -> str:
        """Return the words of the one instruction of this name."""
        (words,) = self.all(name)
        return words

    @property
    def words(self) -> list[str]:
        """CMD as a list. In any other form it is no JSON, and a shell would run it."""
        return json.loads(self.one("CMD"))

    @property
    def health(self) -> list[str]:
        """The command of HEALTHCHECK as a list."""
        return json.loads(self.one("HEALTHCHECK").partition(" CMD ")[2])

    def copies(self) -> list[tuple[Path, Path]]:
        """Return what COPY copies: its source in the project, its target in the image."""
        workdir = Path(self.one("WORKDIR"))
        pairs = [words.split() for words in self.all("COPY")]
        return [
            (ROOT / source, workdir / target / (Path(source).name if target == "./" else ""))
            for source, target in pairs
        ]

    def command(self) -> list[str]:
        """Return CMD for this machine: on a free port."""
        return with_option(self.words, "--port", "0")


def option(words: list[str], name: str) -> str:
    """Return the value of an option of a command."""
    return words[words.index(name) + 1]


def with_option(words: list[str], name: str, value: str) -> list[str]:
    """Return a command with another value of an option that it has."""
    at = words.index(name) + 1
    return [*words[:at], value, *words[at + 1 :]]
