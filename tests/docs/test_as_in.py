"""Where a page's table says that a file is "as in lesson 9", it is, to the byte."""

import re

import pytest

from tools.lessons import Lesson, names

# A row of a table whose second cell is these words alone; "as in lesson 8, with …" promises less.
_ROW = re.compile(
    r"^\| (?P<what>.*?) \| (?:as in|unchanged from) \[?lesson (?P<n>\d+)\b[^|,]* \|$", re.MULTILINE
)


def same_faults(name: str, page: str) -> list[str]:
    faults = []
    files = Lesson(name).files()
    named = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    for row in _ROW.finditer(page):
        (base,) = [one for one in names() if int(one[:2]) == int(row["n"])]
        old = Lesson(base).files()
        wanted = re.findall(r"`([^`]+)`", row["what"])
        if not wanted:
            # "All others" are the files that no other row names.
            listed = re.findall(r"`([^`]+)`", " ".join(named))
            wanted = [path for path in files if path not in listed and path.endswith(".py")]
        for word in wanted:
            paths = [
                path
                for path in files
                if path == word or (word[-1] == "/" and path.startswith(word))
            ]
            faults += [] if paths else [f"{name} has no {word}."]
            faults += [
                f"{path} is not as in {base}." for path in paths if files[path] != old.get(path)
            ]
    return faults


@pytest.mark.parametrize("name", names())
def test_what_a_table_says_is_as_in_another_lesson_is(name: str) -> None:
    assert same_faults(name, Lesson(name).page.read_text("utf-8")) == []


def test_a_file_that_differs_and_one_that_is_missing_are_found() -> None:
    page = (
        "| `main.py`, `nothing.py` | as in lesson 9 |\n| `main.py` | as in lesson 9, with more |\n"
    )
    assert same_faults("10_auth", page) == [
        "main.py is not as in 09_rooms.",
        "10_auth has no nothing.py.",
    ]
