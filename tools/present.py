"""Write what the page Present shows: `python -m tools build`.

docs/assets/present-data.json holds, for each lesson, its goal, its changes.diff cut into slides,
and the questions of its workshop notes. Lines are numbers: the lines are those of the page Compare.
"""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it.token import Token

from tools.changes import compared, pairs, step_files
from tools.compare import Line, numbered, tokens
from tools.lessons import ROOT, Lesson, LessonError, names, read
from tools.markdown import blocks, items, pieces, section

WHERE = Path("docs/assets/present-data.json")

ROWS = 20
"""The most lines on a slide: those at the back of the room read them too."""

_BUILD = "**You will build**"
_ANSWERS = ("box_open", "Answers")

Row = tuple[str, Line]
"""A sign, which is "-", "+" or a space, and the line."""

Text = list[str]
"""Words and code in turn, words first: `["Call ", "close()", " once."]`."""


@dataclass(frozen=True)
class Slide:
    """Neighbouring lines of a diff, some of them changed, and the file they are in."""

    file: str
    rows: list[Row]


def slides(lesson: Lesson) -> list[Slide]:
    """Return the lesson's changes in their order, cut so that each piece fits on a screen.

    Of a lesson with steps that is what each of its programs changes in the one before it, from
    naive.py to main.py, and a slide's file begins with the step. Of any other it is changes.diff.

    Raises:
        LessonError: its page does not say what it builds on, or its steps are laid out wrongly.
    """
    ladder = list(step_files(lesson))
    if not ladder:
        _, old, new = compared(lesson)
        return list(_slides(old, new))
    return [
        Slide(f"{program.name.replace('_', ' ')} · {slide.file}", slide.rows)
        for program, old, new in ladder
        for slide in _slides(old, new)
    ]


def _slides(old: dict[str, str], new: dict[str, str]) -> Iterator[Slide]:
    for before, after in pairs(old, new):
        file = " → ".join(dict.fromkeys(path for path in (before, after) if path))
        if after is None:
            file += " is removed"
        one = tokens(before, old[before]) if before else []
        two = tokens(after, new[after]) if after else []
        pieces = [piece for hunk in _hunks(one, two) for piece in cut(hunk)]
        # A file that moved as it is has no lines to show, and is shown all the same.
        for piece in pieces or [[]]:
            if piece or before != after:
                yield Slide(file, piece)


def cut(rows: list[Row]) -> list[list[Row]]:
    """Cut a hunk into pieces of at most ROWS lines, where it can at a gap.

    What has no change in it, such as the last of a hunk's context, is left out.
    """
    pieces = []
    while len(rows) > ROWS:
        # The later the better, and not before half a slide is full.
        places = range(ROWS, ROWS // 2, -1)
        blank = (at for at in places if not "".join(rows[at - 1][1][1::2]).strip())
        turn = (at for at in places if rows[at - 1][0] != rows[at][0])
        at = next(blank, None) or next(turn, ROWS)
        pieces.append(rows[:at])
        rows = rows[at:]
    return [piece for piece in [*pieces, rows] if any(sign != " " for sign, _ in piece)]


def _hunks(old: list[Line], new: list[Line]) -> Iterator[list[Row]]:
    """Yield the hunks that a unified diff has."""
    before, after = (["".join(line[1::2]) for line in side] for side in (old, new))
    for group in difflib.SequenceMatcher(None, before, after).get_grouped_opcodes():
        rows: list[Row] = []
        for kind, first, last, start, stop in group:
            if kind == "equal":
                rows += [(" ", line) for line in new[start:stop]]
            else:
                rows += [("-", line) for line in old[first:last]]
                rows += [("+", line) for line in new[start:stop]]
        yield rows


def goal(lesson: Lesson) -> list[Text]:
    """Return what the page says that you will build."""
    for token in blocks(read(lesson.page) or ""):
        if token.type == "inline" and token.content.startswith(_BUILD):
            built = token.content.removeprefix(_BUILD).strip()
            return [spoken(line[:1].upper() + line[1:]) for line in built.split("\n")]
    return []


def questions(lesson: Lesson) -> list[tuple[Text, Text]]:
    """Return what the workshop notes ask, each with its answer.

    Raises:
        LessonError: there are no notes, or not as many answers as questions.
    """
    where = lesson.root / "docs" / "workshop" / f"{lesson.name}.md"
    notes = read(where) if where.is_file() else None
    if notes is None:
        raise LessonError(f"There are no workshop notes for {lesson.name}.")
    asked = section(notes, "ask")
    kinds = [(token.type, token.content) for token in asked]
    box = kinds.index(_ANSWERS) if _ANSWERS in kinds else len(asked)
    found, answers = ([_said(item) for item in items(part)] for part in (asked[:box], asked[box:]))
    if not found or len(found) != len(answers):
        raise LessonError(
            f"The workshop notes of {lesson.name} have {len(found)} questions"
            f" and {len(answers)} answers."
        )
    return list(zip(found, answers, strict=True))


def _said(item: Token) -> Text:
    return spoken(" ".join(item.content.split()))


def spoken(text: str) -> Text:
    """Return a line of Markdown as words and code in turn; of a link its words."""
    parts = [""]
    for piece in pieces(text):
        if piece.type == "code_inline":
            parts += [piece.content, ""]
        else:
            parts[-1] += piece.content
    return parts


def data(root: Path = ROOT) -> str:
    """Return what the file should be.

    Raises:
        LessonError: a lesson has no page or no notes, or one of them lacks something.
    """
    pool = numbered(root)
    entries = []
    for name in names(root):
        lesson = Lesson(name, root)
        base = lesson.builds_on()
        entry = {
            "name": name,
            "title": lesson.label,
            "base": base.label if base else None,
            "minutes": lesson.front_matter().get("minutes"),
            "goal": goal(lesson),
            "slides": [
                [
                    slide.file,
                    "".join(sign for sign, _ in slide.rows),
                    [pool[line] for _, line in slide.rows],
                ]
                for slide in slides(lesson)
            ],
            "questions": questions(lesson),
        }
        entries.append(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
    return "[\n{}\n]\n".format(",\n".join(entries))
