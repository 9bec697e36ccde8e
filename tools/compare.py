"""Write what the page Compare shows: `python -m tools build`.

docs/assets/compare-data.json holds each lesson's files as lines, and each line as tokens with the
classes that Pygments gives the site's other code. The browser has two of the lessons to compare and
nothing to colour. The lessons share most of their lines, so each line is there once.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

from course.find_lesson import MAIN, Program
from tools.changes import alike, pairs
from tools.lessons import ROOT, Lesson, names

WHERE = Path("docs/assets/compare-data.json")

NAIVE = "naive"
"""What follows the name of a lesson, after a slash, in the name of its naive version."""

Line = tuple[str, ...]
"""Class and text of its first token, of its second, and so on."""


@dataclass(frozen=True)
class Side:
    """One of the two things that can be compared: a lesson, its naive version, or a step of it."""

    name: str
    title: str
    lesson: Lesson
    program: Program
    base: str | None = None
    files: dict[str, str] = field(default_factory=dict)


def sides(root: Path = ROOT) -> dict[str, Side]:
    """Return by its name all that can be compared: each lesson, then its naive version and steps.

    Raises:
        LessonError: a lesson has no page, or its page no title, or its steps are laid out wrongly.
    """
    found = []
    for name in names(root):
        lesson = Lesson(name, root)
        base = lesson.builds_on()
        label = lesson.label
        programs = lesson.programs()
        for program in [programs.pop(MAIN), *programs.values()]:
            main = program.name == MAIN
            words = label if main else f"{label}, {program.name.replace('_', ' ')}"
            on = base.name if base and main else None
            files = lesson.files(program.name)
            found.append(Side(program.side, words, lesson, program, on, files))
    return {side.name: side for side in found}


def compared(first: Side, second: Side) -> tuple[dict[str, str], dict[str, str]]:
    """Return the files of each side to compare, see `tools.changes.alike`."""
    return alike(first.files, second.files, first.program, second.program)


def tokens(path: str, text: str) -> list[Line]:
    """Return the lines of a file, which end as they do in it."""
    lines: list[list[str]] = [[]]
    # Not get_tokens(), which strips blank lines at the ends and changes what a line ends by.
    for _, kind, piece in _lexer(path).get_tokens_unprocessed(text):
        css = _css_class(kind)
        # Not splitlines(), which also breaks at signs that end no line of code.
        for part in re.split(r"(?<=\n)", piece):
            line = lines[-1]
            if line and line[-2] == css:
                line[-1] += part
            elif part:
                line += [css, part]
            if part.endswith("\n"):
                lines.append([])
    return [tuple(line) for line in lines if line]


def _lexer(path: str) -> Lexer:
    if path.startswith("templates/"):
        return get_lexer_by_name("html+jinja")
    try:
        return get_lexer_for_filename(path)
    except ClassNotFound:
        return TextLexer()


def _css_class(kind: _TokenType) -> str:
    while kind not in STANDARD_TYPES and kind.parent:
        kind = kind.parent
    # Space has a class of its own, which no style colours.
    css = STANDARD_TYPES.get(kind, "")
    return "" if css == "w" else css


def numbered(root: Path = ROOT) -> dict[Line, int]:
    """Return the number of each line there is, which is its place in the data's lines.

    Raises:
        LessonError: a lesson has no page, or its page no title in its front matter.
    """
    pool: dict[Line, int] = {}
    for side in sides(root).values():
        for path, text in side.files.items():
            for line in tokens(path, text):
                pool.setdefault(line, len(pool))
    return pool


def data(root: Path = ROOT) -> str:
    """Return what the file should be.

    Raises:
        LessonError: a lesson has no page, or its page no title in its front matter.
    """
    pool = numbered(root)
    found = sides(root)
    entries = []
    # How the files of two lessons' sides are paired depends on their names alone, which most share.
    shapes: dict[tuple[str, ...], list[Side]] = {}
    for side in found.values():
        kind = side.program.name if side.program.name in (MAIN, NAIVE) else "step"
        shape = (kind, *side.files)
        shapes.setdefault(shape, []).append(side)
        files = {
            path: [pool[line] for line in tokens(path, text)] for path, text in side.files.items()
        }
        # Within a lesson it depends on what its programs import, too.
        beside = {
            name: pairs(*compared(side, other))
            for name, other in found.items()
            if other.lesson.name == side.lesson.name
        }
        entry = {"name": side.name, "title": side.title, "lesson": side.lesson.name}
        leads = {"base": side.base, "shape": [*shapes].index(shape), "beside": beside}
        entries.append(_json({**entry, **leads, "files": files}))
    # One thing a line, so that a difference of two versions can be read.
    rows = ([_paired(a, b) for b in shapes.values()] for a in shapes.values())
    parts = [",\n".join(entries), ",\n".join(map(_json, rows)), ",\n".join(map(_json, pool))]
    return '{{"sides":[\n{}\n],"pairs":[\n{}\n],"lines":[\n{}\n]}}\n'.format(*parts)


def _paired(first: Sequence[Side], second: Sequence[Side]) -> list[tuple[str | None, str | None]]:
    """Return the paths to compare of any two of the sides that are not of one lesson."""
    both = ((a, b) for a in first for b in second if a.lesson.name != b.lesson.name)
    return next((pairs(*compared(a, b)) for a, b in both), [])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
