"""Compare two lessons in the terminal: `python -m tools diff 03 09`, as `make diff A=03 B=09`.

A side is a lesson (03, 03_manager), one of its steps (03/1), its naive version (03/naive), or
`naive`, which is the naive version of the other side. On a terminal the words that changed are
marked; into a pipe, or with NO_COLOR, goes the plain unified diff.
"""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from course.find_lesson import MAIN, UnknownLessonError, UnknownProgramError, find, find_program
from tools.changes import compare, folder
from tools.compare import NAIVE, Side, compared, sides
from tools.lessons import ROOT, Lesson, LessonError

STYLES = {"-": "red", "+": "green", "@": "cyan"}
WORD = "reverse"

_WORDS = re.compile(r"\w+|\s+|.")


def pick(first: str, second: str, root: Path = ROOT) -> tuple[Side, Side]:
    """Return the two sides that are meant.

    Raises:
        LessonError: one is missing, unknown or ambiguous, or no program of its lesson, in words.
    """
    if first == second == NAIVE:
        raise LessonError("Of which lesson? `naive` is the naive version of the other side.")
    if first == NAIVE:
        first = f"{second.partition('/')[0]}/{NAIVE}"
    elif second == NAIVE:
        second = f"{first.partition('/')[0]}/{NAIVE}"
    all_sides = sides(root)
    found = []
    for word, side in (("A", first), ("B", second)):
        start, _, program = side.partition("/")
        try:
            lesson = Lesson(find(start, root / "lessons", word), root)
            found.append(all_sides[find_program(lesson.folder, program or MAIN).side])
        except UnknownProgramError as error:
            raise LessonError(f"{word}={side} is not a side. {error}") from None
        except UnknownLessonError as error:
            raise LessonError(str(error)) from None
    return found[0], found[1]


def lines(first: Side, second: Side) -> Iterator[Text]:
    """Yield the lines of the difference, none if there is none."""
    old, new = compared(first, second)
    for part in compare(folder(first.program), old, folder(second.program), new):
        head, *hunks = re.split(r"^(?=@@ )", part, flags=re.MULTILINE)
        yield from (Text(line, "bold") for line in head.splitlines())
        for hunk in hunks:
            yield from _coloured(hunk.removesuffix("\n").split("\n"))


def _coloured(hunk: list[str]) -> Iterator[Text]:
    texts = [Text(line, STYLES.get(line[:1], "")) for line in hunk]
    removed: list[Text] = []
    added: list[Text] = []
    for text in [*texts, Text()]:
        sign = text.plain[:1]
        if sign not in ("-", "+") or (sign == "-" and added):
            _mark(removed, added)
            removed, added = [], []
        if sign == "-":
            removed.append(text)
        elif sign == "+":
            added.append(text)
    yield from texts


def _mark(removed: list[Text], added: list[Text]) -> None:
    """Mark the words that changed, in lines that ndiff finds to be versions of each other."""
    rest = {"-": iter(removed), "+": iter(added)}
    text = Text()
    for line in difflib.ndiff(
        [text.plain[1:] + "\n" for text in removed], [text.plain[1:] + "\n" for text in added]
    ):
        sign, guide = line[0], line[1:].rstrip("\n")
        if sign == "?":
            for word in _WORDS.finditer(text.plain[1:]):
                # The guide has its signs below the line, which begins after two signs.
                if guide[word.start() + 1 : word.end() + 1].strip():
                    text.stylize(WORD, word.start() + 1, word.end() + 1)
        else:
            text = next(rest[sign]) if sign in rest else Text()
            if sign == " ":
                next(rest["-"])
                next(rest["+"])


def show(a: str, b: str, root: Path = ROOT) -> int:
    """Print the difference, and return the exit code, 0.

    Raises:
        LessonError: a side is not there, in words.
    """
    first, second = pick(a, b, root)
    # rich itself keeps bold and reverse with NO_COLOR; plain is what a reader of text wants.
    console = Console(color_system=None if os.environ.get("NO_COLOR") else "auto")
    nothing = True
    for text in lines(first, second):
        console.print(text, soft_wrap=True, highlight=False)
        nothing = False
    if nothing:
        print(f"{first.title} and {second.title} are the same.")
    return 0
