"""Where a lesson's things are, and what its page says about it. One name leads to all of them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from course import find_lesson
from course.find_lesson import MAIN, LayoutError, Program

ROOT = Path(__file__).parents[1]

_ABOUT = re.compile(r"naive\.[^/]+$|step_\d+(\.py$|/)|clients/|[^/]+\.diff$")
"""What is in a lesson's folder and about the lesson, and not of it."""


class LessonError(Exception):
    """Something about a lesson is missing or wrong; the message is a sentence for its author."""


@dataclass(frozen=True)
class Lesson:
    """A lesson below `root`, known by the name of its folder, such as `03_manager`."""

    name: str
    root: Path = ROOT

    @property
    def folder(self) -> Path:
        """Where its code is."""
        return self.root / "lessons" / self.name

    @property
    def main(self) -> Path:
        """The lesson itself."""
        return self.folder / "main.py"

    @property
    def naive(self) -> Path:
        """The version most tutorials show. Not every lesson has one."""
        return self.folder / "naive.py"

    @property
    def diff(self) -> Path:
        """What changed, written by `python -m tools generate`."""
        return self.folder / "changes.diff"

    @property
    def page(self) -> Path:
        """Its page of the site."""
        return self.root / "docs" / "lessons" / f"{self.name}.md"

    @property
    def tests(self) -> Path:
        """Its tests."""
        return self.root / "tests" / "lessons" / f"test_{self.name}.py"

    @property
    def exercise(self) -> Path:
        """The folder of its exercise. Not every lesson has one."""
        return self.root / "exercises" / self.name

    def programs(self) -> dict[str, Program]:
        """Return its programs by their names in their order: naive, step_1, step_2, …, main.

        Raises:
            LessonError: its steps are not laid out as they must be.
        """
        try:
            return find_lesson.programs(self.folder)
        except LayoutError as error:
            raise LessonError(str(error)) from None

    def files(self, program: str = MAIN) -> dict[str, str]:
        """Return the text files of one of its programs by their path within it, its app first.

        A program that is a file is that file alone, and a step that is a package is what is in its
        folder. The lesson itself is what is in the lesson's folder, without what is about it:
        other programs, clients and diffs. Hidden, compiled or no UTF-8 is left out everywhere.

        Raises:
            LessonError: its steps are not laid out as they must be.
        """
        chosen = self.programs()[program]
        if program != MAIN and not chosen.package:
            return {chosen.path.name: read(chosen.path) or ""}
        folder = chosen.path.parent
        found = {}
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            hidden = any(part.startswith((".", "__pycache__")) for part in parts)
            if not path.is_file() or hidden or (program == MAIN and _ABOUT.match("/".join(parts))):
                continue
            text = read(path)
            if text is not None:
                found["/".join(parts)] = text
        return dict(sorted(found.items(), key=lambda item: (item[0] != "main.py", item[0])))

    @property
    def number(self) -> int:
        """Its number."""
        return int(self.name[:2])

    @property
    def title(self) -> str:
        """Its title, such as "Manager"."""
        return str(self.said("title"))

    @property
    def label(self) -> str:
        """Its number and title, such as "3 · Manager"."""
        return f"{self.number} · {self.title}"

    @property
    def idea(self) -> str:
        """What it is about, in a sentence of Markdown."""
        return str(self.said("idea"))

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int(self.said("minutes"))

    @property
    def exercise_minutes(self) -> int:
        """How long its exercise takes."""
        return int(self.said("exercise_minutes"))

    def said(self, key: str) -> Any:  # noqa: ANN401 - what YAML may hold.
        """Return one thing that the lesson's page says in its front matter.

        Raises:
            LessonError: the page does not say it.
        """
        found = self.front_matter().get(key)
        if found is None:
            raise LessonError(f"The front matter of {self.name}'s page has no {key}.")
        return found

    def front_matter(self) -> dict[str, Any]:
        """Return what the lesson's page says about it before its title.

        Raises:
            LessonError: there is no page, or no front matter in it, or it is no mapping.
        """
        where = self.page.relative_to(self.root)
        text = read(self.page) if self.page.is_file() else None
        if text is None:
            raise LessonError(f"Lesson {self.name} has no page: {where} is missing.")
        return front_matter(text, str(where))

    def contract(self) -> dict[str, list[str]]:
        """Return what each of its steps promises: `contract: {step_1: [a_promise]}` on its page.

        The promises are those of `tests/support/contract.py`. The lesson itself makes them all.

        Raises:
            LessonError: there is no such step, or what it promises is no list of names.
        """
        said = self.front_matter().get("contract", {})
        if not isinstance(said, dict) or not all(isinstance(one, list) for one in said.values()):
            raise LessonError(
                f"The page of {self.name} has contract: {said}, and it must name for each step a"
                " list of promises, as in contract: {step_1: [survives_departures]}."
            )
        known = [name for name in self.programs() if name != MAIN]
        for step in said:
            if step not in known:
                raise LessonError(
                    f"The page of {self.name} says what {step} promises, and there is no such step."
                    f" There are: {', '.join(known) or 'none'}."
                )
        return said

    def builds_on(self) -> "Lesson | None":
        """Return the lesson this one is compared with, None for one that builds on nothing.

        Raises:
            LessonError: the page does not say, or names no lesson, or the names form a circle.
        """
        base = self._named_base()
        seen = [self.name]
        lesson = base
        while lesson is not None:
            if lesson.name in seen:
                raise LessonError(f"Lessons build on each other in a circle: {', '.join(seen)}.")
            seen.append(lesson.name)
            lesson = lesson._named_base()  # noqa: SLF001 - of the same class.
        return base

    def _named_base(self) -> "Lesson | None":
        matter = self.front_matter()
        if "builds_on" not in matter:
            raise LessonError(f"The page of {self.name} does not say what it builds on: builds_on.")
        name = matter["builds_on"]
        if name is None:
            return None
        if name not in names(self.root):
            raise LessonError(f"Lesson {self.name} builds on {name}, and there is no such lesson.")
        return Lesson(name, self.root)


def names(root: Path = ROOT) -> list[str]:
    """Return the lessons' names in their order; a lesson is a folder `NN_name` with a main.py."""
    return find_lesson.names(root / "lessons")


def read(path: Path) -> str | None:
    """Return the file's text with its own line ends, None if it is no UTF-8 text."""
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def front_matter(text: str, where: str) -> dict[str, Any]:
    """Return the front matter of a page's `text`; `where` names the page in an error.

    Raises:
        LessonError: there is none, or it is no mapping.
    """
    head, fence, _ = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not fence:
        raise LessonError(
            f"{where} has no front matter: it starts with --- on a line, and --- ends it."
        )
    try:
        matter = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise LessonError(f"The front matter of {where} is no YAML: {error}") from None
    if not isinstance(matter, dict):
        raise LessonError(f"The front matter of {where} is no list of names and values.")
    return matter
