"""The built site as it is read: copied from, printed, with a screen reader, at a wrong address."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.server import serve
from tests.support.site import BUILDERS, build_site, built_once, copy_project, serve_files

pytestmark = pytest.mark.timeout(180)  # The first test of a builder waits for its build.

AXE = files("axe_playwright_python") / "axe.min.js"
"""Deque's checks of accessibility, which this package brings."""

UPSTREAM = {"aria-dialog-name"}
"""Material's search is a dialog without a name; it is not ours to mend."""

FAULTS = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"], iframes: false });
    return found.violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 120))]);
}"""

TOO_WIDE = """() => [...document.querySelectorAll(".md-typeset table, .md-typeset figure.diagram")]
    .filter((box) => box.checkVisibility())
    .filter((box) => [box, ...box.querySelectorAll("td, th")].some(
        (part) => part.getBoundingClientRect().right > document.documentElement.clientWidth))
    .map((box) => box.textContent.trim().slice(0, 60))"""
"""The tables and drawings that reach beyond the paper."""

A4 = {"width": 718, "height": 1047}
"""A4 at 96 dots an inch, within its margins."""


@pytest.fixture(scope="module", params=BUILDERS)
def course(request: pytest.FixtureRequest, shared: Path) -> Iterator[str]:
    """The address of the course, with the site and every lesson live."""
    site = built_once(shared, request.param)
    with serve("tests.support.site:app", "--factory", env={"SITE": str(site)}) as server:
        yield server.url


REACHABLE = """() => [...document.querySelectorAll("pre > code")].every(
    (code) => code.scrollWidth <= code.clientWidth || code.tabIndex >= 0
)"""
"""Whether every block of code that scrolls can be scrolled by keyboard."""


def copied(context: BrowserContext, page: Page, block: str) -> str:
    """Press the copy button of the first block with this text, and return the clipboard."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    box = page.locator(".highlight").filter(has_text=block).first
    box.hover()
    box.locator("button").first.click()
    expect(page.locator(".md-dialog")).to_contain_text("opied")
    return page.evaluate("navigator.clipboard.readText()")


def test_a_command_is_copied_without_its_prompt(
    context: BrowserContext, page: Page, course: str
) -> None:
    page.goto(f"{course}/lessons/03_manager/")
    text = copied(context, page, "uvicorn lessons.03_manager.main:app")
    assert text.strip() == "uvicorn lessons.03_manager.main:app --reload"


def test_what_a_command_printed_is_not_copied(
    context: BrowserContext, page: Page, course: str
) -> None:
    page.goto(f"{course}/lessons/09_rooms/")
    text = copied(context, page, "rooms/attic/messages").strip()
    assert text.startswith("curl -s ")
    assert "tabs" not in text
    assert "\n$" not in text


def test_a_file_is_copied_whole(context: BrowserContext, page: Page, course: str) -> None:
    page.goto(f"{course}/lessons/02_depends/")
    file = "lessons/02_depends/main.py"
    # Its title has this text, and no diff has.
    text = copied(context, page, file).strip()
    assert text == Path(file).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "lessons/03_manager/",
        "topics/wire-table/",
        "compare/?a=01_echo&b=03_manager",
        "workshop/present/?lesson=03_manager",
    ],
)
def test_works_for_a_screen_reader_and_weak_eyes(
    page: Page, course: str, address: str, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{course}/{address}", wait_until="networkidle")
    if "present" in address:
        expect(page.locator(".presenter")).to_be_visible()
        page.keyboard.press("ArrowRight")
    # The theme lets the keyboard reach a wide block of code a moment after the page has loaded.
    page.wait_for_function(REACHABLE)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [fault for fault in page.evaluate(FAULTS) if fault[0] not in UPSTREAM]
    assert not found


def test_axe_finds_a_fault(page: Page) -> None:
    page.set_content("<title>A</title><p style='color: #ccc; background: #fff'>Pale words.</p>")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert "color-contrast" in [rule for rule, _ in page.evaluate(FAULTS)]


@pytest.mark.parametrize(
    "address",
    [
        "topics/wire-table/",
        "topics/symptoms/",
        "topics/glossary/",
        "topics/servers/",
        "lessons/06_closing/",
    ],
)
def test_no_table_loses_a_column_on_paper(page: Page, course: str, address: str) -> None:
    page.set_viewport_size({"width": A4["width"], "height": A4["height"]})
    page.emulate_media(media="print")
    page.goto(f"{course}/{address}", wait_until="networkidle")
    assert page.locator(".md-typeset table").count()
    assert page.evaluate(TOO_WIDE) == []
    expect(page.locator(".md-clipboard:visible")).to_have_count(0)


def test_code_scrolls_with_the_page_and_wide_code_is_reached_by_tab(
    page: Page, course: str
) -> None:
    page.goto(f"{course}/lessons/01_echo/")
    trapped = "code => code.scrollHeight > code.clientHeight + 1"
    boxes = page.locator("pre > code").all()
    assert boxes
    assert not any(box.evaluate(trapped) for box in boxes)
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("pre > code:visible[tabindex='0']").first).to_be_attached()


def test_a_line_of_a_diff_is_coloured_over_the_whole_width(page: Page, course: str) -> None:
    page.goto(f"{course}/lessons/01_echo/")
    page.locator("details", has_text="changes.diff").locator("summary").first.click()
    line = page.locator("details .gi:visible").nth(1)
    width = "line => line.offsetWidth / line.closest('code').clientWidth"
    assert line.evaluate(width) > 0.9


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_wrong_address_below_a_folder_leads_home(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, builder: str
) -> None:
    project = copy_project(tmp_path)
    folder = tmp_path / "served"
    folder.mkdir()
    with serve_files(folder) as host:
        monkeypatch.setenv("COURSE_URL", f"{host}/course/")
        site = build_site(project, builder)
        site.rename(folder / "course")
        missing: list[str] = []
        page.on("response", lambda answer: missing.extend([] if answer.ok else [answer.url]))
        wrong = f"{host}/course/lessons/nowhere/at/all/"
        text = (folder / "course" / "404.html").read_text(encoding="utf-8")
        # A static host shows 404.html at whatever address it has no file for.
        page.route(
            wrong, lambda route: route.fulfill(status=404, body=text, content_type="text/html")
        )
        page.goto(wrong, wait_until="networkidle")
        assert [urlsplit(url).path for url in missing if url != wrong] == []
        page.get_by_role("link", name="Start at the home page").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("WebSockets with FastAPI")
        assert urlsplit(page.url).path in {"/course/", "/course/."}
        places = (folder / "course" / "sitemap.xml").read_text(encoding="utf-8")
        assert f"<loc>{host}/course/lessons/01_echo/</loc>" in places
