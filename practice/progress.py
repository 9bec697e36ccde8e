"""What a learner has done, in a small file beside the learner's copies."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel, ValidationError

from practice.exercise import ROOT, WORK, set_aside

State = Literal["not begun", "tried", "skipped", "done"]


class Entry(BaseModel, validate_assignment=True):
    """How far one exercise is, and how many of its hints were shown."""

    state: State = "not begun"
    hints: Annotated[int, Field(ge=0)] = 0


class Progress(RootModel[dict[str, Entry]]):
    """How far each exercise is; `fault` is a sentence if its file could not be read."""

    _fault: str = ""

    @property
    def fault(self) -> str:
        """Why the file could not be read, empty if it could."""
        return self._fault

    def of(self, name: str) -> Entry:
        """Return the entry of an exercise, to read or to change."""
        return self.root.setdefault(name, Entry())


def path(root: Path = ROOT) -> Path:
    """Return where progress is kept."""
    return root / WORK / "progress.json"


def load(root: Path = ROOT) -> Progress:
    """Read the learner's progress; a file that cannot be read is kept aside."""
    where = path(root)
    try:
        return Progress.model_validate_json(where.read_bytes())
    except FileNotFoundError:
        return Progress({})
    except ValidationError:
        aside = set_aside(where).relative_to(root).as_posix()
        progress = Progress({})
        progress._fault = f"Your progress could not be read and starts again; see {aside}."  # noqa: SLF001 - its own module.
        return progress


@contextmanager
def change(root: Path = ROOT) -> Generator[Progress]:
    """Read progress, let the block change it, and write it whole."""
    progress = load(root)
    yield progress
    where = path(root)
    where.parent.mkdir(exist_ok=True)
    # Renamed into place: whatever happens, the file is the old one or the new one. Its name has
    # the process in it, because a watching check and a hint may write at the same time.
    draft = where.with_name(f".progress.{os.getpid()}.new")
    whole = Progress(dict(sorted(progress.root.items())))
    draft.write_text(whole.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(where)
