"""What is wrong with a learner's app, in sentences: from its source, its log and its stack."""

import re
import warnings
from pathlib import Path

STALL_SECONDS = 0.5
"""A callback that runs longer than this held up everybody who was connected."""

_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)')
# Exception groups draw a margin of bars and crosses before each line of a traceback.
_MARGIN = re.compile(r"^ *[|+](?:-*\+-[-\d ]*-+)? ?", re.MULTILINE)
_RAISED = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<words>.*))?$")
_NOT_AWAITED = re.compile(r"coroutine '(?:\w+\.)*(\w+)' was never awaited")
_STALL = re.compile(r"^Executing <.*> took (\d+\.\d+) seconds$", re.MULTILINE)
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
    last = log.strip().rsplit("\n", 1)[-1]
    return f"Your app ended before it served anybody. Its last words: {last or 'none'}"


def errors(log: str, main: Path, shown: str) -> list[str]:
    """Return a sentence for each traceback of the log; of a chain of them, the last is taken.

    It names the last line of the learner's that the error went through: in `main`, in a file
    beside it, or in a template, for which Jinja makes frames of their own.
    """
    folder = main.parent.resolve()
    shown_folder = shown.removesuffix(main.name)
    found = []
    for block in _tracebacks(_MARGIN.sub("", log)):
        lines = block.split("\n")
        frames = [(at, match) for at, line in enumerate(lines) if (match := _FRAME.match(line))]
        mine = [
            (path, int(match["line"]))
            for _, match in frames
            if (path := Path(match["path"]).resolve()).is_relative_to(folder) and path.is_file()
        ]
        after = lines[frames[-1][0] + 1 :] if frames else lines
        raised = next((match for line in after if (match := _RAISED.match(line))), None)
        kind = raised["kind"].rsplit(".", 1)[-1] if raised else "an error"
        words = f": {raised['words']}" if raised and raised["words"] else ""
        where = code = ""
        if mine:
            path, line = mine[-1]
            where = f" at line {line} of {shown_folder}{path.relative_to(folder).as_posix()}"
            code = _line(path, line)
        found.append(f"{kind}{where}{words}" + (f"\n    {code}" if code else ""))
    return found


def notes(log: str) -> list[str]:
    """Return what the log says of an app besides its errors."""
    found = [
        f"You call {name}() without await, so it never runs."
        for name in dict.fromkeys(_NOT_AWAITED.findall(log))
    ]
    stalls = [float(seconds) for seconds in _STALL.findall(log)]
    if stalls and max(stalls) >= STALL_SECONDS:
        found.append(
            f"Your app stood still for {max(stalls):.1f} seconds, and everybody waited."
            " Is there a time.sleep(), or long work without an await?"
        )
    return found


def standing_at(stack: str, main: Path) -> str:
    """Return the line of the learner's file that a stack is in, empty if it is in none."""
    for line in stack.split("\n"):
        match = _FRAME.match(line)
        if match and _same(match["path"], main):
            return f"line {match['line']}, {_line(main, int(match['line']))!r}"
    return ""


def _tracebacks(log: str) -> list[str]:
    """Return the log's tracebacks, the last one of each chain."""
    start = "Traceback (most recent call last):\n"
    chained = ("During handling of the above exception", "The above exception was the direct cause")
    blocks = log.split(start)[1:]
    return [block for block in blocks if not any(words in block for words in chained)]


def _same(path: str, main: Path) -> bool:
    return Path(path).resolve() == main.resolve()


def _line(main: Path, number: int) -> str:
    lines = main.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[number - 1].strip() if number <= len(lines) else ""
