"""Write what each lesson changed: `python -m scripts.changes`; list the stale ones: `--check`.

lessons/NN_name/changes.diff is the difference to the lesson it builds on, which the front matter
of its page names. A lesson that builds on nothing is compared with its own naive.py, because its
reader comes from a tutorial.
"""

import argparse
import difflib
import io
import sys
from pathlib import Path, PurePosixPath

from scripts.lessons import ROOT, Lesson, LessonError, names, read

NOWHERE = "/dev/null"

PROGRAMS = {"main.py", "naive.py"}
"""Two names for a lesson's program, so that either is compared with the other."""


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


def stale(root: Path = ROOT) -> dict[Path, str]:
    """Return the files `changes.diff` that are not what they should be, with what they should be.

    Raises:
        LessonError: a lesson's page does not say what to compare it with.
    """
    fresh = {Lesson(name, root).diff: changes(Lesson(name, root)) for name in names(root)}
    return {path: text for path, text in fresh.items() if not path.is_file() or read(path) != text}


def origins(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Return, for each new path that continues an old file, the old path."""
    was = {path: path for path in new if path in old}
    for path in sorted(new.keys() - was.keys()):
        # A file that moved keeps its name: index.html becomes templates/index.html. And a lesson's
        # naive.py is compared with a main.py.
        free = [
            candidate
            for candidate in sorted(old.keys() - set(was.values()))
            if _name(candidate) == _name(path) or {candidate, path} == PROGRAMS
        ]
        if free:
            was[path] = free[0]
    return was


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


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write, or check, and return the exit code: 1 for a fault, or if `--check` found one stale."""
    parser = argparse.ArgumentParser(prog="python -m scripts.changes", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, list what is stale")
    check = parser.parse_args(arguments).check
    try:
        found = stale(root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    for path, text in found.items():
        where = path.relative_to(root)
        if check:
            print(f"{where} is stale: `make changes` writes it anew.", file=sys.stderr)
        else:
            # Renamed into place, so that a reader never sees half of it.
            draft = path.with_suffix(".new")
            draft.write_bytes(text.encode())
            draft.replace(path)
            print(f"Wrote {where}.")
    if not found:
        print("Every changes.diff is fresh.")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
