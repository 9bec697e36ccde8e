"""Files that a script makes from others: write them, or with `--check` say which are stale."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.lessons import LessonError, read


@dataclass(frozen=True)
class Generated:
    """What `python -m tools.SCRIPT` writes, which tells `about` itself.

    `make` returns what each file should be, by its path below the project's root. `word` is the
    word of make that writes them anew.
    """

    script: str
    about: str | None
    make: Callable[[Path], Mapping[Path, str]]
    word: str

    def run(self, arguments: list[str] | None, root: Path) -> int:
        """Write, or check, and return the exit code.

        That is 1 if `--check` finds one stale, and for a LessonError, which is told in its words.
        """
        parser = argparse.ArgumentParser(f"python -m tools.{self.script}", description=self.about)
        parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
        check = parser.parse_args(arguments).check
        try:
            fresh = self.make(root)
        except LessonError as error:
            print(error, file=sys.stderr)
            return 1
        stale = [where for where, text in fresh.items() if _read(root / where) != text]
        for where in stale:
            if check:
                print(f"{where} is stale: `make {self.word}` writes it anew.", file=sys.stderr)
            else:
                _write(root / where, fresh[where])
                print(f"Wrote {where}.")
        if fresh and not stale:
            first, *more = fresh
            print(f"Every {first.name} is fresh." if more else f"{first} is fresh.")
        return 1 if check and stale else 0


def _read(path: Path) -> str | None:
    return read(path) if path.is_file() else None


def _write(path: Path, text: str) -> None:
    # Renamed into place, so that a reader never sees half of it.
    draft = path.with_suffix(".new")
    draft.write_bytes(text.encode())
    draft.replace(path)
