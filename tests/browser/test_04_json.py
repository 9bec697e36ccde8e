"""What the page of lesson 4 says happens in a browser, done in one."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.server import serve


def test_page_shows_the_error_it_is_told(page: Page) -> None:
    with serve("lessons.04_json.main:app") as server:
        page.goto(server.url)
        page.click("text=Send as it is")

        expect(page.locator("#log li").first).to_have_text("Error: text: Field required")


@pytest.mark.parametrize("text", ["hello", "{}", '{"type": "shout"}', '{"type": "time"}'])
def test_naive_page_is_closed_with_1006(page: Page, text: str) -> None:
    with serve("lessons.04_json.naive:app") as server:
        page.goto(server.url)
        page.fill("#frame", text)
        page.click("text=Send as it is")

        expect(page.locator("#state")).to_have_text("closed (1006)")
