"""Write what each lesson changed: `python -m tools generate`.

lessons/NN_name/changes.diff is the difference to the lesson it builds on, which the front matter
of its page names. A lesson that builds on nothing is compared with its own naive.py, because its
reader comes from a tutorial.
"""

import difflib
import io
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path, PurePosixPath

from course.find_lesson import MAIN, NAIVE, Program
from tools.lessons import ROOT, Lesson, names, read

NOWHERE = "/dev/null"

_PROGRAM = re.compile(r"(main|naive|step_\d+)\.py")
"""Names for a lesson's program, so that each is compared with any other."""

_IMPORT = re.compile(r"^from \.+(\w*)[\w.]* import (?:\(([^)]*)\)|(.+)$)", re.MULTILINE)
"""How a program takes something from a file beside it, or such a file itself."""


def changes(lesson: Lesson) -> str:
    """Return the unified diff of the lesson, without dates; empty if nothing changed.

    Raises:
        LessonError: its page does not say what to compare it with.
    """
    before, old, new = compared(lesson)
    return "".join(compare(before, old, lesson.name, new))


def compared(lesson: Lesson) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return what the lesson is compared with, and the text of the files on both sides.

    Raises:
        LessonError: its page does not say what to compare it with.
    """
    base = lesson.builds_on()
    if base is None and lesson.naive.is_file():
        naive, main = {"naive.py": read(lesson.naive) or ""}, {"main.py": read(lesson.main) or ""}
        return lesson.name, naive, main
    return base.name if base else "", base.files() if base else {}, lesson.files()


def compare(before: str, old: dict[str, str], after: str, new: dict[str, str]) -> list[str]:
    """Return a unified diff for each file that differs; `before` and `after` name the folders."""
    was = origins(old, new)
    parts = []
    for path, text in new.items():
        origin = was.get(path)
        first, second = f"{before}/{origin}" if origin else NOWHERE, f"{after}/{path}"
        parts.append(_unified(old[origin] if origin else "", text, first, second))
        if origin and _name(origin) == _name(path) and origin != path and not parts[-1]:
            parts.append(f"--- {first}\n+++ {second}\n")
    parts += [
        _unified(old[path], "", f"{before}/{path}", NOWHERE)
        for path in sorted(old.keys() - set(was.values()))
    ]
    return [part for part in parts if part]


def steps(lesson: Lesson) -> dict[str, str]:
    """Return what each of the lesson's programs changes in the one before it, by the diff's name.

    That is `step_1.diff`, …, `main.diff`; nothing for a lesson without steps.

    Raises:
        LessonError: its steps are not laid out as they must be.
    """
    before = None
    found = {}
    for program, old, new in step_files(lesson):
        before = before or next(iter(lesson.programs().values()))
        found[f"{program.name}.diff"] = "".join(compare(folder(before), old, folder(program), new))
        before = program
    return found


def step_files(lesson: Lesson) -> Iterator[tuple[Program, dict[str, str], dict[str, str]]]:
    """Yield each of a lesson's programs but the first, with the files to compare of both sides.

    There are none for a lesson without steps.

    Raises:
        LessonError: its steps are not laid out as they must be.
    """
    programs = [*lesson.programs().values()]
    if all(program.name in (NAIVE, MAIN) for program in programs):
        return
    for before, after in pairwise(programs):
        one, two = lesson.files(before.name), lesson.files(after.name)
        yield after, *alike(one, two, before, after)


def folder(program: Program) -> str:
    """Return what the paths of a program's files begin with in a diff."""
    return program.side if program.package else program.folder.name


def alike(
    old: dict[str, str], new: dict[str, str], before: Program, after: Program
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the files of each side to compare.

    With a naive version on one side these are the programs alone, unless the other side is a step.
    A step need not have all that its lesson has, such as the page: with a step on one side these
    are what is Python, and what both sides have. What a step that is one file imports from its
    lesson's folder is on both sides, and unchanged.
    """
    both = {before.name, after.name}
    if both == {MAIN}:
        return old, new
    program_alone = both <= {MAIN, NAIVE}
    shared = old.keys() & new.keys()

    def counts(path: str) -> bool:
        return is_program(path) if program_alone else path.endswith(".py") or path in shared

    if before.folder == after.folder and not program_alone:
        old, new = _without_imported(old, new), _without_imported(new, old)
    one, two = ({path: text for path, text in s.items() if counts(path)} for s in (old, new))
    return one, two


def _without_imported(files: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """Leave out what the other side's programs import.

    Of a program that is one file, also what that imports in turn; a package has all its files.
    """
    imported: set[str] = set()
    found = {name for path, text in other.items() if is_program(path) for name in _imported(text)}
    while found:
        imported |= found
        if len(other) > 1:
            break
        texts = [text for path, text in files.items() if _first(path) in found]
        found = {name for text in texts for name in _imported(text)} - imported
    return {
        path: text for path, text in files.items() if path in other or _first(path) not in imported
    }


def _first(path: str) -> str:
    # A file, such as manager.py, or a folder of files, such as features/say.py.
    return PurePosixPath(path).with_suffix("").parts[0]


def _imported(text: str) -> set[str]:
    found = set()
    for module, several, line in _IMPORT.findall(text):
        ones = (several or line.partition("#")[0]).split(",")
        files = {one.split(" as ")[0].strip() for one in ones if one.strip()}
        found |= {module} if module else files
    return found


def is_program(path: str) -> bool:
    """Return whether a file of a lesson is one of its programs, by its path within the lesson."""
    return _PROGRAM.fullmatch(path) is not None


def files(root: Path = ROOT) -> dict[Path, str]:
    """Return what each lesson's changes.diff and steps' diffs should be, by path below the root.

    Raises:
        LessonError: a lesson's page does not say what to compare it with.
    """
    lessons = [Lesson(name, root) for name in names(root)]
    found = {lesson.diff.relative_to(root): changes(lesson) for lesson in lessons}
    for lesson in lessons:
        for name, text in steps(lesson).items():
            found[(lesson.folder / name).relative_to(root)] = text
    return found


def origins(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return, for each new path that continues an old file, the old path."""
    was = {path: path for path in new if path in old}
    for path in sorted(new.keys() - was.keys()):
        # A file that moved keeps its name: index.html becomes templates/index.html. And one program
        # is compared with another: naive.py with step_1.py, step_1.py with main.py.
        free = [
            candidate
            for candidate in sorted(old.keys() - set(was.values()))
            if _name(candidate) == _name(path) or (is_program(candidate) and is_program(path))
        ]
        if free:
            was[path] = free[0]
    return was


def pairs(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str | None, str | None]]:
    """Return the paths to compare: each new one with its origin, then what is removed."""
    was = origins(old, new)
    gone = sorted(old.keys() - set(was.values()))
    return [*((was.get(path), path) for path in new), *((path, None) for path in gone)]


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _unified(old: str, new: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(_lines(old), _lines(new), before, after)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    # Not splitlines(), which also breaks at form feeds and other signs that end no line of code.
    return io.StringIO(text, newline="\n").readlines()
