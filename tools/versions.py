"""Which program of the course is made from which: the tree that `tools.carry` follows.

Within a lesson: naive.py, then each step, then the finished lesson. From a finished lesson: to each
version of the lessons that build on it, and to the starter of its own exercise, and from there to
the solution. A file continues a file of the version before if it has the same path or name and many
lines of it, or if most of its lines are there: a class that moved to another file stays the same.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tools.lessons import Lesson, names

STEP = re.compile(r"step_(\d+)(?:\.py)?")

NOT_CODE = {"README.md", "hints.md", "test_exercise.py"}
"""Files of an exercise that are about its program."""

SAME_NAME_SHARE = 0.25
"""How much of the shorter file two files of one name have in common if one continues the other."""

MOVED_SHARE = 0.4
"""How much of either file another name needs: it holds the half of that file, or is half of it."""

MOVED_LINES = 6
"""How many lines that must be at least: two files may share their imports by chance."""


@dataclass(frozen=True)
class Version:
    """One state of a program: its files, by the path they have for the program."""

    title: str
    lesson: str
    files: Mapping[str, Path] = field(hash=False)
    """Paths below the root, so that a file that two versions share is one file."""
    before: tuple["Version", ...] = ()
    """What it is made from, the nearest first."""
    strict: bool = True
    """Whether each line of the version before is expected here, unless it was replaced on purpose.
    An exercise and a naive version keep only a part of it."""


def versions(root: Path, start: str) -> list[Version]:
    """Return the versions of the lesson `start`, and all that are made from them, in that order.

    Raises:
        LessonError: a lesson's page does not say what the lesson builds on.
    """
    bases = {
        name: base.name if (base := Lesson(name, root).builds_on()) else None
        for name in names(root)
    }
    order = [start]
    # A list that grows while it is read: each lesson brings those that build on it.
    for name in order:
        order += [child for child, base in bases.items() if base == name]
    finished: dict[str, Version] = {}
    found = []
    for name in order:
        base = finished.get(bases[name] or "")
        ladder = _ladder(Lesson(name, root), base)
        finished[name] = ladder[-1]
        found += [*ladder, *_exercise(Lesson(name, root), ladder[-1])]
    return found


def _ladder(lesson: Lesson, base: Version | None) -> list[Version]:
    folder = lesson.folder
    steps: dict[int, dict[str, Path]] = {}
    finished: dict[str, Path] = {}
    for path, where in _files(folder, lesson.root).items():
        first, _, rest = path.partition("/")
        step = STEP.fullmatch(first)
        if path == "naive.py" or path.endswith(".diff"):
            continue
        if step:
            steps.setdefault(int(step[1]), {})[rest or "main.py"] = where
        else:
            finished[path] = where
    bases = (base,) if base else ()
    found = []
    if lesson.naive.is_file():
        naive = {"main.py": lesson.naive.relative_to(lesson.root)}
        found.append(Version(f"{lesson.name}/naive", lesson.name, naive, bases, strict=False))
    for number, own in sorted(steps.items()):
        before = (*found[-1:], *bases)
        # A step that is one file uses the page, and whatever else does not change, of the lesson.
        found.append(Version(f"{lesson.name}/step_{number}", lesson.name, finished | own, before))
    found.append(Version(lesson.name, lesson.name, finished, (*found[-1:], *bases)))
    return found


def _exercise(lesson: Lesson, finished: Version) -> list[Version]:
    files = _files(lesson.exercise, lesson.root)
    starter = {
        path: where
        for path, where in files.items()
        if path not in NOT_CODE and not path.startswith("solution/")
    }
    solution = {
        path.removeprefix("solution/"): where
        for path, where in files.items()
        if path.startswith("solution/")
    }
    title = f"exercises/{lesson.name}"
    first = Version(title, lesson.name, starter, (finished,), strict=False)
    # What the starter leaves out for the learner to write, the solution may have from the lesson.
    second = Version(
        f"{title}/solution", lesson.name, starter | solution, (first, finished), strict=False
    )
    return [version for version in (first, second) if version.files]


def _files(folder: Path, root: Path) -> dict[str, Path]:
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in parts):
            found["/".join(parts)] = path.relative_to(root)
    return found


def continues(path: str, text: str, before: str, old: str) -> str | None:
    """Return by what a file continues an older one: "path", "name" or "lines"; None if it does not.

    `path` and `text` are the file's, `before` and `old` those of the older one.
    """
    mine, theirs = _telling(text), _telling(old)
    common = (mine & theirs).total()
    shorter = max(1, min(mine.total(), theirs.total()))
    of_mine, of_theirs = common / max(1, mine.total()), common / max(1, theirs.total())
    if text == old or common / shorter >= SAME_NAME_SHARE:
        if path == before:
            return "path"
        if PurePosixPath(path).name == PurePosixPath(before).name:
            return "name"
    if common >= MOVED_LINES and max(of_mine, of_theirs) >= MOVED_SHARE:
        return "lines"
    return None


def telling_lines(text: str) -> list[str]:
    """Return the lines that are long enough to be recognised elsewhere, without indentation."""
    lines = (line.strip() for line in text.split("\n"))
    return [line for line in lines if len(re.findall(r"\w", line)) >= 4]  # noqa: PLR2004 - `try:` is everywhere


def _telling(text: str) -> Counter[str]:
    return Counter(telling_lines(text))
