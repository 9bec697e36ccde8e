"""The checks of tests/support/pages.py find what they are for, and nothing else."""

import pytest

from tests.support import pages
from tools import markdown

SOURCE = """class Room:
    def add(self) -> None:
        self.n += 1

    def drop(self) -> None:
        self.n -= 1
"""
GOOD = """---
description: Words.
---

# Room { #room }

## Goal { #goal }

You count.
It is **right**, and `simply!` is code.

```python
def add(self) -> None:
    self.n += 1
```

1. Press **Send**. It says `1`.
"""


def fenced(code: str, info: str = "python") -> str:
    return f"Words.\n\n```{info}\n{code}\n```\n"


def test_a_good_page_has_no_fault() -> None:
    assert not pages.quote_faults(GOOD, [SOURCE])
    assert not pages.heading_faults(GOOD)
    assert not pages.voice_faults(GOOD)
    assert not pages.snippet_faults(GOOD, [])


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (fenced("self.n += 2"), "is in no file"),
        (fenced("self.n"), "is in no file"),
        (fenced("self.n += 1\nself.n -= 1"), "is in no file"),
        (fenced("def add(self) -> None:\nself.n += 1"), "is in no file"),
        (fenced("x = 1", "js"), "is in no file"),
        (fenced("x = 1", "{ .python }"), "is in no file"),
        (fenced("x = 1", 'python title="main.py"'), "is in no file"),
        (fenced('--8<-- "a.py"\nself.x = 1'), "is in no file"),
        ("!!! note\n\n    ```python\n    x = 1\n    ```\n", "is in no file"),
        ("~~~python\nx = 1\n~~~\n", "is in no file"),
        (fenced("\n".join("abcdefghi")), "has 9 lines"),
        (fenced(""), "is empty"),
        (fenced("x = 1", ""), "nameless"),
        (fenced("x = 1", "py"), "none of the languages"),
    ],
)
def test_finds_a_quote_that_is_none(page: str, words: str) -> None:
    (fault,) = pages.quote_faults(page, [SOURCE])
    assert words in fault


@pytest.mark.parametrize(
    "page",
    [
        fenced("self.n += 1"),
        fenced("        self.n += 1"),
        fenced("    self.n += 1\n\ndef drop(self) -> None:"),
        fenced("x = 1", "{ .python .wrong }"),
        fenced("$ make run", "console"),
        fenced('--8<-- "lessons/01_echo/main.py"'),
        "??? note\n\n    ```python\n    self.n += 1\n    ```\n",
        "````markdown\n```python\nx = 1\n```\n````\n".replace("markdown", "text"),
    ],
)
def test_accepts_a_quote_a_wrong_piece_and_a_snippet(page: str) -> None:
    assert not pages.quote_faults(page, [SOURCE])


def test_finds_a_missing_and_a_partial_snippet() -> None:
    page = fenced('--8<-- "lessons/01_echo/main.py:3:9"')
    faults = pages.snippet_faults(page, ["lessons/01_echo/main.py"])
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("# Room\n", "no fixed anchor"),
        ("# Room { #a }\n\n## Goal { #a }\n", "Two headings"),
        ("## Goal { #goal }\n", "0 titles"),
        ("# A { #a }\n\n# B { #b }\n", "2 titles"),
    ],
)
def test_finds_a_heading_at_fault(page: str, words: str) -> None:
    (fault,) = pages.heading_faults(page)
    assert words in fault


def test_a_comment_in_code_is_no_heading() -> None:
    assert not markdown.headings(fenced("# not a title"))


def test_accepts_the_sections_in_their_order_with_and_without_exercises() -> None:
    anchors = [f"{one}1" if one == "step-" else one for one in pages.SECTIONS.values()]
    page = "# T { #t }\n" + "".join(f"## A {{ #{anchor} }}\n" for anchor in anchors)
    assert not pages.section_faults(page, exercises=True)
    assert pages.section_faults(page, exercises=True, steps=2)
    assert pages.section_faults(page, exercises=False)
    assert not pages.section_faults(page.replace("## A { #exercises }\n", ""), exercises=False)
    assert pages.section_faults(page.replace("#step-1", "#step-2"), exercises=True)
    assert pages.section_faults("", exercises=False)


@pytest.mark.parametrize("key", ["description", "minutes", "builds_on", "mirrors"])
def test_finds_what_the_front_matter_lacks(key: str) -> None:
    matter = {"description": "Words.", "minutes": 20, "builds_on": None, "mirrors": "A page."}
    assert not pages.matter_faults(matter)
    del matter[key]
    (fault,) = pages.matter_faults(matter)
    assert key in fault


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("You simply connect.", "simply"),
        ("- It is Easy.", "Easy"),
        ("| obviously | 1 |", "obviously"),
        ("It works!", "exclamation"),
        ('!!! tip "It works!"', "exclamation"),
        ("It works :tada: now.", "emoji"),
        ("It works \N{ROCKET}.", "emoji"),
        ("It opens. It closes.", "two sentences"),
        ("It **opens.** `accept()` is called." + "\nA." * 8, "paragraph of 9"),
    ],
)
def test_finds_what_leaves_the_voice(line: str, words: str) -> None:
    (fault,) = pages.voice_faults(f"# T {{ #t }}\n\n{line}\n")
    assert words in fault


@pytest.mark.parametrize(
    "line",
    [
        "You adjust it, justly.",
        "The page says `just!`.",
        '!!! note "A note"',
        "![A picture](x.png)",
        "It listens on 127.0.0.1:8000 from 10:30:15 on.",
        "See [the page](https://example.org/just/easy!).",
        "One.\nTwo.\nThree.",
        "It reads *closed (1013) All places are taken. Try again.*",
    ],
)
def test_leaves_good_prose_alone(line: str) -> None:
    assert not pages.voice_faults(f"{line}\n")


@pytest.mark.parametrize(
    ("source", "good"),
    [
        ('"""Lesson 3: manager. Many clients, one manager."""\n', True),
        ('"""Lesson 3: manager. Many clients, one manager.\n\nMore.\n"""\n', True),
        ('"""Lesson 2: manager. Many clients."""\n', False),
        ('"""Lesson 3: managers. Many clients."""\n', False),
        ('"""Lesson 3: manager. """\n', False),
        ("import os\n", False),
    ],
)
def test_knows_how_a_lesson_begins(source: str, *, good: bool) -> None:
    assert (not pages.docstring_faults("03_manager", source)) == good


@pytest.mark.parametrize(
    "line",
    [
        "log.innerHTML += text;",
        'new WebSocket("ws://x/ws")',
        '<script src="https://example.org/x.js">',
        "const url = `//${location.host}/ws`;",
        "fetch('//localhost/x')",
    ],
)
def test_finds_an_address_or_html_in_a_page(line: str) -> None:
    assert pages.address_faults(f"<p>\n{line}\n")


def test_a_relative_page_has_no_fault() -> None:
    page = 'const socket = new WebSocket("ws"); // innerHTML would run it.\nline.textContent = x;\n'
    assert not pages.address_faults(page)
