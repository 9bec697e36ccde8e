"""Write the map of the course: `python -m tools generate`.

docs/diagrams/map.mmd says which lesson builds on which, from the front matter of their pages.
`python -m tools.diagrams` draws it.
"""

from pathlib import Path

from tools.compare import title
from tools.lessons import ROOT, Lesson, names

WHERE = Path("docs/diagrams/map.mmd")


def text(root: Path = ROOT) -> str:
    """Return what the map should be.

    Raises:
        LessonError: a lesson has no page, or its page no title, or it builds on no lesson.
    """
    lessons = [Lesson(name, root) for name in names(root)]
    bases = [(lesson, base) for lesson in lessons if (base := lesson.builds_on())]
    says = "; ".join(f"{title(lesson)} builds on {title(base)}" for lesson, base in bases)
    return "\n".join(
        [
            "flowchart LR",
            "    accTitle: Which lesson builds on which",
            f"    accDescr: {says or 'No lesson builds on another'}.",
            *(f'    {_node(lesson)}("{title(lesson)}")' for lesson in lessons),
            *(f"    {_node(base)} --> {_node(lesson)}" for lesson, base in bases),
            "",
        ]
    )


def _node(lesson: Lesson) -> str:
    return f"lesson{lesson.name[:2]}"
