"""`make run HOST=0.0.0.0` shows the class where to go, as words and as a QR code."""

import io
import re

import segno

from course.__main__ import invite
from tests.course.conftest import CourseCommand

ADDRESS = "http://192.0.2.7:8000"
MODULES = {" ": (1, 1), "▀": (0, 1), "▄": (1, 0), "█": (0, 0)}
"""What each half block shows: the upper module and the lower one, 1 for dark."""


def shown(out: str) -> list[list[int]]:
    """Return the dark and light modules of the QR code that stands in `out`."""
    rows: list[list[int]] = []
    for line in out.splitlines():
        if line and set(line) <= MODULES.keys():
            rows += [[MODULES[block][half] for block in line] for half in (0, 1)]
    return rows


def code_of(address: str) -> list[list[int]]:
    """Return the modules of an address, with the light border that a camera needs."""
    code = segno.make(address, error="l", micro=False)
    return [[int(module) for module in row] for row in code.matrix_iter(border=4)]


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_a_class_is_shown_the_address_as_a_qr_code() -> None:
    """What is drawn is the address that the last line names for the others."""
    with CourseCommand("--host", "0.0.0.0", "--port", "0") as command:
        said = re.search(r"and on (\S+) \(Ctrl", command.log)
        if said is None:  # A machine without a network has nobody to invite.
            assert "No other machine can reach the course" in command.log
            return
        modules = code_of(said[1])
        # Two modules a line: an odd number leaves half a line over.
        assert shown(command.log)[: len(modules)] == modules


def test_nobody_else_is_invited_to_a_course_for_this_machine() -> None:
    with CourseCommand("--port", "0") as command:
        assert not shown(command.log)


def test_a_machine_without_a_network_says_so() -> None:
    out = io.StringIO()

    invite("http://127.0.0.1:8000", out)

    assert out.getvalue() == "No other machine can reach the course: this one is in no network.\n"


def test_a_terminal_shows_white_on_black_whatever_its_colours() -> None:
    out = Terminal()

    invite(ADDRESS, out)

    lines = out.getvalue().splitlines()
    assert all(re.fullmatch(r"\x1b\[97;40m[ ▀▄█]+\x1b\[0m", line) for line in lines)
    assert shown(re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()))[:33] == code_of(ADDRESS)


def test_a_terminal_without_utf_8_gets_a_sentence() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", write_through=True)

    invite(ADDRESS, out)

    said = "This terminal cannot show the address as a QR code: it is not in UTF-8.\n"
    assert raw.getvalue().decode() == said
