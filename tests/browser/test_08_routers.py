"""What the page of lesson 8 says happens in a browser, done in one."""

import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.lessons.test_08_routers import SHOUT
from tests.support.server import ROOT, serve


def test_page_shows_an_event_that_it_does_not_know(page: Page, tmp_path: Path) -> None:
    copied = shutil.copytree(ROOT / "lessons" / "08_routers", tmp_path / "08_routers")
    with serve("08_routers.main:app", "--reload", cwd=tmp_path) as server:
        server.wait_for_log("Application startup complete")
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        (copied / "features" / "shout.py").write_text(SHOUT)
        expect(page.locator("#state")).to_have_text("closed (1012)", timeout=20_000)
        expect(page.get_by_role("button", name="Send as it is")).to_be_disabled()

        page.reload()
        expect(page.locator("#state")).to_have_text("open")
        page.fill("#frame", '{"type": "shout", "text": "hello"}')
        page.click("text=Send as it is")

        expect(page.locator("#log li").first).to_have_text("Unknown event: shouted")


def test_naive_page_shows_the_last_roll_again(page: Page) -> None:
    with serve("lessons.08_routers.naive:app") as server:
        page.goto(server.url)
        page.get_by_role("button", name="Roll").click()
        rolled = page.locator("#log li").filter(has_text="rolled")
        expect(rolled).to_have_count(1)
        page.fill("#frame", '{"type": "shout"}')
        page.click("text=Send as it is")

        expect(rolled).to_have_count(2)
