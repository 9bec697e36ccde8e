"""What a learner has done, in a small file beside the learner's copies."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, get_args

from practice.exercise import ROOT, WORK, set_aside

State = Literal["not begun", "tried", "skipped", "done"]


@dataclass
class Entry:
    """How far one exercise is, and how many of its hints were shown."""

    state: State = "not begun"
    hints: int = 0


@dataclass
class Progress:
    """How far each exercise is; `fault` is a sentence if its file could not be read."""

    entries: dict[str, Entry] = field(default_factory=dict)
    fault: str = ""

    def of(self, name: str) -> Entry:
        """Return the entry of an exercise, to read or to change."""
        return self.entries.setdefault(name, Entry())


def path(root: Path = ROOT) -> Path:
    """Return where progress is kept."""
    return root / WORK / "progress.json"


def load(root: Path = ROOT) -> Progress:
    """Read the learner's progress; a file that cannot be read is kept aside."""
    where = path(root)
    try:
        raw = json.loads(where.read_text(encoding="utf-8"))
        return Progress({name: _entry(value) for name, value in raw.items()})
    except FileNotFoundError:
        return Progress()
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        aside = set_aside(where).relative_to(root).as_posix()
        return Progress(fault=f"Your progress could not be read and begins anew; see {aside}.")


def _entry(value: dict[str, object]) -> Entry:
    """Return the entry that a value of the file stands for.

    Raises:
        ValueError: it stands for none.
    """
    hints = value["hints"]
    for state in get_args(State):
        if state == value["state"] and isinstance(hints, int) and hints >= 0:
            return Entry(state, hints)
    raise ValueError(value)


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
    entries = {name: asdict(entry) for name, entry in sorted(progress.entries.items())}
    draft.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    draft.replace(where)
