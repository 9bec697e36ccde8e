"""A page is read as its builders read it: boxes, headings with anchors, numbered lists."""

from tools import markdown

PAGE = """---
title: A
---

# A { #a }

!!! note "Mind the `gap`"

    In a box.

    ```python
    first = 1


    # No heading, and below two empty lines.
    last = 2
    ```

??? success "Answers"

    1. One
       line.
    2. Two.

        !!! note

            Within.

## B { .wide #b }

1. A [link](c.md) and `code`.

Outside.

### C { #c }

Below B.

## D
"""


def test_a_fence_in_a_box_is_whole() -> None:
    (fence,) = [token for token in markdown.blocks(PAGE) if token.type == "fence"]

    assert fence.content.splitlines()[0] == "first = 1"
    assert fence.content.splitlines()[-1] == "last = 2"
    assert PAGE.split("\n")[(fence.map or [0])[0]] == "    ```python"


def test_a_box_has_its_kind_and_title() -> None:
    boxes = [token for token in markdown.blocks(PAGE) if token.type == "box_open"]

    assert [(box.info, box.content) for box in boxes] == [
        ("note", "Mind the `gap`"),
        ("success", "Answers"),
        ("note", ""),
    ]


def test_a_heading_has_an_anchor_or_none() -> None:
    assert markdown.headings(PAGE) == [(1, "A", "a"), (2, "B", "b"), (3, "C", "c"), (2, "D", None)]


def test_a_section_ends_at_the_next_heading_of_its_level() -> None:
    words = [token.content for token in markdown.section(PAGE, "b") if token.type == "inline"]

    assert words == ["A [link](c.md) and `code`.", "Outside.", "C { #c }", "Below B."]
    assert markdown.section(PAGE, "nowhere") == []


def test_the_items_of_numbered_lists_are_found_in_boxes_too() -> None:
    found = [item.content for item in markdown.items(markdown.blocks(PAGE))]

    assert found == ["One\nline.", "Two.", "A [link](c.md) and `code`."]
