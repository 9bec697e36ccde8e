"""Write the map of the course, which says what builds on what: `python -m tools generate`.

docs/diagrams/map.svg is drawn here and not by Mermaid, so that nobody needs Node or a browser to
add a lesson. Its boxes are links. docs/diagrams/map.mmd says the same as text.
"""

import hashlib
from html import escape
from pathlib import Path

from tools.lessons import ROOT, Lesson, names

WHERE = Path("docs/diagrams/map.mmd")
DRAWING = WHERE.with_suffix(".svg")

WIDTH, HEIGHT = 136, 40
ACROSS, DOWN = WIDTH + 44, HEIGHT + 16
"""From one box to the next, in a row and in a column."""

TITLE = "Which lesson builds on which"

_HEAD = """\
<marker id="diagram-map-arrow" class="head" viewBox="0 0 10 10" refX="10" refY="5"
 markerUnits="userSpaceOnUse" markerWidth="8" markerHeight="8" orient="auto">
<path d="M 0 0 L 10 5 L 0 10 z" stroke="none" fill="currentColor"/>
</marker>"""


def files(root: Path = ROOT) -> dict[Path, str]:
    """Return the text and the drawing, by their paths below the root.

    Raises:
        LessonError: a lesson has no page, or its page no title, or it builds on no lesson.
    """
    return {WHERE: text(root), DRAWING: drawing(root)}


def text(root: Path = ROOT) -> str:
    """Return the map as text.

    Raises:
        LessonError: a lesson has no page, or its page no title, or it builds on no lesson.
    """
    lessons, bases = _tree(root)
    return "\n".join(
        [
            "flowchart LR",
            f"    accTitle: {TITLE}",
            f"    accDescr: {_says(lessons, bases)}.",
            *(f'    lesson{lesson.name[:2]}("{lesson.label}")' for lesson in lessons),
            *(f"    lesson{bases[name][:2]} --> lesson{name[:2]}" for name in bases),
            "",
        ]
    )


def drawing(root: Path = ROOT) -> str:
    """Return the map as a drawing, in columns from left to right.

    Raises:
        LessonError: a lesson has no page, or its page no title, or it builds on no lesson.
    """
    lessons, bases = _tree(root)
    places = layout([lesson.name for lesson in lessons], bases)
    width = round(max(x for x, _ in places.values()) * ACROSS + WIDTH + 2)
    height = round(max(y for _, y in places.values()) * DOWN + HEIGHT + 2)
    arrows = [_arrow(places[base], places[name]) for name, base in bases.items()]
    boxes = [_box(lesson, places[lesson.name]) for lesson in lessons]
    label = escape(f"{TITLE}. {_says(lessons, bases)}.")
    source = hashlib.sha256(text(root).encode()).hexdigest()[:16]
    # A group and not a picture: the links of a picture could not be reached.
    start = (
        f'<svg data-source="{source}" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="-1 -1 {width} {height}" class="drawing" width="{width}" font-size="15"'
        f' role="group" aria-label="{label}">'
    )
    return "\n".join([start, _HEAD, *arrows, *boxes, "</svg>", ""])


def layout(lessons: list[str], bases: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Return the column and row of each lesson: right of its base, and amid what builds on it."""
    above = {name: [other for other in lessons if bases.get(other) == name] for name in lessons}
    places: dict[str, tuple[float, float]] = {}
    free = 0

    def place(name: str, column: int) -> float:
        nonlocal free
        rows = [place(other, column + 1) for other in above[name]]
        if not rows:
            rows, free = [free], free + 1
        places[name] = (column, (rows[0] + rows[-1]) / 2)
        return places[name][1]

    for name in lessons:
        if name not in bases:
            place(name, 0)
    return places


def _tree(root: Path) -> tuple[list[Lesson], dict[str, str]]:
    lessons = [Lesson(name, root) for name in names(root)]
    return lessons, {one.name: base.name for one in lessons if (base := one.builds_on())}


def _says(lessons: list[Lesson], bases: dict[str, str]) -> str:
    label = {lesson.name: lesson.label for lesson in lessons}
    says = "; ".join(f"{label[name]} builds on {label[base]}" for name, base in bases.items())
    return says or "No lesson builds on another"


def _arrow(base: tuple[float, float], lesson: tuple[float, float]) -> str:
    x, y = base[0] * ACROSS + WIDTH, base[1] * DOWN + HEIGHT / 2
    to_x, to_y = lesson[0] * ACROSS, lesson[1] * DOWN + HEIGHT / 2
    turn = (x + to_x) / 2
    return (
        f'<path d="M {x:g} {y:g} C {turn:g} {y:g} {turn:g} {to_y:g} {to_x:g} {to_y:g}" class="call"'
        ' marker-end="url(#diagram-map-arrow)" stroke="currentColor" fill="none"/>'
    )


def _box(lesson: Lesson, place: tuple[float, float]) -> str:
    x, y = place[0] * ACROSS, place[1] * DOWN
    # The page with the map is a folder of the site, as every page is.
    return (
        f'<a href="../lessons/{lesson.name}/">'
        f'<rect class="actor" rx="5" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}"'
        ' stroke="currentColor" fill="Canvas"/>'
        f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 5:g}" class="actor-name"'
        f' fill="currentColor" text-anchor="middle">{escape(lesson.label)}</text></a>'
    )
