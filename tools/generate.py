"""Write what follows from the lessons and their pages: `python -m tools generate [--check]`.

A lesson says what it is once, in the front matter of its page. Whatever else says it again is
written here, and is committed, so that nobody who reads or runs the course has to make it first.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools import changes, contents, map  # noqa: A004 - it is what it draws.
from tools.lessons import ROOT, read

MAKERS: tuple[Callable[[Path], Mapping[Path, str]], ...] = (
    changes.files,
    map.files,
    contents.files,
    contents.pages,
)
"""Each returns what its files should be, by their paths below the project's root."""


def files(root: Path = ROOT) -> dict[Path, str]:
    """Return what every generated file should be, by its path below the root.

    Raises:
        LessonError: something that a file is made from is missing or wrong.
    """
    return {where: text for make in MAKERS for where, text in make(root).items()}


def run(root: Path = ROOT, *, check: bool = False) -> int:
    """Write what is stale, or with `check` say what is; return 1 if the check found something.

    Raises:
        LessonError: something that a file is made from is missing or wrong.
    """
    fresh = files(root)
    stale = [where for where, text in fresh.items() if _read(root / where) != text]
    for where in stale:
        if check:
            print(f"{where.as_posix()} is stale: `make changes` writes it.", file=sys.stderr)
        else:
            write(root / where, fresh[where])
            print(f"Wrote {where.as_posix()}.")
    if not stale:
        print(f"All {len(fresh)} generated files are fresh.")
    return 1 if check and stale else 0


def write(path: Path, text: str) -> None:
    """Write a file whole: it is renamed into place, so that a reader never sees half of it."""
    draft = path.with_suffix(".new")
    draft.write_bytes(text.encode())
    draft.replace(path)


def _read(path: Path) -> str | None:
    return read(path) if path.is_file() else None
