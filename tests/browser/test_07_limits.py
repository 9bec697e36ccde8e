"""What the page of lesson 7 says happens in a browser, done in one."""

import re

from playwright.sync_api import Page, expect

from tests.support.server import serve


def test_page_shows_who_came_in_and_who_did_not(page: Page) -> None:
    with serve("lessons.07_limits.main:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.click("text=Let it in")
        expect(page.locator("#told")).to_have_text(re.compile("^9 × open; 3 × closed [(]1006[)]$"))
        expect(page.locator("#places")).to_have_text("10 of 10")

        page.select_option("#refuse", "after")
        page.click("text=Send it away")
        page.click("text=Let it in")
        reason = "closed (1013) All 10 places are taken. Try again in 5 s."
        expect(page.locator("#told")).to_contain_text(f"3 × {reason}")


def test_naive_page_is_told_nothing_of_a_refusal(page: Page) -> None:
    with serve("lessons.07_limits.naive:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.click("text=Let it in")

        expect(page.locator("#told")).to_contain_text("closed (1006)")
        expect(page.locator("#places")).to_have_text("10 of 10")
