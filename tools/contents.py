"""Write the lists of the lessons, and the link at the end of a page that leads to the next one.

A list is a part of the site's navigation, or a table. Each stands between two comments in a file
that is otherwise written by hand. What it says of a lesson is in the front matter of its page.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

from tools.lessons import ROOT, Lesson, LessonError, names, read

_NAV, _README, _HOME = Path("mkdocs.yml"), Path("README.md"), Path("docs/index.md")
_ONE_OF_EACH = "it needs one comment `{start}`, and after it one comment `{end}`"


def _nav(folder: str, lesson: Lesson) -> str:
    return f"      - {lesson.number} · {lesson.title}: {folder}/{lesson.name}.md"


def _readme(lesson: Lesson) -> str:
    name = lesson.name
    return (
        f"| {lesson.number} | [`{name}`](lessons/{name}/) | {lesson.idea} "
        f"| [{name[3:]}](docs/lessons/{name}.md) |"
    )


def _home(lesson: Lesson) -> str:
    where = f"[{lesson.number} {lesson.title}](lessons/{lesson.name}.md)"
    return f"| {where} | {lesson.idea} | {lesson.minutes} | {lesson.exercise_minutes} |"


_TABLE = {
    _README: ["| | Lesson | The one idea | Page |", "|---|---|---|---|"],
    _HOME: ["| lesson | the one idea | minutes | its exercise |", "|---|---|---|---|"],
}
LISTS: Mapping[Path, Mapping[str, Callable[[Lesson], str]]] = {
    _NAV: {
        "lessons": lambda lesson: _nav("lessons", lesson),
        "notes": lambda lesson: _nav("workshop", lesson),
    },
    _README: {"lessons": _readme},
    _HOME: {"lessons": _home},
}
"""For each file, the names of its lists, and the line that a list has for a lesson."""


def files(root: Path = ROOT) -> dict[Path, str]:
    """Return what the files with lists should be, by their paths below the root.

    Raises:
        LessonError: a page lacks something, or a file the two comments around a list.
    """
    lessons = [Lesson(name, root) for name in names(root)]
    found = {}
    for where, lists in LISTS.items():
        text = (read(root / where) if (root / where).is_file() else None) or ""
        for name, row in lists.items():
            rows = [*_TABLE.get(where, []), *(row(lesson) for lesson in lessons)]
            text = _put(text, name, "\n".join(rows), where)
        found[where] = text
    return found


_NEXT_START, _NEXT_END = "<!-- generated: next -->", "<!-- end of next -->"
_NEXT = re.compile(rf"\n*{re.escape(_NEXT_START)}\n.*?{re.escape(_NEXT_END)}\n", re.DOTALL)


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Return what each lesson's page should be, by its path below the root.

    A page whose section *Next* has no link to the next lesson gets one at its end. An author who
    writes a sentence with such a link replaces it.

    Raises:
        LessonError: a lesson has no page, or its page lacks something.
    """
    lessons = [Lesson(name, root) for name in names(root)]
    return {
        lesson.page.relative_to(root): _with_next(lesson, following)
        for lesson, following in pairwise([*lessons, None])
        if lesson
    }


def _with_next(lesson: Lesson, following: Lesson | None) -> str:
    # Asked first, because it says in words what is missing.
    lesson.front_matter()
    text = _NEXT.sub("\n", read(lesson.page) or "")
    _, heading, section = text.partition("{ #next }\n")
    if not following or not heading or f"({following.name}.md" in section:
        return text
    link = f"[{following.label}]({following.name}.md)"
    sentence = f"The next lesson is {link}: {following.idea}"
    return f"{text.rstrip()}\n\n{_NEXT_START}\n\n{sentence}\n\n{_NEXT_END}\n"


def _put(text: str, name: str, rows: str, where: Path) -> str:
    yaml = where == _NAV
    start = f"# generated: {name}" if yaml else f"<!-- generated: {name} -->"
    end = f"# end of {name}" if yaml else f"<!-- end of {name} -->"
    parts = re.split(rf"^( *{re.escape(start)}\n|[ ]*{re.escape(end)}\n)", text, flags=re.MULTILINE)
    if [part.strip() for part in parts[1::2]] != [start, end]:
        raise LessonError(f"{where.as_posix()}: {_ONE_OF_EACH.format(start=start, end=end)}.")
    # A table of Markdown ends at a blank line, and a comment beside it would be its last row.
    gap = "" if yaml else "\n"
    return "".join([parts[0], parts[1], gap, rows, "\n", gap, parts[3], parts[4]])
