"""What the process of a learner's app says of itself, as data among the lines of its log.

Each record is a line of JSON behind a character that no program prints (RFC 7464 has it for this).
"""

import os
import re
import traceback

from pydantic import BaseModel, ValidationError

_SIGN = "\x1e"
_RECORD = re.compile(rf"{_SIGN}(\{{[^\n]*\}})\n")


class Raised(BaseModel):
    """An exception: what Python's traceback would show of it."""

    kind: str
    words: str
    frames: list[tuple[str, int]]
    """The files and lines that it went through, the last is where it was raised."""

    parts: list["Raised"] = []
    """The exceptions of a group."""


class Held(BaseModel):
    """A time in which the loop ran nothing but one line."""

    seconds: float
    file: str
    line: int


class Record(BaseModel):
    """One of these, and nothing of the others."""

    printed: str = ""
    raised: Raised | None = None
    held: Held | None = None


def raised(error: BaseException) -> Raised:
    """Return an exception as data."""
    return _raised(traceback.TracebackException.from_exception(error), error)


def _raised(told: traceback.TracebackException, error: BaseException) -> Raised:
    frames = [(frame.filename, frame.lineno or 0) for frame in told.stack]
    if isinstance(error, SyntaxError) and error.filename:
        # It was raised by who reads the file, and the line is in the file.
        frames.append((error.filename, error.lineno or 0))
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    parts = [_raised(*pair) for pair in zip(told.exceptions or (), inner, strict=True)]
    words = str(told).partition("\n")[0]
    return Raised(kind=type(error).__name__, words=words, frames=frames, parts=parts)


def write(record: Record) -> None:
    """Write a record to the log, in one piece whatever else is written there."""
    text = f"{_SIGN}{record.model_dump_json(exclude_defaults=True, ensure_ascii=True)}\n"
    os.write(1, text.encode())


def read(log: str) -> list[Record]:
    """Return the records of a log."""
    found = []
    for match in _RECORD.finditer(log):
        try:
            found.append(Record.model_validate_json(match[1]))
        except ValidationError:
            continue  # Another process has written in the midst of it.
    return found


def without(log: str) -> str:
    """Return the log as a terminal would show it: of the records, only what was printed."""
    return _RECORD.sub(_printed, log)


def _printed(match: re.Match[str]) -> str:
    try:
        return Record.model_validate_json(match[1]).printed
    except ValidationError:
        return ""
