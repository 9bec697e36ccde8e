"""Which lessons there are, and which programs each of them has."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LESSONS = Path(__file__).parents[1] / "lessons"

NAIVE, MAIN = "naive", "main"
MOST_STEPS = 4

_STEP = re.compile(r"step_([1-9][0-9]*)(\.py)?")


class UnknownLessonError(Exception):
    """No lesson, or more than one, goes by that name; its text names those that there are."""


class UnknownProgramError(Exception):
    """The lesson has no such program; its text names those that it has."""


class LayoutError(Exception):
    """A lesson's steps are not laid out as they must be; its text says what is wrong."""


@dataclass(frozen=True)
class Program:
    """One of a lesson's programs: naive, step_1, step_2, …, or main, which is the lesson itself.

    `folder` is the lesson's folder. A program is the file `step_1.py`, or it is a package, whose
    file `step_1/main.py` has the app.
    """

    folder: Path
    name: str
    package: bool = False

    @property
    def path(self) -> Path:
        """The file that has the app."""
        return self.folder / (f"{self.name}/main.py" if self.package else f"{self.name}.py")

    @property
    def module(self) -> str:
        """The module that has the app, as uvicorn is given it: `lessons.03_manager.step_1`."""
        where = f"{self.folder.parent.name}.{self.folder.name}.{self.name}"
        return f"{where}.main" if self.package else where

    @property
    def side(self) -> str:
        """What it is called beside those of other lessons: `03_manager/step_1`, or the lesson."""
        return self.folder.name if self.name == MAIN else f"{self.folder.name}/{self.name}"


def names(lessons: Path = LESSONS) -> list[str]:
    """Return the lessons' names in their order; a lesson is a folder `NN_name` with a main.py."""
    return [main.parent.name for main in sorted(lessons.glob("[0-9][0-9]_*/main.py"))]


def find(start: str, lessons: Path = LESSONS, word: str = "L") -> str:
    """Return the name of the one folder in `lessons` that begins with `start`: "03", "03_manager".

    `word` is the variable of make that `start` was given by.

    Raises:
        UnknownLessonError: `start` is empty, or no folder or more than one begins with it.
    """
    known = names(lessons)
    found = [name for name in known if name.startswith(start.zfill(2))]
    if start and start in known:
        return start
    if start and len(found) == 1:
        return found[0]
    if not start:
        fault = f"Say which lesson, as in {word}=03."
    elif found:
        fault = f"{word}={start} is more than one lesson: {', '.join(found)}."
    else:
        fault = f"There is no lesson {start}."
    raise UnknownLessonError("\n  ".join([f"{fault} The lessons are:", *known]))


def programs(folder: Path) -> dict[str, Program]:
    """Return a lesson's programs by their names, in the order in which they are read.

    Raises:
        LayoutError: a number is missing or there are more than four steps, a step is both a file
            and a package, or a file or package is named like a step and is none.
    """
    lesson = folder.name
    steps: dict[int, Program] = {}
    for path in sorted(folder.glob("step_*")):
        # What is left of a package that was removed or renamed is a folder without sources.
        package = path.is_dir() and any(path.rglob("*.py"))
        if not package and path.suffix != ".py":
            continue
        match = _STEP.fullmatch(path.name)
        if match is None:
            raise LayoutError(
                f"Lesson {lesson} has {path.name}, which is not the name of a step:"
                " steps are step_1.py, step_2.py and so on, or folders step_1, step_2."
            )
        number = int(match[1])
        if number in steps:
            raise LayoutError(
                f"Lesson {lesson} has both step_{number}.py and step_{number}/; keep one of them."
            )
        steps[number] = Program(folder, f"step_{number}", package)
        if not steps[number].path.is_file():
            raise LayoutError(f"Lesson {lesson} has no step_{number}/main.py; its app is there.")
    if len(steps) > MOST_STEPS:
        raise LayoutError(
            f"Lesson {lesson} has {len(steps)} steps, and {MOST_STEPS} are the most;"
            " a longer way to main.py is two lessons."
        )
    missing = [number for number in range(1, max(steps, default=0)) if number not in steps]
    if missing:
        raise LayoutError(
            f"Lesson {lesson} has step_{max(steps)} and no step_{missing[0]}:"
            " steps are numbered from 1, without a gap."
        )
    naive, main = Program(folder, NAIVE), Program(folder, MAIN)
    found = [*([naive] if naive.path.is_file() else []), *(steps[n] for n in sorted(steps)), main]
    return {program.name: program for program in found}


def find_program(folder: Path, name: str) -> Program:
    """Return one of a lesson's programs by its name, or a step by its number: "1", "step_1".

    Raises:
        LayoutError: as `programs` does.
        UnknownProgramError: the lesson has no such program.
    """
    known = programs(folder)
    program = known.get(f"step_{name}" if name.isdecimal() else name.removesuffix(".py"))
    if program is not None:
        return program
    if name in (NAIVE, f"{NAIVE}.py"):
        raise UnknownProgramError(f"Lesson {folder.name} has no naive.py.")
    steps = [program for program in known if program not in (NAIVE, MAIN)]
    there = f"Its steps are {', '.join(steps)}." if steps else "It has no steps."
    asked = f"step {name}" if name.isdecimal() else name
    raise UnknownProgramError(f"Lesson {folder.name} has no {asked}. {there}")


def live_programs(folder: Path, page: Path) -> list[Program]:
    """Return the programs beside main.py that the course may serve in its own process.

    By default that is each step. The naive version is left out, because it is wrong on purpose and
    may freeze the event loop that all lessons share. The front matter of the lesson's `page` says
    otherwise by naming programs, as in `live: [naive, step_1]`; `live: []` names none.

    Raises:
        LayoutError: as `programs` does; or the page names a program that the lesson does not have.
    """
    known = programs(folder)
    steps = [name for name in known if name not in (NAIVE, MAIN)]
    said = _front_matter(page).get("live", steps)
    wrong = [name for name in said if name not in known] if isinstance(said, list) else [said]
    if wrong:
        raise LayoutError(
            f"The front matter of {page.name} has live: {said}, and {wrong[0]} is no program of"
            f" lesson {folder.name}. A list is expected, and its programs are {', '.join(known)}."
        )
    return [known[name] for name in known if name in said and name != MAIN]


def _front_matter(page: Path) -> dict[str, Any]:
    """Return the page's front matter, empty if it has none or is not there, as in a bundle."""
    text = page.read_text("utf-8") if page.is_file() else ""
    if not text.startswith("---\n"):
        return {}
    try:
        found = yaml.safe_load(text.removeprefix("---\n").partition("\n---\n")[0])
    except yaml.YAMLError:
        raise LayoutError(f"The front matter of {page.name} is not valid YAML.") from None
    return found if isinstance(found, dict) else {}
