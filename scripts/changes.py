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


def changes(lesson: Lesson) -> str:
    """Return the unified diff of the lesson, without dates; empty if nothing changed.

    Raises:
        LessonError: its page does not say what to compare it with.
    """
    base = lesson.builds_on()
    if base is None and lesson.naive.is_file():
        naive, main = f"{lesson.name}/naive.py", f"{lesson.name}/main.py"
        return _unified(read(lesson.naive) or "", read(lesson.main) or "", naive, main)
    old = base.files() if base else {}
    new = lesson.files()
    was = _origins(old, new)
    parts = []
    for path, text in new.items():
        origin = was.get(path)
        before = f"{base.name}/{origin}" if base and origin else NOWHERE
        after = f"{lesson.name}/{path}"
        parts.append(_unified(old[origin] if origin else "", text, before, after))
        if origin and origin != path and not parts[-1]:
            parts.append(f"--- {before}\n+++ {after}\n")
    parts += [
        _unified(old[path], "", f"{base.name}/{path}" if base else path, NOWHERE)
        for path in sorted(old.keys() - set(was.values()))
    ]
    return "".join(parts)


def stale(root: Path = ROOT) -> dict[Path, str]:
    """Return the files `changes.diff` that are not what they should be, with what they should be.

    Raises:
        LessonError: a lesson's page does not say what to compare it with.
    """
    fresh = {Lesson(name, root).diff: changes(Lesson(name, root)) for name in names(root)}
    return {path: text for path, text in fresh.items() if not path.is_file() or read(path) != text}


def _origins(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Return, for each new path that continues an old file, the old path."""
    was = {path: path for path in new if path in old}
    for path in sorted(new.keys() - was.keys()):
        # A file that moved keeps its name: index.html becomes templates/index.html.
        free = [
            candidate
            for candidate in sorted(old.keys() - set(was.values()))
            if PurePosixPath(candidate).name == PurePosixPath(path).name
        ]
        if free:
            was[path] = free[0]
    return was


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
