"""What a reader of lesson 8 does with an editor: a feature is added while the page is open."""

import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.lessons.test_08_routers import FLIP, add_feature
from tests.support.server import ROOT, serve


def test_page_shows_an_event_that_it_does_not_know(page: Page, tmp_path: Path) -> None:
    copied = shutil.copytree(ROOT / "lessons" / "08_routers", tmp_path / "08_routers")
    with serve("08_routers.main:app", "--reload", cwd=tmp_path) as server:
        server.wait_for_log("Application startup complete")
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        add_feature(copied, "flip", FLIP)
        expect(page.locator("#state")).to_have_text("closed (1012)", timeout=20_000)
        expect(page.get_by_role("button", name="Send as it is")).to_be_disabled()

        page.reload()
        expect(page.locator("#state")).to_have_text("open")
        page.fill("#frame", '{"type": "flip"}')
        page.click("text=Send as it is")

        expect(page.locator("#log li").first).to_have_text("Unknown event: flipped")
