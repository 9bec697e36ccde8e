"""Remove a lesson, with its page, exercise, notes and tests, and write what follows from that."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from course.find_lesson import UnknownLessonError, find
from tools import generate
from tools.lessons import ROOT, Lesson, LessonError, names, read

READ = ("docs", "lessons", "exercises", "tests", "course", "practice", "tools", "topics", "bench")
"""Where something may still name the lesson when it is gone."""


def belongings(lesson: Lesson) -> list[Path]:
    """Return the folders and files that are a lesson's own, those that are there."""
    name, root = lesson.name, lesson.root
    own = [
        lesson.folder,
        lesson.exercise,
        lesson.page,
        root / "docs" / "workshop" / f"{name}.md",
        *sorted(root.glob(f"tests/*/test_{name}.py")),
    ]
    return [path for path in own if path.exists()]


def remove(start: str, root: Path = ROOT, *, yes: bool = False) -> list[Path]:
    """Delete what is a lesson's own, or without `yes` nothing, and return it.

    Raises:
        LessonError: there is no such lesson, or another one builds on it; nothing is deleted.
    """
    try:
        lesson = Lesson(find(start, root / "lessons"), root)
    except UnknownLessonError as error:
        raise LessonError(str(error)) from None
    built = [
        name
        for name in names(root)
        if Lesson(name, root).front_matter()["builds_on"] == lesson.name
    ]
    if built:
        raise LessonError(f"{', '.join(built)} builds on {lesson.name}, so that it has to stay.")
    own = belongings(lesson)
    for path in own if yes else []:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return own


def mentions(name: str, root: Path = ROOT) -> Iterator[tuple[Path, int]]:
    """Yield each place, a file and a line, where something still names a lesson that is gone."""
    files = [path for folder in READ for path in sorted((root / folder).rglob("*"))]
    for path in [*files, root / "README.md", root / "CHANGELOG.md", root / "CONTRIBUTING.md"]:
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(root).parts)
        # Data for the site is built with it.
        built = path.name.endswith(("-data.js", "-data.json"))
        text = read(path) if path.is_file() and not hidden and not built else None
        for number, line in enumerate((text or "").split("\n"), 1):
            if name in line:
                yield path.relative_to(root), number


def _only_here(paths: list[Path], root: Path) -> list[str]:
    """Return git's lines on those of `paths` that no commit has as they are."""
    command = ["git", "status", "--porcelain", "--", *map(str, paths)]
    try:
        ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ["without git, nothing is kept"]
    return ended.stdout.splitlines()


def run(start: str, *, yes: bool, root: Path = ROOT) -> int:
    """Remove a lesson, or say what would be removed, and return the exit code.

    Raises:
        LessonError: there is no such lesson, or another one builds on it; nothing is deleted.
    """
    own = remove(start.strip(), root)
    name = own[0].name
    if not yes:
        print(f"These are {name}'s own:")
        for path in own:
            print(f"  {path.relative_to(root).as_posix()}")
        if _only_here(own, root):
            print("Some of it is in no commit, so that nobody could bring it back.")
        print(f"`make remove L={name[:2]} YES=1` deletes them.")
        return 0
    for path in remove(start.strip(), root, yes=True):
        print(f"Deleted {path.relative_to(root).as_posix()}.")
    code = generate.run(root)
    places = list(mentions(name, root))
    if places:
        print("These still name it; what they say of it is yours to take out:")
        for path, line in places:
            print(f"  {path.as_posix()}:{line}")
    return code
