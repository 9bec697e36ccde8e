"""A link from one page to another leads to a page and to a heading that are there.

Both builders check it too, when the whole site is built. This takes no time, and is about the page
that a link leads to: who renames a heading runs the tests of its page.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.support.pages import prose
from tests.support.server import ROOT
from tools import markdown

DOCS = ROOT / "docs"
_LINK = re.compile(r"\]\((?P<path>[^)#\s:]*\.md)?(?:#(?P<anchor>[^)\s]+))?\)")


def anchors(page: str) -> set[str]:
    """Return the anchors that a page's headings name."""
    return {anchor for _, _, anchor in markdown.headings(page) if anchor}


@cache
def links(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return, by the page that a link leads to, where it is and its anchor."""
    found = defaultdict(list)
    for source in sorted(folder.rglob("*.md")):
        where = source.relative_to(folder).as_posix()
        for link in _LINK.finditer(prose(source.read_text(encoding="utf-8"))):
            path = (source.parent / link["path"]).resolve() if link["path"] else source
            target = path.relative_to(folder).as_posix()
            found[target].append((where, link["anchor"] or ""))
    return dict(found)


def faults(folder: Path, target: str) -> list[str]:
    """Return a sentence for each link to this page that leads nowhere."""
    page = folder / target
    if not page.is_file():
        return [
            f"{where} links to {target}, which is not there." for where, _ in links(folder)[target]
        ]
    known = anchors(page.read_text(encoding="utf-8"))
    return [
        f"{where} links to {target}#{anchor}, and no heading there has this anchor."
        for where, anchor in links(folder)[target]
        if anchor and anchor not in known
    ]


@pytest.mark.parametrize("target", sorted(links(DOCS)))
def test_each_link_to_a_page_leads_to_a_heading_of_it(target: str) -> None:
    assert faults(DOCS, target) == []


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A { #a }\n\nSee [b](b.md#c), [c](c.md) and [a](#d).\n")
    (tmp_path / "b.md").write_text("# B { #b }\n")

    assert faults(tmp_path, "b.md") == [
        "a.md links to b.md#c, and no heading there has this anchor."
    ]
    assert faults(tmp_path, "c.md") == ["a.md links to c.md, which is not there."]
    assert faults(tmp_path, "a.md") == [
        "a.md links to a.md#d, and no heading there has this anchor."
    ]
