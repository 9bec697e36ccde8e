"""Where an exercise's things are, and the learner's own copy. One name leads to all of them."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parents[1]

WORK = "work"
"""The folder of what is the learner's: git ignores it, and nothing in it is ever overwritten."""

_OURS = {"README.md", "hints.md", "test_exercise.py", "ruff.toml", "solution", "__pycache__"}
"""What is in an exercise's folder and not in the learner's copy."""

_HINT = re.compile(r"<details[^>]*>\s*<summary>Hint \d+</summary>(.*?)</details>", re.DOTALL)


class UnknownExerciseError(Exception):
    """No exercise, or more than one, goes by that name; its text names those that there are."""


@dataclass(frozen=True)
class Exercise:
    """An exercise below `root`, known by the name of its lesson, such as `03_manager`."""

    name: str
    root: Path = ROOT

    @property
    def number(self) -> str:
        """What a learner types for it, as in E=03."""
        return self.name.partition("_")[0]

    @property
    def folder(self) -> Path:
        """Where its text, its starter, its checks and its solution are."""
        return self.root / "exercises" / self.name

    @property
    def readme(self) -> Path:
        """Its text, which is also on its lesson's page."""
        return self.folder / "README.md"

    @property
    def starter(self) -> Path:
        """What the learner begins with."""
        return self.folder / "main.py"

    @property
    def checks(self) -> Path:
        """What must hold in the end."""
        return self.folder / "test_exercise.py"

    @property
    def solution(self) -> Path:
        """A main.py that passes, with what else is in its folder."""
        return self.folder / "solution" / "main.py"

    def solved(self) -> list[str]:
        """Return which of the learner's files a solution changes, main.py first."""
        return sorted(
            (path.as_posix() for path in _files(self.solution.parent)),
            key=lambda path: (path != "main.py", path),
        )

    @property
    def work(self) -> Path:
        """The folder of the learner's copy."""
        return self.root / WORK / self.name

    @property
    def main(self) -> Path:
        """The learner's main.py."""
        return self.work / "main.py"

    @property
    def shown_main(self) -> str:
        """The learner's main.py as it is named on the screen."""
        return f"{WORK}/{self.name}/main.py"

    def hints(self) -> list[str]:
        """Return its hints in rising order."""
        text = (self.folder / "hints.md").read_text(encoding="utf-8")
        return [hint.strip() for hint in _HINT.findall(text)]

    def changed(self) -> bool:
        """Return whether the learner has changed a file of the copy, or has none of it any more."""
        return self.work.exists() and any(
            not (self.work / path).is_file()
            or (self.work / path).read_bytes() != (self.folder / path).read_bytes()
            for path in _files(self.folder)
        )

    def begin(self) -> bool:
        """Make the learner's copy if there is none; tell whether it was made now."""
        if self.work.exists():
            return False
        # Made beside and renamed, so that an interrupted copy is not taken for the learner's.
        draft = self.work.with_name(f".{self.name}.{os.getpid()}.new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(self.folder, draft, ignore=lambda _, names: _OURS & set(names))
        try:
            draft.rename(self.work)
        except OSError:
            # Another word, in another terminal, was quicker.
            shutil.rmtree(draft)
            return False
        return True

    def reset(self) -> list[Path]:
        """Put the starter back; return where what stood in its place is kept."""
        if self.begin():
            return []
        kept = []
        for path in _files(self.folder):
            mine = self.work / path
            if mine.exists() and mine.read_bytes() != (self.folder / path).read_bytes():
                kept.append(set_aside(mine))
            mine.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / path, mine)
        return kept


def _files(folder: Path) -> Iterator[Path]:
    """Yield what a copy of the folder has, relative to it."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not _OURS & set(relative.parts):
            yield relative


def set_aside(path: Path) -> Path:
    """Rename `path` to the first free of `path.1`, `path.2`, …, and return that."""
    free = (path.with_name(f"{path.name}.{number}") for number in count(1))
    aside = next(candidate for candidate in free if not candidate.exists())
    return path.rename(aside)


def names(root: Path = ROOT) -> list[str]:
    """Return the exercises' names in their order."""
    return [path.parent.name for path in sorted(root.glob("exercises/[0-9]*_*/test_exercise.py"))]


def find(start: str, root: Path = ROOT) -> Exercise:
    """Return the one exercise whose name begins with `start`: "3", "03", "03_manager".

    Raises:
        UnknownExerciseError: `start` is empty, or none or more than one begins with it.
    """
    known = names(root)
    start = start.strip().rstrip("/").removeprefix("exercises/")
    found = [name for name in known if start and name.startswith(start.zfill(2))]
    if start in known:
        found = [start]
    if len(found) == 1:
        return Exercise(found[0], root)
    if not start:
        fault = "Say which exercise, as in E=01."
    elif found:
        fault = f"E={start} is more than one exercise."
        known = found
    else:
        fault = f"There is no exercise {start}."
    raise UnknownExerciseError("\n  ".join([f"{fault} The exercises are:", *known]))
