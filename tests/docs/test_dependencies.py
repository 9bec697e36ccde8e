"""What is imported is declared, and what is declared is locked, for every system and Python."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tools.lessons import ROOT

OURS = {path.name for path in ROOT.iterdir() if path.is_dir()}
PART_OF = {"pydantic-core": "pydantic"}
"""What comes with something declared, in the one version that fits it."""

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
ENVIRONMENTS = {
    f"{system}-{python}": {
        **SYSTEMS[system],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for system, python in product(SYSTEMS, PYTHONS)
}


@cache
def project() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml requires: `main`, and each group with those it includes."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = data["dependency-groups"]

    def of(group: str) -> Iterator[str]:
        for entry in groups[group]:
            if isinstance(entry, str):
                yield entry
            else:
                yield from of(entry["include-group"])

    written = {"main": data["project"]["dependencies"], **{name: [*of(name)] for name in groups}}
    return {name: [Requirement(one) for one in entries] for name, entries in written.items()}


def declared(*groups: str) -> set[NormalizedName]:
    return {canonicalize_name(one.name) for group in groups for one in project()[group]}


LOCKS = {"requirements.txt": ("main", "dev"), "requirements-class.txt": ("main", "class")}
"""What each lock is made from."""

each_lock = pytest.mark.parametrize("lock", LOCKS)


@cache
def hashed(lock: str) -> dict[str, list[str]]:
    """Return what a lock names, with its version and the systems it is for; and its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.match(r"[a-zA-Z]", line)]
    return {words.strip(): hashes for words, *hashes in (line.split("--hash=") for line in lines)}


@cache
def locked(lock: str) -> list[Requirement]:
    """Return the lock's entries, each with its version and the systems that it is for."""
    return [Requirement(entry) for entry in hashed(lock)]


def imported(files: Iterable[Path]) -> dict[str, Path]:
    """Return the distributions that files import, each with one of the files."""
    distributions = packages_distributions()
    found: dict[str, Path] = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in {name.partition(".")[0] for name in names}:
                if name not in sys.stdlib_module_names | OURS:
                    (distribution, *_) = distributions.get(name, [f"nobody's {name}"])
                    found.setdefault(canonicalize_name(distribution), path)
    return {PART_OF.get(name, name): path for name, path in found.items()}


def programs(*trees: str) -> list[Path]:
    found = [path for tree in trees for path in sorted((ROOT / tree).rglob("*.py"))]
    # Who has drawn a diagram has packages of Node's there, and some of them bring Python.
    return [path for path in found if "node_modules" not in path.parts]


CHECKS = [path for path in programs("exercises") if path.name == "test_exercise.py"]
LEARNT = [path for path in programs("lessons", "exercises", "topics") if path not in CHECKS]


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        pytest.param(LEARNT, ("main",), id="lessons, exercises and topics"),
        pytest.param([*CHECKS, *programs("practice")], ("main", "class"), id="practice"),
        pytest.param(programs("course"), ("main", "class"), id="course"),
        pytest.param(programs("tools", "bench", "tests"), ("main", "dev"), id="ours"),
    ],
)
def test_what_is_imported_is_declared(files: list[Path], groups: tuple[str, ...]) -> None:
    assert files
    missing = {
        name: str(path.relative_to(ROOT))
        for name, path in imported(files).items()
        if name not in declared(*groups)
    }
    assert not missing, f"pyproject.toml does not name in {' or '.join(groups)}: {missing}"


def faults(
    lock: str, environment: dict[str, str], wanted: Iterable[Requirement]
) -> tuple[list[str], set[str]]:
    """Return what a lock lacks in an environment, and the names of all that is wanted there.

    What a package itself requires is read from the installed package: no network is asked.
    """
    entries = {
        canonicalize_name(entry.name): entry
        for entry in locked(lock)
        if entry.marker is None or entry.marker.evaluate(environment)
    }
    lacking: list[str] = []
    seen: set[tuple[str, str]] = set()
    waiting = [(one, "") for one in wanted]
    while waiting:
        one, extra = waiting.pop()
        if one.marker is not None and not one.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(one.name)
        entry = entries.get(name)
        if entry is None:
            lacking.append(f"{one} is not in {lock}.")
            continue
        (pin,) = entry.specifier
        if not one.specifier.contains(pin.version, prereleases=True):
            lacking.append(f"{one} is not satisfied by {pin.version}.")
        for each in {"", *one.extras}:
            if (name, each) not in seen:
                seen.add((name, each))
                try:
                    waiting += [(Requirement(text), each) for text in requires(name) or ()]
                except PackageNotFoundError:
                    continue  # It is for another system than this one.
    return lacking, {name for name, _ in seen}


def wanted(lock: str) -> list[Requirement]:
    return [one for group in LOCKS[lock] for one in project()[group]]


@each_lock
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_lock_has_all_that_is_declared(lock: str, environment: str) -> None:
    lacking, _ = faults(lock, ENVIRONMENTS[environment], wanted(lock))
    assert not lacking, "\n".join([*lacking, f"`make lock` writes {lock}."])


@each_lock
def test_a_lock_has_nothing_else(lock: str) -> None:
    needed = {n for one in ENVIRONMENTS.values() for n in faults(lock, one, wanted(lock))[1]}
    for_us = [
        entry
        for entry in locked(lock)
        # Some are for a Python in a browser.
        if entry.marker is None or any(map(entry.marker.evaluate, ENVIRONMENTS.values()))
    ]
    assert {canonicalize_name(entry.name) for entry in for_us} <= needed


def test_a_class_has_the_versions_that_are_tested() -> None:
    """Its lock is a part of ours, and each of its files the same to the last bit."""
    ours, theirs = ({e.name: e.specifier for e in locked(lock)} for lock in LOCKS)
    assert {name: ours.get(name) for name in theirs} == theirs
    hashes = {e.partition(" ")[0]: found for e, found in hashed("requirements.txt").items()}
    for entry, found in hashed("requirements-class.txt").items():
        assert hashes[entry.partition(" ")[0]] == found, f"{entry}: `make lock` writes both locks."


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("no-such-package>=1", "is not in requirements.txt"),
        ("fastapi>=1000", "is not satisfied by"),
        ("no-such-package; sys_platform == 'win32'", ""),
    ],
)
def test_a_requirement_that_the_lock_does_not_fit_is_found(requirement: str, words: str) -> None:
    lacking, _ = faults("requirements.txt", ENVIRONMENTS["linux-3.11"], [Requirement(requirement)])
    assert words in " ".join(lacking) if words else not lacking
