"""What is wrong with a learner's app, in sentences: from its source, its records, its stack."""

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from practice.records import Raised, Record, read, without

_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)')
_NOT_AWAITED = re.compile(r"coroutine '(?:\w+\.)*(\w+)' was never awaited")
_NO_APP = 'Attribute "app" not found in module'


def source_fault(main: Path, shown: str) -> str | None:
    """Return why Python cannot read the file, with the line and the place in it; None if it can."""
    try:
        source = main.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, str(main), "exec", dont_inherit=True)
    except FileNotFoundError:
        return f"{shown} is missing."
    except SyntaxError as error:
        where = f"{shown}, line {error.lineno}" if error.lineno else shown
        said = f"Python cannot read {where}: {error.msg}."
        if not error.text or not error.lineno:
            return said
        text = error.text.rstrip("\n")
        dent = len(text) - len(text.lstrip())
        first = max((error.offset or 1) - 1 - dent, 0)
        # An error that spans lines has its end on another one.
        ends_here = error.end_lineno == error.lineno and error.end_offset
        width = max((error.end_offset or 0) - (error.offset or 0), 1) if ends_here else 1
        return f"{said}\n    {text.strip()}\n    {' ' * first}{'^' * width}"
    except (OSError, ValueError) as error:
        return f"Python cannot read {shown}: {error}."
    return None


def start_fault(log: str, main: Path, shown: str) -> str:
    """Return why an app that ended before it served did so."""
    if _NO_APP in log:
        return f'{shown} has no "app": uvicorn looks for that name.'
    raised = errors(log, main, shown)
    if raised:
        return f"Your app does not start: {raised[-1]}"
    last = without(log).strip().rsplit("\n", 1)[-1]
    return f"Your app ended before it served anybody. Its last words: {last or 'none'}"


def errors(log: str, main: Path, shown: str) -> list[str]:
    """Return a sentence for each error that the log has a record of, for each part of a group.

    It names the last line of the learner's that the error went through: in `main`, in a file
    beside it, or in a template, for which Jinja makes frames of their own.
    """
    folder = main.parent.resolve()
    shown_folder = shown.removesuffix(main.name)
    found: dict[str, None] = {}
    for record in read(log):
        for raised, frames in _leaves(record.raised, ()):
            mine = _last_within(folder, frames)
            where = code = ""
            if mine:
                path, line = mine
                where = f" at line {line} of {shown_folder}{path.relative_to(folder).as_posix()}"
                code = _line(path, line)
            words = f": {raised.words}" if raised.words else ""
            found[f"{raised.kind}{where}{words}" + (f"\n    {code}" if code else "")] = None
    return [*found]


def notes(log: str, main: Path) -> list[str]:
    """Return what the log says of an app besides its errors."""
    found = [
        f"You call {name}() without await, so it never runs."
        for name in dict.fromkeys(_NOT_AWAITED.findall(log))
    ]
    held = [record.held for record in read(log) if record.held]
    if held:
        longest = max(held, key=lambda one: one.seconds)
        path = Path(longest.file)
        code = _line(path, longest.line)
        of = "" if _same(longest.file, main) else f" of {path.name}"
        found.append(
            f"Your app stood still for {longest.seconds:.1f} seconds, and everybody waited: it was"
            f" at line {longest.line}{of}, {code!r}."
        )
    return found


def printed(records: Sequence[Record]) -> list[str]:
    """Return the lines that an app has printed."""
    return "".join(record.printed for record in records).splitlines()


def standing_at(stack: str, main: Path) -> str:
    """Return the line of the learner's file that a stack is in, empty if it is in none."""
    for line in stack.split("\n"):
        match = _FRAME.match(line)
        if match and _same(match["path"], main):
            return f"line {match['line']}, {_line(main, int(match['line']))!r}"
    return ""


def _leaves(
    raised: Raised | None, frames: Sequence[tuple[str, int]]
) -> Iterator[tuple[Raised, Sequence[tuple[str, int]]]]:
    """Yield an error, of a group each part, with the frames that led there."""
    if raised is None:
        return
    through = [*frames, *raised.frames]
    if not raised.parts:
        yield raised, through
    for part in raised.parts:
        yield from _leaves(part, through)


def _last_within(folder: Path, frames: Sequence[tuple[str, int]]) -> tuple[Path, int] | None:
    for file, line in reversed(frames):
        path = Path(file).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path, line
    return None


def _same(path: str, main: Path) -> bool:
    return Path(path).resolve() == main.resolve()


def _line(main: Path, number: int) -> str:
    lines = main.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[number - 1].strip() if number <= len(lines) else ""
