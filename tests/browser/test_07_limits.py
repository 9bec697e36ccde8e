"""What the page of lesson 7 says of its live pages: they show the same at home and in a class."""

import pytest
from playwright.sync_api import BrowserContext, expect

from course.__main__ import CLASS_LIMITS
from tests.support.server import serve


@pytest.mark.parametrize("limits", [{}, CLASS_LIMITS], ids=["at home", "in a class"])
def test_of_a_crowd_of_twelve_eight_come_in_beside_two_pages(
    context: BrowserContext, limits: dict[str, str]
) -> None:
    with serve("lessons.07_limits.main:app", env=limits) as server:
        one, two = context.new_page(), context.new_page()
        for page in (one, two):
            page.goto(server.url)
            expect(page.locator("#state")).to_have_text("open")
        # Pressed again, the crowd that is there leaves first, and gives its places back.
        for _ in range(2):
            one.get_by_role("button", name="Let it in", exact=True).click()
            expect(one.locator("#outcome")).to_have_text("8 × open; 4 × closed (1006)")

        one.get_by_role("button", name="Let it in, with reasons").click()
        expect(one.locator("#outcome")).to_contain_text("4 × closed (1013) ")
        one.get_by_role("button", name="Send it away").click()
        expect(one.locator("#places")).to_contain_text("2 of ")
