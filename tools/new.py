"""Make a lesson from the one it builds on, with its page, exercise, notes and tests.

It runs at once. What only its author can write is marked by TO_WRITE; a test lists what is left.
"""

import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from string import Template

from course.find_lesson import UnknownLessonError, find
from tools import generate
from tools.lessons import ROOT, Lesson, LessonError, names, read
from tools.versions import Version, versions

TO_WRITE = "Still to write:"
"""What stands before each thing that a lesson's author has not written yet."""

SKELETONS = Path(__file__).with_name("new_lesson")

LAST_NUMBER = 99

NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")

_DOCSTRING = re.compile(r'\A"""[^\n]*?"""|\A""".*?"""', re.DOTALL)


def left_to_write(name: str, root: Path = ROOT) -> Iterator[tuple[Path, int, str]]:
    """Yield each thing of a lesson that its author has not written: its file, line and sentence."""
    lesson = Lesson(name, root)
    single = [lesson.page, _notes(lesson), lesson.tests, _exercise_tests(lesson)]
    folders = [*lesson.folder.rglob("*"), *lesson.exercise.rglob("*")]
    for path in [*folders, *single]:
        # A diff repeats what its files say.
        text = read(path) if path.is_file() and path.suffix != ".diff" else None
        for number, line in enumerate((text or "").split("\n"), 1):
            if TO_WRITE in line:
                # Without a string's end, and the anchor of a heading.
                sentence = line.partition(TO_WRITE)[2].partition(" {")[0].strip().rstrip('"')
                yield path.relative_to(root), number, sentence


def new(number: str, name: str, start: str, root: Path = ROOT) -> list[Path]:
    """Make the lesson, and return the files, by their paths below the root.

    Raises:
        LessonError: the number, the name or the lesson to start from is wrong; nothing is written.
    """
    lesson = Lesson(f"{_number(number, root)}_{_name(name)}", root)
    base = _base(start, root)
    files = _Maker(lesson, base).files()
    for path in files:
        if path.exists():
            raise LessonError(f"{path.relative_to(root).as_posix()} is there already.")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, path)
        else:
            path.write_bytes(content.encode())
    return [path.relative_to(root) for path in files]


def _base(start: str, root: Path) -> Lesson:
    try:
        return Lesson(find(start, root / "lessons", "FROM"), root)
    except UnknownLessonError as error:
        raise LessonError(str(error)) from None


def _number(number: str, root: Path) -> str:
    if not re.fullmatch(r"[0-9]{1,2}", number):
        raise LessonError(
            f"Say the lesson's number as L=16, a whole number up to {LAST_NUMBER}, not L={number}."
        )
    number = number.zfill(2)
    taken = [name for name in names(root) if name.startswith(f"{number}_")]
    if taken:
        free = next(n for n in range(LAST_NUMBER + 1) if not list(root.glob(f"lessons/{n:02}_*")))
        raise LessonError(f"{taken[0]} has this number. The first that is free is L={free}.")
    return number


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise LessonError(
            "Say the lesson's name as NAME=heartbeat: small letters and digits, words joined by _, "
            f"not NAME={name}."
        )
    return name


def _notes(lesson: Lesson) -> Path:
    return lesson.root / "docs" / "workshop" / f"{lesson.name}.md"


def _exercise_tests(lesson: Lesson) -> Path:
    return lesson.root / "tests" / "exercises" / f"test_{lesson.name}.py"


