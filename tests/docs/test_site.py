"""Both builders accept the site, strict, and make the same of it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.site import BUILDERS, build_site, built_once, copy_project
from tests.support.site import pages as addresses
from tools import compare, present
from tools.lessons import ROOT

pytestmark = pytest.mark.timeout(180)  # A build is slow on a machine that does other things.

SIGNS = {
    "live lesson": r'<div class="live" data-lesson=',
    "drawing": r"<svg [^>]*class=\"drawing\"",
    "folded block": r"<details\b",
    "admonition": r'<(?:div|details) class="(?:admonition|note|tip|warning|question|success)\b',
    "code block": r'<div class="[^"]*\bhighlight\b',
    "wrong code": r'<div class="[^"]*\bwrong\b',
    "table": r"<table\b",
    "stylesheet": r"assets/course\.css",
    "script": r"assets/live\.js",
    "scheme": r'data-md-color-scheme="(?:default|slate)"',
    "toggle": r'<input [^>]*name="__palette"',
}
"""How each thing a page is made of reads in HTML, whoever built it."""


EVERYTHING = """# Title { #title }

## Goal { #goal }

<div class="live" data-lesson="01_echo"></div>

<figure class="diagram">
--8<-- "docs/diagrams/handshake.svg"
<figcaption>A handshake.</figcaption>
</figure>

??? note "The same as text"
    ```text
    --8<-- "docs/diagrams/handshake.mmd"
    ```

!!! tip "A tip"
    Words.

```python
--8<-- "lessons/01_echo/main.py"
```

```{ .python .wrong }
while True: ...
```

| server | browser |
| --- | --- |
| `403` | 1006 |
"""
"""A page with everything the course's pages are made of, as their authors write it."""

EXPECTED = {
    "live lesson": 1,
    "drawing": 1,
    "folded block": 1,
    "admonition": 2,
    "code block": 3,
    "wrong code": 1,
    "table": 1,
    "stylesheet": 1,
    "script": 1,
    "scheme": 4,
    "toggle": 3,
}


@pytest.fixture(scope="module")
def mkdocs(shared: Path) -> Path:
    return built_once(shared, "mkdocs")


@pytest.fixture(scope="module")
def zensical(shared: Path) -> Path:
    return built_once(shared, "zensical")


def html(site: Path) -> dict[str, str]:
    """Return the site's pages by their path, without the one for what is not found."""
    return {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(site.rglob("*.html"))
        if path.name != "404.html"
    }


def faults(page: str) -> list[str]:
    """Return a sentence for each thing that should not be in a built page."""
    found = re.findall(
        r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="?((?:https?:)?//[^" >]*)', page
    )
    return [
        *(f"It loads {url}." for url in found),
        *(["A snippet is left as it was written."] if re.search(r"-8<-|;--8", page) else []),
        *(
            ["An attribute list is left as it was written."]
            if re.search(r"</?h\d.*\{ ?#", page)
            else []
        ),
        *(["A fence is left as it was written."] if re.search(r"<p>`{3}", page) else []),
    ]


def counts(page: str) -> dict[str, int]:
    """Return how often each of SIGNS is in the page."""
    return {name: len(re.findall(pattern, page)) for name, pattern in SIGNS.items()}


def anchors(page: str) -> list[str]:
    """Return the anchors of the page's headings, in their order."""
    return re.findall(r'<h[1-6] id="([^"]*)"', page)


def expected_pages() -> list[str]:
    return sorted(f"{page}index.html" for page in addresses())


def test_mkdocs_material_builds_every_page_strict(mkdocs: Path) -> None:
    pages = html(mkdocs)
    assert sorted(pages) == expected_pages()
    assert not {path: found for path, page in pages.items() if (found := faults(page))}


def test_zensical_builds_every_page_strict(zensical: Path) -> None:
    pages = html(zensical)
    assert sorted(pages) == expected_pages()
    assert not {path: found for path, page in pages.items() if (found := faults(page))}


def test_both_make_the_same_of_each_page(mkdocs: Path, zensical: Path) -> None:
    first, second = html(mkdocs), html(zensical)
    for path, page in first.items():
        assert counts(page) == counts(second[path]), f"The builders differ in {path}."
        assert anchors(page) == anchors(second[path]), f"The builders differ in {path}."


def one_page(root: Path, text: str) -> Path:
    """Copy the project without its pages but for one, which has this text."""
    project = copy_project(root)
    for other in (project / "docs").rglob("*.md"):
        other.unlink()
    (project / "docs" / "index.md").write_text(text)
    config = project / "mkdocs.yml"
    config.write_text(config.read_text().partition("\nnav:")[0] + "\nnav:\n  - Home: index.md\n")
    return project


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_page_without_a_hole_is_built(tmp_path: Path, builder: str) -> None:
    assert build_site(one_page(tmp_path, "# A page\n"), builder).is_dir()


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("page", ["compare.md", "workshop/present.md"])
def test_a_page_is_built_before_its_data_is_there(tmp_path: Path, builder: str, page: str) -> None:
    """A builder may be started by itself, for example as `mkdocs serve`."""
    project = one_page(tmp_path, (ROOT / "docs" / page).read_text(encoding="utf-8"))
    site = build_site(project, builder)
    assert 'class="missing"' in html(site)["index.html"]
    assert not [*site.rglob("*-data.*")]


@pytest.mark.parametrize("builder", BUILDERS)
def test_everything_a_page_is_made_of_comes_out(tmp_path: Path, builder: str) -> None:
    project = one_page(tmp_path, EVERYTHING)
    page = html(build_site(project, builder))["index.html"]
    assert not faults(page)
    assert counts(page) == EXPECTED
    assert anchors(page) == ["title", "goal"]
    assert "await websocket.accept" in re.sub(r"<[^>]*>", "", page)
    assert "sequenceDiagram" in page


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize(
    "words",
    [
        '```text\n--8<-- "lessons/99_none/main.py"\n```',
        "See [a page](nowhere.md).",
        "See [a section](#nowhere).",
    ],
)
def test_a_hole_in_a_page_fails_the_build(tmp_path: Path, builder: str, words: str) -> None:
    project = one_page(tmp_path, f"# A page\n\n{words}\n")
    with pytest.raises(subprocess.CalledProcessError):
        build_site(project, builder)


def test_assets_are_in_both_sites(mkdocs: Path, zensical: Path) -> None:
    for site in (mkdocs, zensical):
        for where in (compare.WHERE, present.WHERE):
            assert (site / where.relative_to("docs")).is_file()
        for asset in ("course.css", "live.js", "favicon.svg", "compare.js", "vendor/diff.js"):
            source = ROOT / "docs" / "assets" / asset
            assert (site / "assets" / asset).read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://example.org/x.js"></script>',
        '<link href="//example.org/x.css">',
        '<p>--8<-- "x"</p>',
        "<h2>Goal { #goal }</h2>",
        "<p>```{ .python .wrong }</p>",
    ],
)
def test_a_page_at_fault_is_found(page: str) -> None:
    assert faults(page)
