"""Take the README's pictures: `python -m tools shots`; pictures of everything: `--all FOLDER`.

The course is built, and started on a free port for as long as it takes.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from course.process import Process, ProcessError
from tools import build, chromium
from tools.lessons import ROOT, names

SHOTS = ROOT / "docs" / "assets" / "shots"
DESKTOP = (1280, 800)
PHONE = (390, 844)
"""Width and height in pixels."""

_RUNNING = r"course is running on (http://[^\s/]+)"

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def course() -> Generator[str]:
    """Serve the course on a free port, and give its address without a slash at its end.

    Raises:
        SystemExit: it did not start; its own words are in the message.
    """
    running = Process([sys.executable, "-m", "course", "--port", "0"], _RUNNING, cwd=ROOT)
    try:
        running.__enter__()
    except ProcessError as error:
        raise SystemExit(f"The course did not start:\n{error}") from None
    try:
        yield running.wait_for_log(_RUNNING)[1]
    finally:
        running.kill()


def settle(page: Page) -> None:
    """Return when the page's live lessons, if it has any, have loaded."""
    page.wait_for_load_state("networkidle")
    for frame in page.locator(".live iframe").all():
        # They load when they come into view.
        frame.scroll_into_view_if_needed()
        frame.content_frame.locator("body").wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def take_readme(browser: Browser, url: str) -> list[Path]:
    """Take the two pictures of the README, and return them."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, color_scheme="light"
    )
    home, lesson = SHOTS / "home.png", SHOTS / "lesson.png"
    page.goto(url)
    settle(page)
    page.screenshot(path=home, animations="disabled")
    page.goto(f"{url}/lessons/03_manager/")
    settle(page)
    # Each client says something, so that the picture shows what a chat is.
    for number, frame in enumerate(page.locator(".live iframe").all()):
        inside = frame.content_frame
        inside.get_by_role("textbox").first.fill(("Hello", "Good morning")[number])
        inside.get_by_role("button", name="Send").click()
        inside.get_by_text(("You wrote: Hello", "You wrote: Good")[number]).wait_for()
    page.locator(".live").evaluate("box => box.scrollIntoView({ block: 'center' })")
    page.screenshot(path=lesson, animations="disabled")
    page.close()
    return [home, lesson]


def take_all(browser: Browser, url: str, folder: Path) -> list[Path]:
    """Take every page of the site and every lesson, light and dark, wide and 390 px, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    docs = ROOT / "docs"
    stems = sorted(p.relative_to(docs).with_suffix("").as_posix() for p in docs.rglob("*.md"))
    # A folder's index.md is the page of the folder: workshop/index.md is at workshop/.
    addresses = {f"page-{s.replace('/', '-')}": f"{s}/".removesuffix("index/") for s in stems}
    addresses |= {f"live-{name}": f"live/{name}/" for name in names()}
    taken = []
    for scheme in SCHEMES:
        for width, height in (DESKTOP, PHONE):
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            for name, address in addresses.items():
                page.goto(f"{url}/{address}")
                settle(page)
                taken.append(folder / f"{name}-{scheme}-{width}.png")
                page.screenshot(path=taken[-1], full_page=True, animations="disabled")
            page.close()
    return taken


def run(folder: Path | None = None) -> int:
    """Take the README's pictures, or those of everything into `folder`; return the exit code."""
    build.write_data()
    build.build_with_mkdocs()
    with course() as url, sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        taken = take_all(browser, url, folder) if folder else take_readme(browser, url)
        browser.close()
    for path in taken:
        print(f"Took {path} ({path.stat().st_size // 1024} KiB).")
    return 0