class _Maker:
    """Makes the files of `lesson` from those of `base`: texts, or files to copy."""

    def __init__(self, lesson: Lesson, base: Lesson) -> None:
        self.lesson = lesson
        self.base = base
        self.number, _, word = lesson.name.partition("_")
        self.word = word.replace("_", " ")

    def files(self) -> dict[Path, str | Path]:
        """Return each file's content, by its path."""
        made: dict[Path, str | Path] = {}
        tree = {version.title: version for version in versions(self.base.root, self.base.name)}
        for path, where in self._program(tree[self.base.name]):
            made[self.lesson.folder / path] = self._adapted(where)
        main = str(made[self.lesson.main])
        idea = f"Lesson {int(self.number)}: {self.word}. {TO_WRITE} its one idea."
        made[self.lesson.main] = _with_docstring(main, idea)
        made[self.lesson.naive] = _with_docstring(
            main, f"Wrong on purpose: {self.word}. {TO_WRITE} what most tutorials do."
        )
        made[self.lesson.folder / "step_1.py"] = _with_docstring(
            main, f"Step 1: {self.word}. {TO_WRITE} what this step cures, and what it does not."
        )
        made[self.lesson.folder / "clients/connect.py"] = self._filled("client.txt")
        made[self.lesson.page] = self._filled("page.md")
        made[_notes(self.lesson)] = self._filled("notes.md")
        made[self.lesson.tests] = self._filled("test_lesson.txt")
        return made | self._exercise()

    @staticmethod
    def _program(version: Version) -> list[tuple[str, Path]]:
        # What its clients show is the failure of another lesson.
        return [item for item in version.files.items() if not item[0].startswith("clients/")]

    def _exercise(self) -> dict[Path, str | Path]:
        made: dict[Path, str | Path] = {}
        for path in sorted(self.base.exercise.rglob("*")):
            within = path.relative_to(self.base.exercise)
            if path.is_file() and not any(part.startswith((".", "__")) for part in within.parts):
                made[self.lesson.exercise / within] = self._adapted(
                    path.relative_to(self.base.root)
                )
        tests = _exercise_tests(self.base)
        made[_exercise_tests(self.lesson)] = self._adapted(tests.relative_to(self.base.root))
        whose = f"this is exercise {int(self.base.name[:2])}'s."
        marks = {
            "README.md": (r"\{ #story \}\n\n", f"{TO_WRITE} a task of its own; {whose}\n\n"),
            "hints.md": (r"<summary>Hint 1</summary>\n\n", f"{TO_WRITE} its hints; {whose}\n\n"),
            # Between its docstring and what it imports.
            "test_exercise.py": (
                r'"""\n\n(?=from |import )',
                f"# {TO_WRITE} its checks; {whose}\n\n",
            ),
        }
        for path, (after, mark) in marks.items():
            where = self.lesson.exercise / path
            parts = re.split(f"({after})", str(made[where]), maxsplit=1)
            if len(parts) == 1:
                raise LessonError(f"{path} of exercise {self.base.name} has no {after}.")
            made[where] = "".join([*parts[:2], mark, parts[2]])
        return made

    def _adapted(self, where: Path) -> str | Path:
        """Return a text of the base's with the new lesson's name, or what to copy if it is none."""
        path = self.base.root / where
        text = read(path)
        if text is None:
            return path
        old, _, rest = self.base.name.partition("_")
        word = rest.replace("_", " ")
        for before, after in {
            self.base.name: self.lesson.name,
            f"Lesson {int(old)}: {word}": f"Lesson {int(self.number)}: {self.word}",
            f"Exercise {int(old)}:": f"Exercise {int(self.number)}:",
            f"exercise {int(old)}": f"exercise {int(self.number)}",
            f"E={old}": f"E={self.number}",
            # A file outside the project that it keeps, beside those of other lessons.
            f"lesson_{old}": f"lesson_{self.number}",
            f'"{old}"': f'"{self.number}"',
        }.items():
            text = text.replace(before, after)
        return text

    def _filled(self, skeleton: str) -> str:
        solved = self.base.exercise / "solution"
        files = sorted(
            path for path in solved.rglob("*") if path.is_file() and path.suffix != ".pyc"
        )
        blocks = [self._block(path.relative_to(solved).as_posix()) for path in files]
        return Template((SKELETONS / skeleton).read_text("utf-8")).substitute(
            todo=TO_WRITE,
            folder=self.lesson.name,
            number=self.number,
            plain=int(self.number),
            title=self.word.capitalize(),
            anchor=self.word.replace(" ", "-"),
            base=self.base.name,
            base_number=self.base.number,
            solution=textwrap.indent("\n\n".join(blocks), "    "),
        )

    def _block(self, path: str) -> str:
        where = f"exercises/{self.lesson.name}/solution/{path}"
        language = {"py": "python", "js": "js", "css": "css"}.get(path.rpartition(".")[2], "html")
        return f'```{language} title="{where}"\n--8<-- "{where}"\n```'


def _with_docstring(text: str, docstring: str) -> str:
    return _DOCSTRING.sub(f'"""{docstring}"""', text, count=1)


def run(number: str, name: str, start: str) -> int:
    """Make the lesson and what follows from it, say what was written, and return the exit code.

    Raises:
        LessonError: the number, the name or the lesson to start from is wrong; nothing is written.
    """
    made = new(number.strip(), name.strip(), start.strip())
    for path in made:
        print(f"Wrote {path.as_posix()}.")
    code = generate.run()
    number = made[0].parts[1][:2]
    print(f"Run it: `make lesson L={number}`. What is left to write: `make test L={number}`.")
    return code
